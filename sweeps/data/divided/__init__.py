"""A table whose rows are divided: what trains, what judges, what is predicted."""
