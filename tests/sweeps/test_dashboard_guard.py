"""The Dashboard's door: raw requests over a socket, each answered in JSON, with no traceback."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import optuna
import pytest

from sweeps.dashboard import guard, routes, served, server, wire
from sweeps.dashboard.board import Board
from sweeps.dashboard.writer import artifacts
from sweeps.results import frames
from sweeps.storage import backends, optuna_private

PAGE = b"<title>report</title><script>document.title = 'ran'</script>"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Door:
    """A dashboard in this process, and what it told the terminal."""

    def __init__(self, folder: Path) -> None:
        self.storage = backends.journal(folder / "journal.log")
        self.study = _study(self.storage)
        self.board = Board(self.study, artifacts(folder))
        self.board.note("ours")
        self.board.artifact("report.html", PAGE, "text/html")
        self.folder, self.told = folder, []
        application = server._application(self.storage, folder)
        within = routes.Routes(application, self.storage, artifacts(folder), self.told.append)
        self.server = server._server("127.0.0.1", None, guard.Guard(within, guard.LOOPBACK))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"

    def raw(self, request: bytes) -> Answer:
        with socket.create_connection(("127.0.0.1", self.server.server_port), 20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            content = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = content.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for name, value in (line.lower().split(": ", 1) for line in lines):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(int(first.split()[1]), headers, body)

    def ask(
        self, path: str, method: str = "GET", body: bytes = b"", **headers: str | None
    ) -> Answer:
        """`Sec_Fetch_Site="none"` is a header; None leaves one out."""
        said = {"Host": self.host, **headers}
        if body:
            said = {"Content_Type": "application/json", "Content_Length": f"{len(body)}"} | said
        lines = [f"{k.replace('_', '-')}: {v}" for k, v in said.items() if v is not None]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])
        return self.raw(head.encode("latin-1") + body)

    def put(self, note: Any, path: str = "/api/studies/0/note", **headers: str | None) -> Answer:
        body = note if isinstance(note, bytes) else json.dumps(note).encode()
        return self.ask(path, "PUT", body, **headers)

    def artifact(self, name: str) -> str:
        return self.board.link(name)


def _study(storage: Any) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(storage=storage, study_name="small")
    kinds = {"rate": optuna.distributions.FloatDistribution(0, 1),
             "deep": optuna.distributions.IntDistribution(1, 9)}  # fmt: skip
    for number in range(40):
        values = {"rate": number / 40, "deep": 1 + number * 7 % 9}
        trial = optuna.trial.create_trial(params=values, distributions=kinds, value=number % 13)
        study.add_trial(trial)
    return study


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    one = Door(tmp_path_factory.mktemp("door"))
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def quiet(door: Door, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing reaches the terminal, and the journal is not written to."""
    before = (door.folder / "journal.log").read_bytes()
    yield
    assert capfd.readouterr() == ("", "")
    assert door.told == []
    assert (door.folder / "journal.log").read_bytes() == before


def refused(answer: Answer, *statuses: int) -> None:
    assert answer.status in (statuses or range(400, 500)), answer
    assert answer.headers["content-type"] == "application/json"
    assert set(json.loads(answer.body)) == {"reason"}
    assert answer.headers.get("access-control-allow-origin") is None


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
        {"Host": "rebound.example"},
        {"Host": None},
    ],
)
def test_no_other_origin_is_answered(door: Door, headers: dict[str, str | None]) -> None:
    for path in ("/api/studies", "/dashboard", door.artifact("report.html"), "/csv/0"):
        refused(door.ask(path, **headers), 403)
    refused(door.put({"version": 9, "body": "theirs"}, **headers), 403)


@pytest.mark.usefixtures("quiet")
def test_its_own_pages_are_answered_and_a_link_to_them_is_followed(door: Door) -> None:
    own = {"Origin": f"http://{door.host}", "Sec_Fetch_Site": "same-origin"}
    assert door.ask("/api/studies", **own).status == 200
    assert door.ask("/api/studies", Host=door.host.replace("127.0.0.1", "LocalHost")).status == 200
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate",
            "Sec_Fetch_Dest": "document"}  # fmt: skip
    assert door.ask("/dashboard/studies/0", **link).status == 200
    home = door.ask("/", **link)
    assert (home.status, home.headers["location"]) == (302, "/dashboard")
    refused(door.ask("/api/studies/0", **link), 403)


