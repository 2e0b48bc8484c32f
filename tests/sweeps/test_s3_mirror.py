"""The mirror of a run's records, against an S3 of its own on this machine."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sweeps as package
from sweeps.base.errors import UserError
from tests.needs import missing
from tests.sweeps.helpers import study, sweeps

SECRET = "open-sesame"
QUICK = ("--trials", "4", "--jobs", "1", "--no-confirm")
BUCKET = "s3://records/of/runs"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a server."""
    try:
        from moto.server import ThreadedMotoServer
    except ImportError:
        missing("moto", "pip install 'moto[s3]' flask flask-cors boto3")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket, empty; the environment knows it as a user's would."""
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = boto3.resource("s3").Bucket("records")
    made.create()
    made.objects.delete()
    return made


def names(bucket: Any) -> set[str]:
    return {one.key for one in bucket.objects.all()}


def test_the_records_and_the_report_stand_in_the_bucket(bucket: Any, tmp_path: Path) -> None:
    path = study(tmp_path)
    folder = tmp_path / "runs" / "small"
    (folder / "artifacts").mkdir(parents=True)
    (folder / "artifacts" / "warm.json").write_text("[]")  # of search.from
    done = sweeps(str(path), *QUICK, "--artifacts", BUCKET, cwd=tmp_path)
    records = [f"artifacts/trial-{n:06d}.npz" for n in range(4)]
    expected = ["artifacts/identity.json", "artifacts/warm.json", *records, "report.html"]
    assert names(bucket) == {f"of/runs/small/{name}" for name in expected}
    for name in expected:
        body = bucket.Object(f"of/runs/small/{name}").get()["Body"].read()
        assert body == (folder / name).read_bytes()
    assert "mirrored  7 of 7 files at s3://records/of/runs/small\n" in done.stdout
    for file in folder.rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes(), file
    assert SECRET not in done.stdout + done.stderr


def test_a_run_is_restored_from_the_bucket(bucket: Any, tmp_path: Path) -> None:
    path = study(tmp_path, **{"name: small": f"name: small\nartifacts: {BUCKET}"})
    sweeps(str(path), *QUICK, "--allow-remote", cwd=tmp_path)
    folder = tmp_path / "runs" / "small"
    shutil.rmtree(folder)
    for key in names(bucket):
        to = folder / key.removeprefix("of/runs/small/")
        to.parent.mkdir(parents=True, exist_ok=True)
        bucket.download_file(key, str(to))
    kept = {p.name: p.stat().st_mtime_ns for p in folder.glob("artifacts/trial-*.npz")}
    sweeps(str(path), *QUICK, "--allow-remote", cwd=tmp_path)
    assert kept == {p.name: p.stat().st_mtime_ns for p in folder.glob("artifacts/trial-*.npz")}


def test_what_is_there_is_not_sent_again_and_what_is_missing_is(
    bucket: Any, tmp_path: Path
) -> None:
    path, options = str(study(tmp_path)), (*QUICK, "--artifacts", BUCKET)
    sweeps(path, *QUICK, cwd=tmp_path)
    assert names(bucket) == set()
    sweeps(path, *options, cwd=tmp_path)
    assert len(names(bucket)) == 6
    bucket.Object("of/runs/small/artifacts/trial-000001.npz").delete()
    (tmp_path / "runs" / "small" / "artifacts" / "trial-000002.npz").touch()
    bucket.Object("of/runs/small/artifacts/trial-000002.npz").delete()
    sweeps(path, *options, cwd=tmp_path)
    # The first was sent, as far as this side knows; the second is another file than was sent.
    assert "of/runs/small/artifacts/trial-000001.npz" not in names(bucket)
    assert "of/runs/small/artifacts/trial-000002.npz" in names(bucket)


def faults(told: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith("warning   artifacts: ")]


def test_a_bucket_that_is_not_there_is_told_once_and_ends_nothing(
    bucket: Any, tmp_path: Path
) -> None:
    path = str(study(tmp_path))
    done = sweeps(path, *QUICK, "--artifacts", "s3://absent", cwd=tmp_path)
    (line,) = faults(done.stdout)
    assert "NoSuchBucket" in line
    assert "mirrored  0 of 6 files at s3://absent/small; run it again" in done.stdout
    assert done.stderr == ""


def test_a_server_that_is_gone_is_told_once_and_ends_nothing(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://me:{SECRET}@127.0.0.1:{port}")
    done = sweeps(str(study(tmp_path)), *QUICK, "--artifacts", BUCKET, cwd=tmp_path)
    assert len(faults(done.stdout)) == 1
    assert SECRET not in done.stdout + done.stderr
    assert (tmp_path / "runs" / "small" / "report.html").exists()


@pytest.mark.parametrize(
    ("given", "got"),
    [
        ("s3://key:open-sesame@records/a", "'s3://key:***@records/a' (credentials come from"),
        ("s3://records/../up", "'s3://records/../up'"),
        ("gs://records", "'gs://records'"),
        ("records", "'records'"),
    ],
)
def test_another_address_is_refused(tmp_path: Path, given: str, got: str) -> None:
    path = study(tmp_path, **{"name: small": f"name: small\nartifacts: {given}"})
    said = [
        sweeps(str(path), cwd=tmp_path, code=2).stderr,
        sweeps(str(study(tmp_path)), "--artifacts", given, cwd=tmp_path, code=2).stderr,
    ]
    assert said[0].startswith(f"{path}:3: artifacts: expected an address like s3://bucket/prefix")
    assert said[1].startswith("--artifacts: expected an address like s3://bucket/prefix, got")
    for line in said:
        assert got in line
        assert SECRET not in line
        assert line.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_boto3_is_asked_for_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeps.base.s3_address.find_spec", {"boto3": None}.get)
    with pytest.raises(UserError) as told:
        package.run(study(tmp_path), out=tmp_path / "runs", artifacts=BUCKET, quiet=True)
    assert str(told.value) == (
        f"artifacts: expected the package boto3, for {BUCKET}, got none (pip install boto3)"
    )
    assert not (tmp_path / "runs").exists()
