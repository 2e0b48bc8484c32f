"""What README and `docs/gallery/` show of the shipped studies: made by one command, and kept.

`python -m tests.gallery` runs the studies, keeps what they answered (`answers`), and writes the
pages (`pages`, `badges`); `python -m tests.gallery.pictures` draws README's two pictures.
"""
