"""What the winner's networks have learned, on rows that they were not trained on."""
