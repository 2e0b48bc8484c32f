"""What people and programs are told of a run: before it, while it goes on, after it."""
