"""Rows that are made up: what `sweeps.data.synthetic` names in its table."""
