"""What a run leaves in its folder: frames, winner, model, report, the study as resolved."""
