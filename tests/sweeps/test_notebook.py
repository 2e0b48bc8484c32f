"""A run and its page in a notebook: one display that ends in the verdict; a frame that is safe."""

import html
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import escape
from rich.console import Console
from rich.live import Live
from rich.text import Text

from reports import page
from reports.frames import load
from sweeps.base.errors import UserError
from sweeps.base.terminal import say
from sweeps.results import display, inline
from sweeps.views import notebook
from tests.reports import folders


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the display has held, one state after the other."""
    states: list[dict[str, str]] = []

    def show(bundle: dict[str, str], raw: bool, display_id: bool = False) -> Any:
        states.append(bundle)
        return SimpleNamespace(update=show)

    monkeypatch.setattr("IPython.display.display", show)
    monkeypatch.setattr(notebook, "EVERY", 0.0)
    return states


def test_outside_of_a_notebook_the_console_is_the_terminals() -> None:
    assert type(notebook.console(quiet=False)) is Console
    assert notebook.console(quiet=True).quiet


def test_a_live_line_stands_above_what_was_said(shown: list[dict[str, str]]) -> None:
    console = notebook.NotebookConsole()
    say(console, "data", "200 <rows>")
    with Live(console=console, refresh_per_second=20) as live:
        live.update(Text("3/8 trials"), refresh=True)
        before = len(shown)
        live.refresh()
        assert len(shown) == before, "the same again"
        say(console, "warning", "few rows", style="yellow")
        state = shown[-1]
    assert state["text/plain"] == "3/8 trials"
    words, _, log = state["text/html"].partition("<details>")
    assert "3/8 trials" in words
    assert "few rows" in words
    assert "200 &lt;rows&gt;" in log
    assert "3/8" not in log
    assert "\x1b" not in log


def test_it_is_brought_up_to_date_a_few_times_a_second(
    shown: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "EVERY", 60.0)
    console = notebook.NotebookConsole()
    for number in range(100):
        say(console, "line", str(number))
    assert len(shown) == 1


def test_it_ends_in_the_verdict_or_in_why_it_stopped(
    shown: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "verdict", lambda run: [("Recommendation", "Use <it>.")])
    console = notebook.NotebookConsole()

    def work() -> Any:
        say(console, "report", "…")
        return SimpleNamespace(run=None, report=Path("runs/a/report.html"))

    notebook.watched(console, work)
    say(console, "late", "from a thread")
    assert shown[-1]["text/plain"] == "Recommendation: Use <it>.\nReport: runs/a/report.html"
    assert "<b>Recommendation:</b> Use &lt;it&gt;." in shown[-1]["text/html"]

    stopped = notebook.NotebookConsole()

    def fail() -> Any:
        say(stopped, "data", "…")
        raise UserError("no")

    with pytest.raises(UserError):
        notebook.watched(stopped, fail)
    assert shown[-1]["text/plain"] == "Stopped: no"


def test_a_fault_before_anything_began_is_told_once(shown: list[dict[str, str]]) -> None:
    console = notebook.NotebookConsole()
    fault = UserError("study.yaml: expected a study file, got no such file")
    with pytest.raises(UserError):
        notebook.watched(console, lambda: (_ for _ in ()).throw(fault))
    assert not shown
    assert fault._render_traceback_() == ["study.yaml: expected a study file, got no such file"]


# --- the page in a frame -------------------------------------------------------------------------

POLICY = escape(page.policy(page.script()))
CHARSET = '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
OURS = CHARSET + META + "</head><body>{}</body></html>"
REFRESH = '<meta HTTP-EQUIV="refresh" content="0;url=http://elsewhere.test/">'


def framed(folder: Path, text: str) -> str:
    (folder / "report.html").write_text(text)
    return inline.page(folder / "report.html")


def test_a_page_as_we_draw_it_is_shown_whole(tmp_path: Path) -> None:
    drawn = page.render(load(folders.write(tmp_path / "run", folders.Made())))
    made = framed(tmp_path, drawn)
    assert re.search(r'sandbox="allow-scripts" ', made)
    inner = html.unescape(re.search(r'srcdoc="([^"]*)"', made)[1])  # type: ignore[index]
    assert inner == drawn


@pytest.mark.parametrize(
    "text",
    [
        "<p>no page of ours",
        OURS.format(REFRESH),
        CHARSET + REFRESH,
        f"{CHARSET}<script>1</script>{META}",
        OURS.replace("default-src &#39;none&#39;", "default-src *"),
        OURS.format("x" * inline.MOST),
    ],
    ids=["another", "leads elsewhere", "leads there alone", "later", "other policy", "large"],
)
def test_what_is_not_as_we_draw_it_is_not_shown(tmp_path: Path, text: str) -> None:
    assert framed(tmp_path, text) == ""
    assert inline.page(tmp_path / "none.html") == ""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and the paths that it was asked for."""
    asked: list[str] = []

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.browser
def test_a_page_from_elsewhere_neither_runs_code_nor_fetches(
    tmp_path: Path, browser: Any, elsewhere: tuple[str, list[str]]
) -> None:
    address, asked = elsewhere
    evil = (
        f"<script>fetch('{address}/a'); location = '{address}/b'</script>"
        f"<img src='{address}/c' onerror='location = \"{address}/d\"'>"
    )
    made = framed(tmp_path, OURS.format(f"{evil}<p id=end>"))
    (tmp_path / "cell.html").write_text(made.replace("<details>", "<details open>"))
    tab = browser.new_page()
    tab.goto((tmp_path / "cell.html").as_uri())
    tab.frame_locator("iframe").locator("#end").wait_for(state="attached")
    time.sleep(0.2)
    assert asked == []
    tab.goto(f"{address}/e")
    tab.close()
    assert "/e" in asked, "what is asked for is seen"
