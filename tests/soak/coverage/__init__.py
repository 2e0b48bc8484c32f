"""What the printed intervals and verdicts promise, on studies whose truth is known."""
