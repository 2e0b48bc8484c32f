"""Which hyperparameters there are, and what a value of one may be."""
