"""README's two pictures, light and dark: `python -m tests.gallery.pictures runs/quickstart`.

The first screen of a run's report, by chromium, and the end of what the terminal says of it. They
are drawn by the code of now, from a copy of the run folder.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich.text import Text

from reports import frames, page
from reports.advice.recommendation import recommendation

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SCREEN: "ViewportSize" = {"width": 1200, "height": 780}
COLUMNS = 112  # of the terminal
COLOURS = 96  # of a picture of the page: its letters' edges need some dozens
CHROMIUM = "/usr/bin/chromium"  # Debian's, as in the tests


def first_screen(report: Path, scheme: Scheme) -> bytes:
    """A PNG of what a browser shows of a report before anybody scrolls."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport=SCREEN, color_scheme=scheme)
        tab.goto(report.absolute().as_uri())
        raw = tab.screenshot()
        browser.close()
    small = io.BytesIO()
    Image.open(io.BytesIO(raw)).convert("RGB").quantize(COLOURS).save(small, "png", optimize=True)
    return small.getvalue()


def said(run: Path, place: Path) -> str:
    """What `sweeps show` says of a run: what to use, and where the report is; in colours."""
    colours = {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    done = subprocess.run(
        [sys.executable, "-m", "sweeps", "show", str(run)],
        cwd=place,
        env={**os.environ, **colours},
        capture_output=True,
        text=True,
        check=True,
    )
    headline = recommendation(frames.load(place / run)).headline
    parts = done.stdout.rstrip().split("\n\n")
    advice = next(part for part in parts if Text.from_ansi(part).plain.startswith(headline))
    return f"{advice}\n\n{parts[-1]}"


def terminal(words: str, title: str, scheme: Scheme) -> str:
    """An SVG of a terminal with the words, which have ANSI's colours. It fetches no font."""
    from rich.console import Console
    from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

    theme = {"light": DEFAULT_TERMINAL_THEME, "dark": SVG_EXPORT_THEME}[scheme]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(words))
    svg = console.export_svg(title=title, theme=theme, unique_id="terminal")
    svg = svg.replace("rgba(255,255,255,0.35)", "rgba(128,128,128,0.5)")  # an edge on white, too
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", svg, flags=re.S)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery.pictures", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="a finished run's folder")
    given = parser.parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place, run = Path(name), Path("runs") / given.run.name
        shutil.copytree(given.run, place / run)
        report, words = page.build(place / run), said(run, place)
        for scheme in SCHEMES:
            (FOLDER / f"report-{scheme}.png").write_bytes(first_screen(report, scheme))
            svg = terminal(words, f"sweeps run {given.run.name}", scheme)
            (FOLDER / f"terminal-{scheme}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
