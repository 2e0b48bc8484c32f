"""Readers of files, a module each: what `sweeps.data.source.file_kinds` names in its table."""
