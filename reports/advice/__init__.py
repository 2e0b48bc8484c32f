"""What to use and what to do next, in plain words; from statistics alone, draws nothing."""
