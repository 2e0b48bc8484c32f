"""What a worker does: a task in, an outcome out; it knows no Optuna, storage or process."""
