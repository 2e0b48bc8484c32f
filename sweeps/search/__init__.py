"""The search: what the sampler sees (mirror), how it is asked (samplers), the loop (window)."""

from sweeps.search.window import Finished, search

__all__ = ["Finished", "search"]
