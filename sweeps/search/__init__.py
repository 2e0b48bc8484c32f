"""The search: what the sampler sees (mirror), samplers, pruners, the loop (window)."""

from sweeps.search.loop import Finished, search

__all__ = ["Finished", "search"]
