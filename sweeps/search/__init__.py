"""The search: samplers, the delayed study that they see, pruners, and the loop with its window."""

from sweeps.search.loop import Finished, search

__all__ = ["Finished", "search"]
