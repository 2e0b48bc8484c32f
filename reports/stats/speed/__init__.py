"""Learning curves, and how soon networks reach a target."""
