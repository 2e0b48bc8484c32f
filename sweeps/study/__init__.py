"""The study file: what it can say, and what that means; from YAML to a checked `Study`."""
