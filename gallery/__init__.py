"""What README and `docs/gallery/` show of the shipped studies: made by one command, and kept.

`python -m gallery` runs the studies, keeps what they answered (`answers`), and writes the pages
(`pages`, `badges`); `python -m gallery.pictures` draws README's two pictures. It does not ship.
"""
