"""Draws of rows, networks and training sets, and the intervals that they give."""
