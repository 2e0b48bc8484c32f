"""What a figure of the page is: panels of SVG, a caption, and the data behind it."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Panel:
    """One SVG: `svg` is markup made and cleaned by us, `title` and `description` are in it."""

    svg: str
    title: str
    description: str


@dataclass(frozen=True)
class Figure:
    """Panels that belong together. `caption` says n and the kind of band; `data` is what is drawn.

    `csv` names the file of the run folder that holds the whole of it, if one does. `message` is
    what it shows, in a sentence or two before the caption; "" where its section has said it.
    """

    id: str
    title: str
    caption: str
    panels: tuple[Panel, ...]
    data: pd.DataFrame
    csv: str = ""
    message: str = ""

    @property
    def words(self) -> str:
        """All that is said of it."""
        return " ".join(filter(None, (self.message, self.caption)))
