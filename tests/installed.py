"""Wheel and sdist, built, and the wheel run as a newcomer has it: `python -m tests.installed`.

In a fresh environment, in a folder that is no clone, with no program on the path but those of the
environment (no git, no pgrep), and nothing written among the installed files. Exit code 1, and what
was said, where something is not as it should be.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = tuple(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
TABLE = ROOT / "studies" / "subscriptions.csv"
LIMIT = 600.0  # seconds of one command


class NotAsItShouldBeError(Exception):
    """What a newcomer would have met."""


def call(command: list[str], **options: object) -> str:
    """What a command prints. Errors: NotAsItShouldBeError with all that it said."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode:
        raise NotAsItShouldBeError(
            f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}"
        )
    return str(done.stdout)


def expect(is_so: bool, words: str) -> None:
    """Errors: NotAsItShouldBeError with the words."""
    if not is_so:
        raise NotAsItShouldBeError(words)


def tracked() -> set[str]:
    """The files of the project that git knows."""
    names = call(["git", "ls-files"], cwd=ROOT).splitlines()
    return {name for name in names if (ROOT / name).is_file()}


def build(folder: Path) -> Path:
    """Build the sdist, and from it the wheel, whose path is returned; both have what they should.

    Of the packages the wheel has each file that git knows, and besides them only its own notes.
    """
    call([sys.executable, "-m", "build", "--no-isolation", "-o", str(folder), str(ROOT)])
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    ours = tracked()
    with tarfile.open(sdist) as archive:
        there = {name.partition("/")[2] for name in archive.getnames()}
    expect(there == ours | {"PKG-INFO"}, f"sdist and git differ: {sorted(there ^ ours)}")
    with zipfile.ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = {name for name in ours if name.startswith(tuple(f"{name}/" for name in PACKAGES))}
    expect(there == ours, f"wheel and git differ: {sorted(there ^ ours)}")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """A new environment with the wheel; its folder of programs."""
    call([sys.executable, "-m", "venv", str(folder)])
    programs = folder / "bin"
    pip = [str(programs / "python"), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    os.environ["PIP_NO_COMPILE"] = "1"
    call([*pip, "-c", str(ROOT / "constraints.txt"), str(wheel)])
    return programs


def files(environment: Path) -> dict[str, int]:
    """The installed files and when they were changed."""
    return {str(path): path.stat().st_mtime_ns for path in (environment / "lib").rglob("*")}


class Newcomer:
    """Somebody in a folder of their own, who has the environment's programs and no others."""

    def __init__(self, programs: Path, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._programs = programs
        self._environment = {
            "PATH": str(programs),
            "HOME": str(folder / "home"),  # is not there
            # What is imported is compiled once for all commands, and not among the installed files.
            "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled"),
        }

    def sweeps(self, *arguments: str) -> str:
        """What `sweeps …` says."""
        command = [str(self._programs / "sweeps"), *arguments]
        return call(command, cwd=self.folder, env=self._environment)

    def expect_report(self, run: str) -> None:
        """Errors: NotAsItShouldBeError where a run has left no whole report."""
        page = self.folder / "runs" / run / "report.html"
        text = page.read_text() if page.is_file() else ""
        is_whole = "<section" in text and text.rstrip().endswith("</html>")
        expect(is_whole, f"{page}: expected a report, got {text[-80:]!r}")


def demo(newcomer: Newcomer) -> None:
    """The version, and the demo to its report."""
    said = newcomer.sweeps("--version").strip()
    expect(said == f"sweeps {PROJECT['project']['version']}", f"--version said {said}")
    newcomer.sweeps("demo", "--jobs", "1")
    newcomer.expect_report("quickstart")


def shipped(newcomer: Newcomer) -> None:
    """A study by its name, with a table that ships beside it."""
    newcomer.sweeps("run", "csv_example", "--trials", "3", "--no-confirm", "--jobs", "1")
    newcomer.expect_report("csv-example")


def own_table(newcomer: Newcomer) -> None:
    """A study of a table, its run, and what the saved networks say of three rows."""
    lines = TABLE.read_text().splitlines()
    (newcomer.folder / "my.csv").write_text("\n".join(lines) + "\n")
    newcomer.sweeps("new", "mine", "--data", "my.csv", "--target", "churn")
    short = ["--set", "fixed.epochs=20", "--set", "confirm={top: 1, replicates: 5}"]
    newcomer.sweeps("run", "mine.yaml", "--trials", "3", "--jobs", "1", *short)
    newcomer.expect_report("mine")
    (newcomer.folder / "new.csv").write_text("\n".join(lines[:4]) + "\n")
    said = newcomer.sweeps("predict", "runs/mine", "new.csv").splitlines()
    rows = [line.split(",")[:3] for line in said if line[:1].isdigit()]
    expect("prediction" in said[0] and len(rows) == 3, f"predict said {said}")
    expect({answer for _, _, answer in rows} <= {"no", "yes"}, f"predict said {said}")


WAYS: tuple[Callable[[Newcomer], None], ...] = (demo, own_table, shipped)


def check(place: Path) -> None:
    """All of it, in an empty folder. Errors: NotAsItShouldBeError."""
    programs = install(build(place / "dist"), place / "environment")
    before = files(place / "environment")
    with ThreadPoolExecutor(2) as pool:
        each = [pool.submit(way, Newcomer(programs, place / way.__name__)) for way in WAYS]
    for one in each:
        one.result()
    after = files(place / "environment")
    changed = sorted(name for name, _ in before.items() ^ after.items())
    expect(not changed, f"written among the installed files: {changed}")


def main() -> int:
    """The command."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="installed-") as place:
        try:
            check(Path(place))
        except NotAsItShouldBeError as fault:
            print(fault, file=sys.stderr)
            return 1
    print(f"wheel and sdist are as they should be ({time.monotonic() - start:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
