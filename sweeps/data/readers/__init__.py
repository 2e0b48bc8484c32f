"""Readers of files, a module each: what `sweeps.data.file_kinds` names in its table."""
