"""What each setting comes to on new rows, and what two of them differ by."""
