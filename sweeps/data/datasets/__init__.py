"""From a study's data to the datasets of its phases."""
