"""The search: samplers and what they see (delayed), pruners, the loop and its window."""

from sweeps.search.loop import Finished, search

__all__ = ["Finished", "search"]
