"""What networks train on: encoded parts, the target, scales."""
