"""Which engine runs a study: the file, the option, what is missing, and who does not answer."""

import importlib.util
import re
import socket
import time
from pathlib import Path
from typing import Any, get_args

import pytest

from sweeps.base.consent import from_user
from sweeps.base.errors import UserError
from sweeps.engines import ENGINES, EngineLost, check, make
from sweeps.results import resolved
from sweeps.study.engine_section import EngineSpec
from sweeps.study.file import overrides, parsing
from sweeps.study.file.documents import Document, parse
from sweeps.study.spec import Study
from tests.sweeps.engines import installed, work
from tests.sweeps.helpers import TEXT, study, sweeps

CLUSTERS = {
    "dask": ("tcp://127.0.0.1:{port}", "tls://127.0.0.1:{port}"),
    "ray": ("127.0.0.1:{port}", "ray://127.0.0.1:{port}"),
}


def checked(tail: str = "", option: str | None = None) -> Study:
    document: Document = parse(f"{TEXT}\n{tail}", "s.yaml")
    if option is not None:
        overrides.choose_engine(document, option)
    return parsing.study(document)


def test_the_file_knows_every_engine_of_the_table() -> None:
    assert set(get_args(EngineSpec.model_fields["name"].annotation)) == set(ENGINES)
    assert (checked().engine, checked().retries) == (EngineSpec(name="loky"), 2)
    assert checked("engine: dask\nretries: 0").engine == EngineSpec(name="dask")
    joined = checked("engine: {name: dask, address: 'tcp://head:8786'}").engine
    assert str(joined) == "dask at tcp://head:8786"
    assert checked("engine: ray", "dask=tls://head:8786").engine.address == "tls://head:8786"
    assert checked("engine: {name: dask, address: 'tcp://head:8786'}", "loky").engine.name == "loky"


@pytest.mark.parametrize(
    ("tail", "option", "said"),
    [
        (
            "engine: dsk",
            None,
            "s.yaml:19: engine.name: expected loky, dask or ray, got 'dsk' (did you mean 'dask'?)",
        ),
        (
            "",
            "rai",
            "--engine: engine.name: expected loky, dask or ray, got 'rai' (did you mean 'ray'?)",
        ),
        (
            "engine: {name: dask, adress: x}",
            None,
            "s.yaml:19: engine.adress: expected a known key, got 'adress' "
            "(did you mean 'address'?)",
        ),
        (
            "",
            "loky=tcp://head:1",
            "--engine: engine: expected no address with loky, got 'tcp://head:1'",
        ),
        (
            "",
            "dask=http://head:1",
            "--engine: engine: expected an address like tcp://head:8786 with dask, "
            "got 'http://head:1'",
        ),
        (
            "",
            "ray=tcp://head:1",
            "--engine: engine: expected an address like head:6379, ray://head:10001 with ray, "
            "got 'tcp://head:1'",
        ),
        ("retries: 11", None, "s.yaml:19: retries: expected a number <= 10, got 11"),
        (
            "engine: 3",
            None,
            "s.yaml:19: engine: expected loky, dask, ray or {name: …, address: …}, got 3",
        ),
    ],
)
def test_what_cannot_be_an_engine_is_said_in_one_line(
    tail: str, option: str | None, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        checked(tail, option)
    assert str(caught.value) == said


def test_a_missing_package_is_said_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    check(EngineSpec(name="loky"))
    for name in ("dask", "ray"):
        with pytest.raises(UserError) as caught:
            check(EngineSpec(name=name))  # type: ignore[arg-type]
        assert str(caught.value) == (
            f"engine: {name} needs {ENGINES[name].needs}, which is not installed: "
            f"pip install {ENGINES[name].needs}"
        )


def test_the_engine_is_no_part_of_a_study(tmp_path: Path) -> None:
    """It may change between two runs; the resolved study says it, and runs."""
    path = study(tmp_path, TEXT + "\nretries: 1\nengine: loky\n")
    options = ("--trials", "2", "--no-confirm", "--jobs", "2")
    sweeps(str(path), *options, cwd=tmp_path)
    resolved_study = tmp_path / "runs" / "small" / "study.yaml"
    text = resolved_study.read_text()
    assert re.search(r"engine: \{name: loky\}\n.*retries: 1", text, re.DOTALL)
    path.write_text(text.replace("retries: 1", "retries: 4"))
    done = sweeps(str(path), *options, cwd=tmp_path)
    assert "2 of 2 trials are done" in done.stdout


@pytest.mark.parametrize(("name", "form"), [(n, f) for n, forms in CLUSTERS.items() for f in forms])
def test_a_cluster_that_is_not_there_is_one_line_within_ten_seconds(name: str, form: str) -> None:
    installed(name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = form.format(port=free.getsockname()[1])
    spec_: Any = EngineSpec(name=name, address=address)  # type: ignore[arg-type]
    spec_ = spec_.coming_from(from_user("engine", address))
    started = time.monotonic()
    with pytest.raises(EngineLost) as caught:
        make(spec_, work, None, jobs=1, retries=0)
    assert time.monotonic() - started < 10
    said = str(caught.value)
    assert said.startswith(f"engine: {name}: expected a cluster at {address}, got none: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(("name", "form"), [(n, f) for n, forms in CLUSTERS.items() for f in forms])
def test_a_server_of_another_kind_is_one_line_within_fifteen_seconds(name: str, form: str) -> None:
    """It takes the connection, and says nothing."""
    installed(name)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = form.format(port=silent.getsockname()[1])
        spec_: Any = EngineSpec(name=name, address=address)  # type: ignore[arg-type]
        spec_ = spec_.coming_from(from_user("engine", address))
        started = time.monotonic()
        with pytest.raises(EngineLost) as caught:
            make(spec_, work, None, jobs=1, retries=0)
        assert time.monotonic() - started < 15
        assert len(str(caught.value).splitlines()) == 1


def test_the_identity_has_neither_engine_nor_retries(tmp_path: Path) -> None:
    from sweeps.data.datasets.loading import load

    one, other = checked(), checked("engine: dask\nretries: 7")
    dataset = load(one.data, tmp_path, one.dtype)
    assert resolved.identity(one, dataset) == resolved.identity(other, dataset)
