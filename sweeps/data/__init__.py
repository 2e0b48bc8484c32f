"""From `data:` in the study file to arrays: read, divide, encode."""

from sweeps.data.dataset import Dataset

__all__ = ["Dataset"]
