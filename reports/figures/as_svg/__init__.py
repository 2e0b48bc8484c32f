"""Draws a matplotlib figure as inline SVG: laid out once, and each artist written as it stands."""
