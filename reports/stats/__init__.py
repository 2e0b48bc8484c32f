"""Statistics: frames and arrays in, frames and intervals out. Nothing here draws."""
