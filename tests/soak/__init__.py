"""Long trials of durability, run by hand: `python -m tests.soak.kill`, `…faults`."""
