"""Run folders that name other hosts, storages, buckets and repositories."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.soak.outside import COMMANDS, Case, Outside

Make = Callable[[Path, Outside], None]

BY_STUDY, BY_PROVENANCE = ("resume", "run"), ("dashboard", "export")
LOADS_NOTHING = "file:x.db?uri=true&vfs=unix-none"
STORAGES = (
    *("postgresql+psycopg://me@HOST/db", "postgresql+psycopg:///db?host=127.0.0.1&port=PORT"),
    *("mysql+pymysql://me:secret@HOST/db", "mysql+pymysql://me@/db?unix_socket=EMPTY/socket"),
    *("mysql+pymysql://me@HOST/db?read_default_file=PRECIOUS", "postgresql://HOST/?service=x"),
    *("postgresql+psycopg://me:${HOME}@HOST/db", "${HOME}", "sqlite:///${HOME}.db"),
    *("sqlite:///EMPTY/new.db", "sqlite:///PRECIOUS", f"sqlite:///{LOADS_NOTHING}"),
    *("http://HOST/db", "mssql+pyodbc://HOST/db", "sqlite+pysqlcipher://:a@/EMPTY/x.db"),
)
ENGINES = (
    *("{name: dask, address: 'tcp://HOST'}", "{name: dask, address: 'tls://HOST'}"),
    *("{name: dask, address: 'ws://HOST'}", "{name: ray, address: 'HOST'}"),
    *("{name: ray, address: 'ray://HOST'}", "{name: ray, address: auto}", "dask=tcp://HOST"),
)


def _filled(text: str, outside: Outside) -> str:
    words = {"HOST": f"127.0.0.1:{outside.port}", "PORT": str(outside.port)}
    words |= {"EMPTY": str(outside.empty), "PRECIOUS": str(outside.precious)}
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _in_the_study(key: str, value: str) -> Make:
    def make(folder: Path, outside: Outside) -> None:
        path = folder / "study.yaml"
        lines = [line for line in path.read_text().splitlines() if not line.startswith(f"{key}:")]
        path.write_text("\n".join([*lines, f"{key}: {_filled(value, outside)}\n"]))

    return make


def _in_the_provenance(value: str) -> Make:
    def make(folder: Path, outside: Outside) -> None:
        path = folder / "provenance.json"
        known = json.loads(path.read_text()) | {"storage": _filled(value, outside)}
        path.write_text(json.dumps(known))

    return make


def _data(source: str) -> Make:
    def make(folder: Path, outside: Outside) -> None:
        path = folder / "study.yaml"
        text = path.read_text().replace("synthetic:moons", _filled(source, outside))
        path.write_text(text.replace("options: {rows: 200}", "target: y"))

    return make


def _trainer(folder: Path, outside: Outside) -> None:
    """Code beside the study, and as a module that everybody imports."""
    for name in ("evil", "__init__", "conftest", "sitecustomize"):
        code = f"import os\nos.system({outside.command!r})\ndef train(config, data, seed): yield\n"
        (folder / f"{name}.py").write_text(code)
    _in_the_study("trainer", "{call: 'evil:train', folder: .}")(folder, outside)


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


def _repository(*settings: tuple[str, str]) -> Make:
    """The folder as a checkout, changed since, whose settings run something."""

    def make(folder: Path, outside: Outside) -> None:
        _git(folder, "init", "--quiet")
        _git(folder, "add", "study.yaml")
        _git(folder, "commit", "--quiet", "-m", "one")
        for name, value in settings:
            _git(folder, "config", name, value.replace("COMMAND", f"{outside.command};"))
        (folder / ".gitattributes").write_text("* filter=evil diff=evil\n")
        hook = folder / ".git" / "hooks" / "post-index-change"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{outside.command}\n")
        hook.chmod(0o755)
        with (folder / "study.yaml").open("a") as file:
            file.write("# changed\n")

    return make


def _repository_elsewhere(folder: Path, outside: Outside) -> None:
    _repository(("core.fsmonitor", "COMMAND"))(folder, outside)
    there = folder / "artifacts" / "there"
    shutil.move(folder / ".git", there)
    (folder / ".git").write_text(f"gitdir: {there}\n")


def _settings(folder: Path, outside: Outside) -> None:
    """What programs read in the folder that they are started in."""
    for place in (folder, folder.parent.parent):
        (place / "matplotlibrc").write_text("text.usetex: True\nbackend: module://evil\n")
        (place / ".env").write_text(f"RAY_ADDRESS=127.0.0.1:{outside.port}\n")


def _but(*commands: str) -> tuple[str, ...]:
    return tuple(command for command in COMMANDS if command not in commands)


HOSTILE: tuple[Case, ...] = (
    *(
        Case(f"study.yaml: storage: {url}", _in_the_study("storage", f"'{url}'"), BY_STUDY)
        for url in STORAGES
    ),
    *(
        Case(f"provenance.json: storage {url}", _in_the_provenance(url), BY_PROVENANCE)
        for url in STORAGES
    ),
    *(Case(f"engine: {one}", _in_the_study("engine", one), BY_STUDY) for one in ENGINES),
    *(
        Case(f"artifacts: {url}", _in_the_study("artifacts", url), BY_STUDY)
        for url in ("s3://records", "s3://records/of/mine", "s3://me:secret@records", "http://HOST")
    ),
    *(
        Case(f"data: {source}", _data(source), ("check", *BY_STUDY))
        for source in (
            *("http://HOST/x.csv", "https://HOST/x.csv", "s3://records/x.csv", "openml:61"),
            *("file://PRECIOUS", r"\\\\host\\share\\x.csv", "//host/share/x.csv", "PRECIOUS"),
        )
    ),
    Case("trainer: code beside the study", _trainer, spared=_but(*BY_STUDY)),
    *(
        Case(f"a repository with {name}", _repository((name, value)), ("run",), ("run",))
        for name, value in (
            *(("core.fsmonitor", "COMMAND"), ("filter.evil.clean", "COMMAND cat")),
            *(("filter.evil.process", "COMMAND"), ("diff.evil.textconv", "COMMAND cat")),
            *(("diff.external", "COMMAND"), ("core.sshCommand", "COMMAND")),
            *(("core.pager", "COMMAND"), ("alias.diff", "!COMMAND"), ("core.hooksPath", ".")),
        )
    ),
    Case("a repository elsewhere", _repository_elsewhere, ("run",), ("run",)),
    Case("settings that lie about", _settings, ("report", "run"), ("report", "run")),
)
