"""From `data:` in the study file to arrays: read, divide, encode."""

from sweeps.data.dataset import Dataset, load

__all__ = ["Dataset", "load"]
