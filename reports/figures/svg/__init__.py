"""The one writer of SVG: a matplotlib figure, laid out once, each artist written as it stands."""
