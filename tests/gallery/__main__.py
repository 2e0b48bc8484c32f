"""`python -m tests.gallery [STUDY …]`: run shipped studies, keep the answers, write the pages."""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports import frames
from reports.thumbnail import thumbnail
from tests.gallery import answers, badges, pages
from tests.gallery.answers import FOLDER, Answer

REPORTS = FOLDER / "reports"
# Run only where they are named: they take long, or need what is not there yet.
APART = {"tabular_full", "sklearn_mlp", "torch_cnn"} | {
    *("logistic_regression", "deep_vs_shallow", "softmax_images")
}


def run(name: str, jobs: int, out: Path) -> tuple[Path, float]:
    """Run a study; its folder, and the seconds of the processor, in all processes."""
    command = [sys.executable, "-m", "sweeps", "run", name, "--out", str(out), "--quiet"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The trainers of shipped studies are this repository's.
    subprocess.run([*command, "--jobs", str(jobs), "--allow-code"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return folder_of(name, out), spent


def folder_of(name: str, runs: Path) -> Path:
    """Where a study's run is, below a folder of runs."""
    return runs / pages.study_name(name)


def take(name: str, folder: Path, known: Answer | None, seconds: float | None) -> Answer:
    """What a finished run answers; its report is copied, its thumbnail drawn."""
    found = frames.load(folder)
    REPORTS.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "report.html", REPORTS / f"{name}.html")
    if (small := thumbnail(found)) is not None:
        pages.thumbnail(name).write_text(small, encoding="utf-8")
    words = answers.answer(json.loads((folder / "summary.json").read_text()))
    return Answer(words, seconds or (known.seconds if known else None))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    add = (
        parser := argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    ).add_argument
    add("studies", nargs="*", metavar="STUDY", help="all that need nothing, by default")
    add(
        "--from",
        dest="runs",
        type=Path,
        metavar="DIR",
        help="take the finished runs there; run none",
    )
    add("--jobs", type=int, default=2, help="of each run (default: 2)")
    given = parser.parse_args(arguments)
    if unknown := set(given.studies) - set(pages.names()):
        parser.error(f"expected names of {', '.join(pages.names())}, got {', '.join(unknown)}")
    known = answers.read()
    chosen = given.studies or [n for n in pages.names() if given.runs or n not in APART]
    with tempfile.TemporaryDirectory() as place:
        for name in chosen:
            seconds = None
            if given.runs is None:
                folder, seconds = run(name, given.jobs, Path(place))
            elif not (folder := folder_of(name, given.runs)).is_dir():
                continue
            known[name] = take(name, folder, known.get(name), seconds)
            print(f"{name}: {known[name].answer}")
            shutil.rmtree(Path(place) / folder.name, ignore_errors=True)
    answers.write(known)
    pages.write(known)
    badges.write()


if __name__ == "__main__":
    main()
