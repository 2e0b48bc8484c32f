"""What a Python program gives instead of a file: tables, arrays, rows to predict."""
