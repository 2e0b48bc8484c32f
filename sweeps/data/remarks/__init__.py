"""What is said of the data before anything trains."""
