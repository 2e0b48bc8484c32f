"""`sweeps dashboard`: started as a user does, asked as a browser does, and seen in one."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sweeps.base.errors import UserError
from sweeps.commands import common
from sweeps.dashboard import server
from tests.sweeps.helpers import TEXT, await_records, command, environment, study, sweeps

HOSTILE = "Which optimizer? <img src=x onerror=alert(1)> [x](javascript:alert(2)) | $y$"
LINE = re.compile(r"dashboard (http://\S+) \(Ctrl-C stops it\)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, confirmed and reported."""
    base = tmp_path_factory.mktemp("dashboard")
    text = TEXT.replace("name: small", f"name: small\ndescription: '{HOSTILE}'")
    text = text.replace("trials: 24", "trials: 14")
    sweeps(str(study(base, text)), "--jobs", "1", cwd=base)
    return base / "runs" / "small"


class Started:
    """A dashboard as a process of its own."""

    def __init__(self, folder: Path, *options: str, **more: str) -> None:
        self.process = subprocess.Popen(
            command("dashboard", str(folder), "--no-browser", *options, module="sweeps"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment(), "PYTHONUNBUFFERED": "1", **more},
        )
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline()]
        if self.lines[0].startswith("warning"):
            self.lines.append(self.process.stdout.readline())
        found = LINE.match(self.lines[-1])
        assert found, (self.lines, self.process.communicate(timeout=10))
        self.page = found[1]
        self.port = int(self.page.split(":")[2].split("/")[0])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        text = json.dumps(body)
        kind = {"Content-Type": "application/json", **headers}
        connection.request(method, path, text, kind)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    made: list[Started] = []

    def started(*arguments: Any, **more: str) -> Started:
        made.append(Started(*arguments, **more))
        return made[-1]

    yield started
    for one in made:
        end(one)


@pytest.fixture(scope="module")
def shown(folder: Path) -> Iterator[Started]:
    """One of that run, for tests that do not end it."""
    shown = Started(folder)
    yield shown
    end(shown)


def end(one: Started) -> None:
    if one.process.poll() is None:
        one.process.kill()
        one.process.communicate()


def test_a_connection_that_is_gone_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(environ: Any, start_response: Any) -> Any:
        raise AssertionError

    with server._server("127.0.0.1", None, fails) as serving:  # type: ignore[arg-type]
        gone, other = socket.socketpair()
        gone.close()
        other.close()
        serving.process_request_thread(gone, ("127.0.0.1", 1))
        assert capsys.readouterr().err == ""
        try:
            raise ValueError
        except ValueError:
            serving.handle_error(gone, ("127.0.0.1", 1))
        assert "ValueError" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly(start: Any, folder: Path, number: int) -> None:
    shown = start(folder)
    assert shown.ask("GET", "/api/studies")[0] == 200
    # A browser keeps a connection open that says nothing.
    with socket.create_connection(("127.0.0.1", shown.port)):
        code, out, err = shown.end(number)
    assert (code, err) == (0, "")
    assert out == f"stopped   {folder} is as it was, with your notes\n"


def test_it_listens_on_this_machine_alone(shown: Started) -> None:
    assert shown.page.startswith("http://127.0.0.1:")
    assert shown.lines == [f"dashboard {shown.page} (Ctrl-C stops it)\n"]
    others = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in others - {"127.0.0.1"} - {one for one in others if one.startswith("127.")}:
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((host, shown.port), timeout=2).close()


def test_another_host_is_warned_of(start: Any, folder: Path) -> None:
    shown = start(folder, "--host", "0.0.0.0")
    assert "anybody who reaches this address" in shown.lines[0]
    assert shown.ask("GET", "/api/studies", Host="any.example")[0] == 200


def test_it_takes_notes_and_changes_nothing_else(shown: Started, folder: Path) -> None:
    study_at = shown.page.rpartition("/")[2]
    journal = folder / "journal.log"
    before = journal.read_bytes()
    refused = [
        ("DELETE", f"/api/studies/{study_at}", None),
        ("POST", "/api/studies", {"study_name": "other", "directions": ["minimize"]}),
        ("POST", "/api/trials/0/tell", {"state": "Fail"}),
        ("POST", "/api/trials/0/user-attrs", {"user_attrs": {"a": 1}}),
        ("POST", f"/api/artifacts/{study_at}", {"file": "data:text/html;base64,PGI+"}),
        ("PUT", f"/api/studies/{study_at}/preference_feedback_component", {"output_type": "note"}),
    ]
    for method, path, body in refused:
        status, answer = shown.ask(method, path, body)
        assert (status, "takes notes" in json.loads(answer)["reason"]) == (403, True), path
    status, answer = shown.ask("GET", "/api/studies", Host="rebound.example:80")
    assert (status, "hosts 127.0.0.1, localhost" in json.loads(answer)["reason"]) == (403, True)
    assert journal.read_bytes() == before
    detail = json.loads(shown.ask("GET", f"/api/studies/{study_at}")[1])
    body = {"version": detail["note"]["version"] + 1, "body": detail["note"]["body"] + "\nmine"}
    assert shown.ask("PUT", f"/api/studies/{study_at}/note", body)[0] == 204
    assert len(journal.read_bytes()) > len(before)
    again = json.loads(shown.ask("GET", f"/api/studies/{study_at}")[1])
    assert again["note"]["body"].endswith("\nmine")


