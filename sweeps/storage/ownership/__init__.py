"""Whose a run is: locks, claims and leases."""
