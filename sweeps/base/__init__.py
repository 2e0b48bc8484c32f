"""Small things that all of sweeps uses; they use none of it."""
