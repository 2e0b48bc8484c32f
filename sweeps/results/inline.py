"""A run's page within a notebook: folded, in a frame that reaches nothing but itself."""

import html
import re
from pathlib import Path

from sweeps.base import files
from sweeps.base.errors import UserError

HEIGHT = 640  # pixels
MOST = 4_000_000  # bytes; a page of ours has less
START = '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'


def page(report: Path) -> str:
    """The page as HTML that a cell can show; "" where there is none, or it is not as we draw it.

    The run may come from anybody: a frame without an origin holds it, and the page has to begin
    with our own policy, which lets no script run but ours, and nothing be fetched. No second
    `http-equiv` may follow: it could lead elsewhere.
    """
    try:
        text = files.contents(report, MOST).decode()
    except (OSError, UserError, UnicodeDecodeError):
        return ""
    if not text.startswith(_start()) or len(re.findall("http-equiv", text, re.I)) != 1:
        return ""
    inner = html.escape(text)
    return (
        "<details><summary>The whole page</summary>"
        f'<iframe srcdoc="{inner}" sandbox="allow-scripts" loading="lazy" title="Report" '
        f'style="width:100%;height:{HEIGHT}px;border:0"></iframe></details>'
    )


def _start() -> str:
    """What a page begins with as `reports/templates` writes it, its policy included."""
    from reports import page as pages

    policy = pages.policy(pages.script()).replace("'", "&#39;")  # as Jinja escapes it
    return f'{START}<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
