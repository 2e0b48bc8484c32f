"""What each column is read as, and how it enters the network."""
