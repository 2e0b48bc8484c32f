"""Long trials of durability, by hand: `python -m tests.soak.kill`, `…faults`, `…hostile`."""
