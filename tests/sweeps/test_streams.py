"""What a shell may do to a command: streams full, closed or unread, paths that no system takes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeps.forks import environment, forks
from tests.sweeps.helpers import TEXT, command, study, sweeps

FULL = "stdout: expected to write there, got No space left on device\n"
LONG = "x" * 300


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study, its run, and rows to predict."""
    folder = tmp_path_factory.mktemp("streams")
    text = TEXT.replace("trials: 24", "trials: 3").replace("synthetic:moons", "sklearn:iris")
    path = study(folder, text.replace(", options: {rows: 200}", ""))
    sweeps(str(path), "--jobs", "1", cwd=folder)
    from sklearn.datasets import load_iris

    frame = load_iris(as_frame=True).frame.drop(columns="target").head(5)
    frame.to_csv(folder / "rows.csv", index=False)
    (folder / "folder.csv").mkdir()
    (folder / "file").touch()
    return folder


RUN = "runs/small"
SAYING = [
    *("ls", "ls --json", f"show {RUN}", f"show {RUN} --json", f"show {RUN} 1 --json", "schema"),
    *(f"compare {RUN} {RUN}", f"compare {RUN} {RUN} --json", f"predict {RUN} rows.csv"),
    *(f"clean {RUN}", "check small.yaml", "run small.yaml --dry-run", "gradcheck small.yaml"),
    *("run small.yaml --jobs 1 --no-confirm --json -o others", "--help", "show --help"),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("words", SAYING)
def test_a_full_device_is_one_line(place: Path, words: str) -> None:
    arguments = ["sweeps", *words.split()]
    done = forks().run(arguments, place, environment(), timeout=60, stdout="/dev/full")
    assert done.returncode == 2
    said = done.stderr if "-o others" not in words else done.stderr.splitlines(True)[-1]
    assert said == FULL


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        ("set -o pipefail; {} | true", 0),
        ("{} >&-", 0),
        ("{} 2>&- >&- <&-", 0),
        ("{} >/dev/null 2>/dev/full", 0),
        ("{} >/dev/full 2>/dev/full", 2),
        ("{} >/dev/full 2>&-", 2),
        ("env -u HOME LC_ALL=C TERM=dumb COLUMNS=0 LINES=0 {}", 0),
        ("COLUMNS=9999999 {}", 0),
    ],
)
def test_what_a_shell_does_to_the_streams_costs_nothing(place: Path, shell: str, code: int) -> None:
    words = f"{sys.executable} -m sweeps show {RUN}"
    done = subprocess.run(
        ["bash", "-c", shell.format(words)], cwd=place, env=environment(), stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, "")


def test_a_run_that_nobody_reads_goes_on(place: Path) -> None:
    """And its exit code is its own."""
    words = " ".join(command("small.yaml", "--jobs", "1", "--no-confirm", "-o", "unread"))
    shell = f"set -o pipefail; {words} | true"
    subprocess.run(["bash", "-c", shell], cwd=place, env=environment(), check=True, timeout=60)
    assert (place / "unread" / "small" / "report.html").is_file()


PATHS = [
    *("run {}", "check {}", "resume {}", "ls {}", "show {}", "report {}", "clean {}", "new {}"),
    *("gradcheck {}", "dashboard {} --no-browser", f"compare {RUN} {{}}", "predict {} rows.csv"),
    *(f"predict {RUN} {{}}", f"predict {RUN} rows.csv -o {{}}", f"export {RUN} --csv {{}}"),
    *(f"export {RUN} --storage sqlite:///{{}}/a.db", "new a --data {}"),
    *("run small.yaml --trials 1 --no-confirm --out {}", "check small.yaml --set data.source={}"),
    "run small.yaml --dry-run --set search.from={}",
    "check small.yaml --allow-code --set trainer.call=a:f --set trainer.folder={}",
]


@pytest.mark.parametrize("words", PATHS)
def test_a_path_that_cannot_be_is_one_line(place: Path, words: str) -> None:
    for path in (LONG, f"{LONG}/{LONG}", "file/below")[:: 1 if words in PATHS[13:15] else 3]:
        arguments = [part.format(path) for part in words.split()]
        done = sweeps(*arguments, cwd=place, code=2, module="sweeps")
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "expected" in done.stderr


@pytest.mark.parametrize(
    "words",
    [f"predict {RUN} folder.csv", f"predict {RUN} rows.csv -o folder.csv", "show file", "ls file",
     f"export {RUN} --csv file", "new a --data folder.csv", "run small.yaml --out file",
     "run folder.csv", "check small.yaml --set data.source=folder.csv", "resume file"],
)  # fmt: skip
def test_a_folder_is_no_file_and_a_file_no_folder(place: Path, words: str) -> None:
    done = sweeps(*words.split(), cwd=place, code=2, module="sweeps")
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    "assigned",
    ['data.source="a\\0b.csv"', 'search.from="a\\0b"', 'storage="sqlite:///a\\0b"', 'name="a\\0b"',
     'artifacts="s3://a\\0b/c"', 'trainer={call: "a:f", folder: "a\\0b"}',
     'engine={name: dask, address: "a\\0b"}', 'trainer="a\\0b:f"'],
)  # fmt: skip
def test_a_nul_in_a_study_is_one_line(place: Path, assigned: str) -> None:
    options = ("--allow-code", "--set", assigned)
    done = sweeps("check", "small.yaml", *options, cwd=place, code=2, module="sweeps")
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_a_name_that_is_no_text_is_one_line(place: Path) -> None:
    """Bytes of another encoding: Python writes them as halves of characters."""
    arguments = [b"sweeps", b"run", b"small.yaml", b"--out", b"\xff\xfe"]
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=place, env=environment(), capture_output=True
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr


@pytest.mark.parametrize("words", ["ls", "run small.yaml", "new a", "show x"])
def test_a_folder_that_has_gone_is_one_line(place: Path, tmp_path: Path, words: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = f"cd {gone} && rmdir {gone} && {sys.executable} -m sweeps {words}"
    env = environment() | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        ["bash", "-c", shell], env=env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    shutil.rmtree(gone, ignore_errors=True)
