"""Rows that are made up: what `sweeps.data.source.synthetic` names in its table."""
