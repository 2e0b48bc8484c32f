"""What a cell means, whatever its type and spelling."""