def test_it_follows_a_run_that_is_going_on(start: Any, tmp_path: Path) -> None:
    """Notes are written from both sides; the run comes to its end, and keeps the reader's words."""
    path = study(tmp_path)
    run = subprocess.Popen(
        command(str(path), "--jobs", "1", "--trials", "300", "--no-confirm"),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
    folder = tmp_path / "runs" / "small"
    await_records(run, folder, 1)
    shown = start(folder)
    wrote = 0
    while len(list(folder.glob("artifacts/trial-*.npz"))) < 200:
        assert run.poll() is None
        detail = json.loads(shown.ask("GET", "/api/studies/0")[1])
        version = detail["note"]["version"] + 1
        body = f"{detail['note']['body']}\nmine {wrote}"
        status, _ = shown.ask("PUT", "/api/studies/0/note", {"version": version, "body": body})
        wrote += status == 204
    assert wrote > 0
    assert run.wait(60) == 0
    lines = (folder / "journal.log").read_text().splitlines()
    assert all(isinstance(json.loads(line)["op_code"], int) for line in lines)
    detail = json.loads(shown.ask("GET", "/api/studies/0")[1])
    assert "**Done**: 300 of 300 trials" in detail["note"]["body"]
    assert detail["note"]["body"].endswith(f"mine {wrote - 1}")
    assert shown.end()[0] == 0


def test_a_taken_port_is_one_line_if_asked_for_and_the_next_one_if_not(
    start: Any, shown: Started, folder: Path
) -> None:
    assert start(folder).port != shown.port
    port = str(shown.port)
    done = sweeps(
        "dashboard", str(folder), "--port", port, cwd=folder, code=2, module="sweeps"
    )  # fmt: skip
    expected = f"--port: expected a free port, got {port}, which is taken (leave it out)\n"
    assert done.stderr == expected


def test_what_cannot_be_shown_is_said_in_a_line(folder: Path, tmp_path: Path) -> None:
    def said(path: Path, *options: str) -> str:
        done = sweeps("dashboard", str(path), *options, cwd=tmp_path, code=2, module="sweeps")
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        return line

    assert said(tmp_path / "no").endswith("no: expected a run folder, got no such folder")
    assert "journal.log: expected the run's journal, got no such file" in said(tmp_path)
    address = "postgresql://me:***@host/db"
    (tmp_path / "provenance.json").write_text(json.dumps({"storage": address}))
    assert f"expected --storage URL: the run's is '{address}'" in said(tmp_path)
    (tmp_path / "provenance.json").write_text("{")
    assert "provenance.json: expected JSON" in said(tmp_path)
    assert "got no.such.host:" in said(folder, "--host", "no.such.host")


def test_a_run_in_a_database_is_found_by_its_provenance(start: Any, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'all.db'}"
    options = ("--jobs", "1", "--trials", "1", "--no-confirm", "--storage", address)
    told = sweeps(str(study(tmp_path)), *options, cwd=tmp_path).stdout
    assert f"dashboard python -m sweeps dashboard runs/small --storage {address}" in told
    shown = start(tmp_path / "runs" / "small")
    detail = json.loads(shown.ask("GET", f"/api/studies/{shown.page.rpartition('/')[2]}")[1])
    assert detail["name"] == "small"
    assert "**Done**: 1 of 1 trials" in detail["note"]["body"]
    assert not (tmp_path / "runs" / "small" / "journal.log").exists()


def test_the_browser_is_opened_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda page: opened.append(page) or True)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    page = tmp_path / "report.html"
    common.show_in_browser(page)
    assert capsys.readouterr().err.split()[-1] == page.as_uri()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    common.show_in_browser(page)
    assert opened == [page.as_uri()]
    assert capsys.readouterr().err == ""


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match=r"expected an address to listen on, got 192\.0\.2\.1:"):
        server._server("192.0.2.1", None, server.Guard(lambda *_: [], None))


@pytest.mark.browser
def test_everything_is_seen_in_a_browser(shown: Started, browser: Any) -> None:
    view = browser.new_context(viewport={"width": 1280, "height": 1000})
    tab, said = view.new_page(), []
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    tab.on("pageerror", lambda fault: said.append(str(fault)))
    pictures = os.environ.get("SWEEPS_SCREENSHOTS")

    def opened(name: str, path: str) -> Any:
        tab.goto(f"{shown.page}{path}")
        tab.wait_for_load_state("networkidle")
        if pictures:
            tab.screenshot(path=f"{pictures}/{name}.png", full_page=True)
        return tab

    tab.goto(shown.page.rpartition("/studies")[0])
    tab.get_by_text("small").first.wait_for()

    opened("history", "")
    for words in ("Gap against λ", "Spread of the seeds", "Epochs to the target"):
        tab.locator(".js-plotly-plot", has_text=words).wait_for()
    curves = tab.locator(".MuiCard-root", has_text="Intermediate values")
    assert curves.locator(".scatterlayer .trace").count() >= 10
    assert tab.locator(".js-plotly-plot", has_text="dev_loss").count() >= 2
    assert tab.get_by_text("report.html").is_visible()
    attributes = tab.locator(".MuiCard-root", has_text="Study User Attributes").inner_text()
    assert "identity" in attributes
    assert len(attributes) < 200  # a word, not the whole of it

    opened("note", "/note")
    tab.get_by_text("winner: trial").wait_for()
    assert tab.get_by_text(HOSTILE).is_visible()
    assert tab.locator("img[src=x], a[href^='javascript']").count() == 0
    report = tab.get_by_role("link", name="The report")
    best = json.loads(shown.ask("GET", "/api/studies/0")[1])["best_trials"][0]["number"]

    address = report.get_attribute("href")
    opened("trial", f"/trials?numbers={best}")
    picture = tab.locator("img[alt^='learning curve']").first
    picture.wait_for()
    assert picture.evaluate("one => one.complete && one.naturalWidth") > 100
    assert tab.get_by_text("train error").count() > 0

    tab.goto(shown.page.rpartition("/dashboard")[0] + address)
    assert tab.locator("#confirmed-table").is_visible()
    assert said == []
    view.close()
