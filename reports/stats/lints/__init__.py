"""Faults of a study that its run gives away."""
