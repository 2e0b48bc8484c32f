"""Which process owns a run: locks, claims and leases."""