@pytest.mark.usefixtures("quiet")
def test_every_answer_is_read_by_its_own_origin_alone(door: Door) -> None:
    for path in ("/dashboard", "/api/studies/0", "/static/bundle.js", "/nowhere", "/favicon.ico"):
        headers = door.ask(path).headers
        assert not any(name.startswith("access-control-") for name in headers)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "deny"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.usefixtures("quiet")
def test_an_artifact_is_shown_in_a_sandbox(door: Door) -> None:
    address = door.artifact("report.html")
    found = door.raw(f"GET {address} HTTP/1.0\r\nHost: {door.host}\r\n\r\n".encode())
    assert (found.status, found.body, found.headers["content-type"]) == (200, PAGE, "text/html")
    whole = door.ask(address, "HEAD")
    assert (whole.body, int(whole.headers["content-length"])) == (b"", len(PAGE))
    assert found.headers["content-security-policy"].startswith(served.SANDBOX)
    assert served.SANDBOX.startswith("sandbox allow-scripts; default-src 'none'; ")
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_link_among_the_artifacts_leads_nowhere(door: Door, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("secret")
    folder = artifacts(door.folder)
    kinds = {"link": lambda path: path.symlink_to(outside), "pipe": os.mkfifo,
             "folder": os.mkdir, "gone": lambda path: None}  # fmt: skip
    for name, make in kinds.items():
        door.board.artifact(name, b"", "text/plain")
        path = folder / door.artifact(name).rpartition("/")[2]
        path.unlink()
        make(path)
        refused(door.ask(door.artifact(name)), 404)
    real = folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(real)
    refused(door.ask(door.artifact("report.html")), 404)
    folder.unlink()
    real.rename(folder)
    assert door.ask(door.artifact("report.html")).status == 200


def test_what_the_storage_says_of_an_artifact_is_not_believed(door: Door) -> None:
    identifier = door.artifact("report.html").rpartition("/")[2]
    key = f"artifacts:{identifier}"
    before = optuna_private.storage(door.study).get_study_system_attrs(0)[key]
    kind = {"mimetype": "text/html\r\nSet-Cookie: a=b", "filename": "x"}
    for told in ("null", "[]", "{", "[" * 100_000, json.dumps(kind)):
        optuna_private.storage(door.study).set_study_system_attr(0, key, told)
        answer = door.ask(door.artifact("report.html"))
        if told == json.dumps(kind):
            assert answer.headers["content-type"] == "application/octet-stream"
        else:
            refused(answer, 404)
    optuna_private.storage(door.study).set_study_system_attr(0, key, before)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/api", "/api/studies/9", "/api/studies/-1", "/api/studies/0/nothing"),
        *(f"/api/studies/{10**18 - 1}", f"/api/studies/{2**64}", f"/api/studies/{'9' * 5000}"),
        *("/api/studies/0?after=x", "/api/studies/0?after=-1", "/api/studies/0?after=1&after=2"),
        f"/api/studies/0?after={'9' * 5000}",
        f"/api/studies/0?{'&'.join('abcdefghijklmnopqrstuvwxyz')}",
        *("/api/studies/9/param_importances", "/api/studies/9/plot/slice"),
        *("/api/studies/0/plot/pareto_front", "/api/studies/0/plot/none", "/csv/9"),
        *("/csv/0?trial_ids=a", "/csv/0?trial_ids=9999", f"/csv/0?trial_ids={2**70}"),
        *("/static/../_app.py", "/static/%2e%2e/_app.py", "/static/..%2f_app.py"),
        *("/static/none.js", "/static/a%00b", "/static//etc/passwd", "/static/.", "/%ff%fe"),
        "/dashboard%ff",
        *("/%zz", "/%", "/api/studies/%00", "/api/studies/0%0d%0aX:%20y", "/api/studies/٣"),
        *("/artifacts/0/ffff", "/artifacts/9/ffff", "/artifacts/0/0/ffff", "/artifacts/0/9/ffff"),
        *("/artifacts/0/..%2f..%2fjournal.log", "/artifacts/0/%00", f"/artifacts/0/{'f' * 5000}"),
        *("/incompatible-rdb-schema", "/api/llm/trial_filter_query", "*", "nowhere", "//", "///x"),
        *("http://127.0.0.1/api/studies", "?", "#"),
    ],
)  # fmt: skip
def test_an_odd_address_is_refused(door: Door, path: str) -> None:
    raw = path.encode()
    answer = door.raw(b"GET " + raw + b" HTTP/1.1\r\nHost: " + door.host.encode() + b"\r\n\r\n")
    if path in ("//", "?"):  # what is left of it is the page itself
        assert answer.status == 302
    else:
        refused(answer)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "method",
    [*("TRACE", "CONNECT", "OPTIONS", "POST", "DELETE", "PATCH", "get", "put", "\x7f", "G\xc9T"),
     "Q" * 999],
)  # fmt: skip
def test_an_odd_method_is_refused(door: Door, method: str) -> None:
    refused(door.ask("/api/studies/0", method))
    refused(door.ask("/api/studies/0/note", method, b'{"version": 9, "body": "theirs"}'))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "request_",
    [
        *(b"GARBAGE\r\n\r\n", b"GET\r\n\r\n", b" / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00"),
        *(b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/x\r\n\r\n", b"GET / a b HTTP/1.1\r\n\r\n"),
        *(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"\0" * 70_000),
        b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nno header\r\n: empty\r\n\xff\xfe: \xff\r\n\r\n",
        b"GET /api/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(door: Door, request_: bytes) -> None:
    refused(door.raw(request_))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "headers",
    [
        {"Accept_Encoding": None},
        {"Accept_Encoding": "gzip, \xff, " + "x" * 60_000},
        {"Range": "bytes=9-1,x", "If_Modified_Since": "never", "If_None_Match": '"' * 99},
        {"Cookie": "\x01=;;=\xff", "X_Forwarded_Host": "evil.example", "Content_Length": "-5"},
        {"Content_Length": "many", "Transfer_Encoding": "chunked", "Content_Type": ";;;"},
    ],
)
def test_an_odd_header_changes_nothing(door: Door, headers: dict[str, str | None]) -> None:
    for path in ("/static/bundle.js", "/favicon.ico", "/api/studies/0", "/csv/0", "/dashboard"):
        assert door.ask(path, **headers).status == 200
    assert door.ask("/", **headers).headers["location"] == "/dashboard"


@pytest.mark.usefixtures("quiet")
def test_an_odd_note_is_refused(door: Door) -> None:
    note = {"version": 9, "body": "theirs"}
    bodies = [b"{", b"null", b"[]", b"1", b'"x"', b"\xff", b"[" * 200_000, b"NaN"]
    bodies += [b'{"version": ' + b"9" * 5000 + b', "body": ""}']
    odd = [{}, {"version": 9}]
    odd += [note | {"version": one} for one in ("9", 9.5, True, None, -1, 2**60, [])]
    odd += [note | {"body": one} for one in (None, 1, [], {}, "a\0b", "\ud800")]
    for body in (*bodies, *odd):
        refused(door.put(body), 400)
    refused(door.put(note | {"body": "x" * 2**20}), 413)
    refused(door.put(note, Content_Length=None), 411)
    refused(door.put(note, Transfer_Encoding="chunked"), 411)
    for length in ("-1", "many", "1e3", "0x10", "9" * 5000, f"{2**70}", "100", "+5"):
        refused(door.put(note, Content_Length=length), 400, 413)
    for kind in ("text/plain", "", "application/x-www-form-urlencoded"):
        refused(door.put(note, Content_Type=kind), 415)
    for path in ("9", "0/999", f"0/{2**64}", "x", "0/0/0"):
        refused(door.put(note, f"/api/studies/{path}/note"), 404)
    stale = door.put(note | {"version": 0})
    assert (stale.status, json.loads(stale.body)["note"]["body"][:4]) == (409, "ours")


def test_a_note_is_taken(door: Door) -> None:
    for path, at in (("/api/studies/0/note", None), ("/api/studies/0/3/note", 3)):
        detail = json.loads(door.ask("/api/studies/0").body)
        place = detail if at is None else detail["trials"][at]
        version = place["note"]["version"] + 1
        assert door.put({"version": version, "body": "π mine"}, path).status == 204
    detail = json.loads(door.ask("/api/studies/0/").body)
    assert [one["note"]["body"] for one in (detail, detail["trials"][3])] == ["π mine"] * 2


def test_one_that_says_nothing_is_given_up(
    door: Door, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """And meanwhile others write their notes."""
    monkeypatch.setattr(wire.Quiet, "timeout", 0.3)
    head = (
        f"PUT /api/studies/0/note HTTP/1.1\r\nHost: {door.host}\r\n"
        "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", door.server.server_port), 10) as held:
        held.sendall(head.encode())
        version = json.loads(door.ask("/api/studies/0").body)["note"]["version"] + 1
        assert door.put({"version": version, "body": "mine"}).status == 204
        assert held.recv(65536).startswith(b"HTTP/1.0 408")
    assert capfd.readouterr() == ("", "")


def test_a_storage_that_fails_is_told_in_a_line(
    door: Door, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise OSError("the disk\nis away")

    monkeypatch.setattr(door.storage, "get_all_studies", fails)
    answer = door.ask("/api/studies/0")
    assert (answer.status, json.loads(answer.body)["reason"]) == (
        503,
        "the study could not be read",
    )
    assert door.told == ["a request failed: OSError: the disk is away"]
    assert capfd.readouterr() == ("", "")
    door.told.clear()


def test_the_card_of_importances_says_what_the_report_says(door: Door) -> None:
    told = json.loads(door.ask("/api/studies/0/param_importances").body)["param_importances"]
    ours = frames.importance(door.study.trials, "minimize")
    assert [(one["name"], one["importance"]) for one in told[0]] == list(
        zip(ours["parameter"], ours["value"], strict=True)
    )
    assert {one["distribution"] for one in told[0]} == {"FloatDistribution", "IntDistribution"}


def test_confirmed_trials_are_marked_and_the_winner_is_the_best(door: Door) -> None:
    before = json.loads(door.ask("/api/studies/0").body)
    first, *_, last = (one["number"] for one in before["trials"])
    assert [one["number"] for one in before["best_trials"]] != [last]
    door.board.mark_confirmed(
        {"winner": last, "trials": {str(last): "winner: <b>0.1</b>", str(first): "place 2"}}
    )
    for after in (0, len(before["trials"])):
        shown = json.loads(door.ask(f"/api/studies/0?after={after}").body)
        (best,) = shown["best_trials"]
        assert best["number"] == last
        assert best["user_attrs"][0] == {"key": "confirmed", "value": "winner: <b>0.1</b>"}
        told = {
            one["number"]: each["value"]
            for one in shown["trials"]
            for each in one["user_attrs"]
            if each["key"] == "confirmed"
        }
        assert told == ({} if after else {first: "place 2", last: "winner: <b>0.1</b>"})
        assert {"key": "confirmed", "sortable": False} in shown["union_user_attrs"]


@pytest.mark.parametrize(
    "told",
    ["x", {"trials": 3}, {"trials": {"0": 3}, "winner": "0"}, {"winner": 10**9, "trials": {}}],
)
def test_what_the_storage_says_is_confirmed_is_not_believed(door: Door, told: Any) -> None:
    door.board.mark_confirmed({})
    before = json.loads(door.ask("/api/studies/0").body)
    door.board.mark_confirmed(told)
    shown = json.loads(door.ask("/api/studies/0").body)
    assert shown["best_trials"] == before["best_trials"]
    assert shown["trials"] == before["trials"]
