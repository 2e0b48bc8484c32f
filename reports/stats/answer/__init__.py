"""Which model to use, and which value of the word in question."""
