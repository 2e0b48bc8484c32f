"""README's badges: facts of pyproject.toml as small pictures of our own."""

import re
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
LETTER, EDGE, HEIGHT = 6.6, 7.0, 20  # pixels: of a letter on average, beside words, of a badge


def badges() -> dict[str, str]:
    """The SVG of each, by the name of its file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = (re.search(r"Python :: (\d\.\d+)$", line) for line in project["classifiers"])
    pythons = [one[1] for one in found if one]
    facts = {
        "version": project["version"],
        "python": f"{pythons[0]} to {pythons[-1]}",
        "license": project["license"],
    }
    return {f"badge-{label}.svg": badge(label, value) for label, value in facts.items()}


def badge(label: str, value: str) -> str:
    """Two words side by side, the second on blue."""
    left, right = (2 * EDGE + LETTER * len(words) for words in (label, value))
    name = escape(f"{label}: {value}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="{HEIGHT}" '
        f'role="img" aria-label="{name}"><title>{name}</title>'
        f'<rect width="{left + right:.0f}" height="{HEIGHT}" rx="3" fill="#444a52"/>'
        f'<path d="M{left:.0f} 0h{right - 3:.0f}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3:.0f}z" '
        'fill="#1f5fa8"/><g fill="#fff" text-anchor="middle" font-size="11" '
        'font-family="Verdana,DejaVu Sans,sans-serif">'
        f'<text x="{left / 2:.0f}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2:.0f}" y="14">{escape(value)}</text></g></svg>\n'
    )


def write() -> None:
    """All of them."""
    for name, svg in badges().items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
