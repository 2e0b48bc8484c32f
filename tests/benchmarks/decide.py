"""Whether a study answers, whether it is right, and how good is what it advises; beside a peer.

`python -m tests.benchmarks.decide --out FOLDER`. On twelve tables whose truth is known, each drawn
again and again: one split with today's answers, what is default, what `sweeps new` proposes, the
search that one writes by hand (`by_hand.py`), and an earlier version of this project as it was
(`--earlier CHECKOUT`, `earlier.py` says which). One processor, one
result after the other, each kept in FOLDER by design, table and draw, so that the benchmark can be
stopped and goes on. `--markdown` prints what is there.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna

from sweeps.base.checkout import commit
from sweeps.phases import prepare
from sweeps.study.file import documents, parsing
from sweeps.study.hyperparameters import vocabulary
from sweeps.study.search_section import Search
from tests.benchmarks import common, decide_report, earlier
from tests.benchmarks.judged_run import COMMON, SCORED, Truths, judge, write
from tests.benchmarks.known_tables import KNOWN_TABLES, TARGET, KnownTable
from tests.benchmarks.setting_truth import SETS

ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
SMALL = 500  # rows of a table, up to which `sweeps new` proposes smaller networks
SEARCHED: Mapping[str, Any] = {
    "activation": ["relu", "tanh"],
    "l1": {"choices": [0, {"low": 0.03, "high": 10, "log": True}]},
    "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "l2": {"low": 1e-3, "high": 10, "log": True},
    "keep_prob": {"low": 0.6, "high": 1.0},
    "initializer": ["he", "xavier"],
    "optimizer": {
        "choices": {"momentum": {"beta": {"low": 0.8, "high": 0.99}}, "rmsprop": {}, "adam": {}}
    },
}
LATER = {"activation", "l1"}  # proposed since
# Random settings of a table of which the best is what a choice is held against.
REFERENCES = 8  # a draw


SWEEPS = [sys.executable, "-m", "sweeps"]


@dataclass(frozen=True)
class Sizes:
    """How large the truth is measured: all as `--help` says."""

    trials: int
    fresh: int
    sets: int
    scored: int
    earlier: Path | None = None  # a checkout of the version before


# Of a table, a draw, sizes, and the folder of all results.
Design = Callable[[KnownTable, int, Sizes, Path], dict[str, Any]]
StudyOf = Callable[[KnownTable, int, int], dict[str, Any]]  # of a table, a draw, and trials
WriteStudy = Callable[[Path, KnownTable, int, int], None]


def space(table: KnownTable) -> dict[str, Any]:
    """What is searched: that which `sweeps new` proposed when this was written."""
    is_small = table.rows <= SMALL
    widths = [[], [8], [16], [16, 8]] if is_small else [[], [16], [32, 16], [64, 32]]
    sizes = [8, 16, 32] if is_small else [16, 32, 64]
    return {"hidden": widths, "batch_size": sizes, **SEARCHED}


def plain_study(table: KnownTable, draw: int, trials: int) -> dict[str, Any]:
    """A study that leaves to the defaults what it can."""
    return {
        "name": table.name.replace("_", "-"),
        "data": {"source": "table.csv", "target": TARGET, "split": {"seed": draw}},
        "space": space(table),
        "search": {"trials": trials, "seed": draw},
    }


def split_study(table: KnownTable, draw: int, trials: int) -> dict[str, Any]:
    """The same by the design of before: seeds on one split, and the last of a few epochs."""
    said = plain_study(table, draw, trials)
    said["search"]["window"] = 16
    said["space"] = {word: one for word, one in said["space"].items() if word not in LATER}
    before = {"start": "random", "growth": 1}  # where a search begins otherwise by now
    said["search"] |= {key: before[key] for key in before.keys() & Search.model_fields.keys()}
    return said | {
        "fixed": {"epochs": 80 if table.rows <= SMALL else 60},
        "objective": {"metric": "dev_loss", "at": "last"},
        "replicates": {"count": 5, "resample": "none"},
    }


def earlier_study(table: KnownTable, draw: int, trials: int) -> dict[str, Any]:
    """That in the words which the earlier version knows; most of it was its default."""
    said = split_study(table, draw, trials)
    search = {"trials": trials, "seed": draw, "window": 16}
    said = {key: value for key, value in said.items() if key != "objective"}
    return said | {"search": search, "replicates": said["replicates"]["count"]}


def used(call: list[str], folder: Path, checkout: Path = ROOT) -> tuple[float, str]:
    """Seconds of the processor that a program and all that it starts take, and what it prints.

    Errors: RuntimeError.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    paths = os.pathsep.join(filter(None, [str(checkout), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(call)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, done.stdout


def written(study: StudyOf) -> WriteStudy:
    """Write a study file."""

    def write_study(folder: Path, table: KnownTable, draw: int, trials: int) -> None:
        said = study(table, draw, trials)
        (folder / "study.yaml").write_text(json.dumps(said))  # which is YAML, too

    return write_study


def proposed(folder: Path, table: KnownTable, draw: int, trials: int) -> None:
    """Have `sweeps new` write the study file."""
    used([*SWEEPS, "new", "study", "--data", "table.csv", "--target", TARGET], folder)


def ours(write_study: WriteStudy, *, is_earlier: bool = False) -> Design:
    """A design of ours: a study file, run from the command line. Errors: ValueError."""

    def measured(table: KnownTable, draw: int, sizes: Sizes, out: Path) -> dict[str, Any]:
        rows = table.draw(draw)
        checkout = sizes.earlier if is_earlier else ROOT
        if checkout is None:
            raise ValueError("the design 'earlier' needs --earlier CHECKOUT")
        with tempfile.TemporaryDirectory() as spare:
            folder = Path(spare)
            rows.frame.to_csv(folder / "table.csv", index=False)
            write_study(folder, table, draw, sizes.trials)
            changes = [f"data.split.seed={draw}", f"search.seed={draw}"]
            call = [*SWEEPS, "run", "study.yaml", "--jobs", "1", "--out", "runs"]
            call += ["--trials", str(sizes.trials), *(f"--set={change}" for change in changes)]
            seconds, printed = used(call, folder, checkout)
            (run,) = (folder / "runs").iterdir()
            truths = Truths(table, out / "truth", sizes.sets, sizes.scored)
            summary = json.loads((run / "summary.json").read_text())
            if is_earlier:
                summary["verdict"] = earlier.verdict(printed)
            return {"cpu": seconds, **judge(run, summary, table, rows, truths, sizes.fresh)}

    return measured


def by_hand(table: KnownTable, draw: int, sizes: Sizes, out: Path) -> dict[str, Any]:
    """The peer: what it saves is what it advises."""
    with tempfile.TemporaryDirectory() as spare:
        source = Path(spare, "table.csv")
        table.draw(draw).frame.to_csv(source, index=False)
        call = [sys.executable, "-m", "tests.benchmarks.by_hand", table.name, str(source)]
        call += ["--trials", str(sizes.trials), "--seed", str(draw), "--fresh", str(sizes.fresh)]
        environment = {**os.environ, **ONE_THREAD}
        done = subprocess.run(
            call, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
    found = json.loads(done.stdout)
    errors = {what: found[what] for what in ("error", "loss")}
    return {"cpu": found["cpu"], "saved": errors, "recommended": {"what": "networks", **errors}}


def references(table: KnownTable, draw: int, sizes: Sizes, out: Path) -> dict[str, Any]:
    """True errors of random settings, trained as by the design of before."""
    truths = Truths(table, out / "truth", sizes.sets, sizes.scored)
    said = split_study(table, draw, sizes.trials)
    study = parsing.study(documents.parse(json.dumps(said), "study.yaml"))
    sampler = optuna.samplers.RandomSampler(seed=draw)
    asked = optuna.create_study(sampler=sampler)
    with tempfile.TemporaryDirectory() as spare:
        resolved = Path(spare, "study.yaml")
        resolved.write_text(json.dumps(said))
        each = []
        for _ in range(REFERENCES):
            config = study.space.configure(study.space.ask(asked.ask()))
            settings = {word: vocabulary.plain(value) for word, value in config.items()}
            each.append(truths.of_setting(resolved, settings, round(COMMON * table.rows)))
    return {"settings": [{"error": one.error.mean(), "loss": one.loss.mean()} for one in each]}


DESIGNS: Mapping[str, Design] = {
    "earlier": ours(written(earlier_study), is_earlier=True),
    "split": ours(written(split_study)),
    "default": ours(written(plain_study)),
    "proposed": ours(proposed),
    "hand": by_hand,
    "references": references,
}


def units(options: argparse.Namespace) -> Iterator[tuple[str, KnownTable, int]]:
    """What is to be measured, small tables first, all of a draw before the next."""
    for draw in range(options.first, options.first + options.draws):
        for name in options.tables:
            for design in options.designs:
                yield design, KNOWN_TABLES[name], draw


def main(options: argparse.Namespace) -> None:
    """Measure what is not there yet, or print what is."""
    if options.markdown:
        made = decide_report.tables(options.out, options.designs)
        print(common.facts(argparse.Namespace()))
        print("\n".join(one.markdown() for one in made))
        return
    prepare.optuna_quietly()
    sizes = Sizes(options.trials, options.fresh, options.sets, options.scored, options.earlier)
    for design, table, draw in units(options):
        path = options.out / design / f"{table.name}-{draw}.json"
        if path.exists():
            continue
        began = time.monotonic()
        found = DESIGNS[design](table, draw, sizes, options.out)
        about = {"design": design, "table": table.name, "draw": draw, "commit": commit(ROOT)}
        write(path, {**about, "trials": sizes.trials, **found})
        print(f"{design} {table.name} {draw}: {time.monotonic() - began:.0f} s", flush=True)


def arguments() -> argparse.ArgumentParser:
    """What may be asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the results")
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS)[1:])
    parser.add_argument("--earlier", type=Path, help="a checkout of an earlier version of this")
    parser.add_argument("--tables", nargs="+", choices=KNOWN_TABLES, default=list(KNOWN_TABLES))
    parser.add_argument("--draws", type=int, default=20, help="tables drawn of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--trials", type=int, default=30, help="trials of a search")
    parser.add_argument("--fresh", type=int, default=100_000, help="rows to score advice on")
    parser.add_argument("--scored", type=int, default=SCORED, help="rows to score settings on")
    parser.add_argument("--sets", type=int, default=SETS, help="training sets of a setting's truth")
    parser.add_argument("--markdown", action="store_true", help="print what is there")
    return parser


if __name__ == "__main__":
    main(arguments().parse_args())
