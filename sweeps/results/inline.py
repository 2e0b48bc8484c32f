"""A run's page within a notebook: folded, in a frame that reaches nothing but itself."""

import html
import re
from pathlib import Path

from sweeps.base import files
from sweeps.base.errors import UserError

HEIGHT = 640  # pixels
MOST = 4_000_000  # bytes; a page of ours has less
START = "<!doctype html>"


def page(report: Path) -> str:
    """The page as HTML that a cell can show; "" where there is none, or it is not as we draw it.

    The run may come from anybody: a frame without an origin holds it, and a policy that is put
    before the page's own lets no script run but ours, and nothing be fetched.
    """
    from reports import page as pages

    try:
        text = files.contents(report, MOST).decode()
    except (OSError, UserError, UnicodeDecodeError):
        return ""
    if not text.startswith(START) or len(re.findall("http-equiv", text, re.I)) != 1:
        return ""
    policy = html.escape(pages.policy(pages.script()))
    guard = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    inner = html.escape(f"{START}{guard}{text.removeprefix(START)}")
    return (
        "<details><summary>The whole page</summary>"
        f'<iframe srcdoc="{inner}" sandbox="allow-scripts" loading="lazy" title="Report" '
        f'style="width:100%;height:{HEIGHT}px;border:0"></iframe></details>'
    )
