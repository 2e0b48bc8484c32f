"""What remains of the error, which part of it is bias and which variance, and what may cure it."""
