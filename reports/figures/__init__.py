"""Figures: frames in, inline SVG out. Nothing here computes a statistic."""
