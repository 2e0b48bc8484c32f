"""The phases of a run around its search: prepare before it, confirm after it."""
