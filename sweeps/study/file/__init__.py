"""From the text of a study file to a study."""
