"""What the search's trials tell, which were not confirmed."""
