"""The study file: its words, and what they mean; from YAML to a checked `Study`."""
