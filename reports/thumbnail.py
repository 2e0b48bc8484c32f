"""A run's answer as one small picture, for a table of studies: an SVG file that stands alone."""

import re

from reports.figures.figure import Panel
from reports.frames import Run
from reports.page import TEMPLATES

EDGE = 8  # of paper around the figure; letters may be wider than where they were measured
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"
SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def thumbnail(run: Run) -> str | None:
    """How soon the arms arrive, where that is asked; else their first figure; else how good it is.

    Light and dark as the reader's screen is. None where nothing was confirmed.
    """
    panel = _of_times(run) or _of_arms(run) or _of_first_screen(run)
    return None if panel is None else standalone(panel)


def _of_times(run: Run) -> Panel | None:
    from reports.sections.asked import times

    found = times(run, "asked", ("narrow",))
    return found.panels[0] if found else None


def _of_arms(run: Run) -> Panel | None:
    from reports.sections.arms import arms
    from reports.sections.blocks import Plot

    found = arms(run)
    plots = [block for block in found.blocks if isinstance(block, Plot)] if found else []
    return plots[0].figure.panels[0] if plots else None


def _of_first_screen(run: Run) -> Panel | None:
    from reports.sections.blocks import Recommended
    from reports.sections.recommendation import recommendation

    (block,) = recommendation(run).blocks
    if not isinstance(block, Recommended) or block.figure is None:
        return None
    return block.figure.panels[-1]  # the narrow one


def standalone(panel: Panel) -> str:
    """A panel of the page as a file: with the page's colours, on its paper."""
    light, dark = _colours()
    style = (
        f"svg{{{light};color:var(--ink);font-family:{FONT}}}"
        f"@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
    )
    head, rest = panel.svg.split(">", 1)
    width, height = (float(side) + 2 * EDGE for side in re.findall(r"[\d.]+", head)[2:4])
    box = f'viewBox="{-EDGE} {-EDGE} {width:g} {height:g}"'
    paper = f'<rect x="{-EDGE}" y="{-EDGE}" width="100%" height="100%" style="fill:var(--paper)"/>'
    head = re.sub(r'viewBox="[^"]+"', box, head)
    return f"{head} {SPACES}><style>{style}</style>{paper}{rest}\n"


def _colours() -> list[str]:
    """What page.css says of the colours that figures use: in light, and in dark."""
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    both = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    used = r"--(?:paper|ink|muted|grid|c\d): [^;]+"
    return [";".join(re.findall(used, block)).replace(": ", ":") for block in both]
