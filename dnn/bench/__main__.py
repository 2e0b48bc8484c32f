"""The command line: what to measure, what to print and write. Exit codes: 0, 2 the user's input."""

import argparse
import difflib
import importlib.util
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dnn.bench import machine, report, tables
from dnn.bench.engines import ENGINES, PEERS
from dnn.bench.measure import Measurement, Plan
from dnn.bench.problem import INSTALL
from dnn.bench.workers import WorkerError
from dnn.bench.works import WORKS

QUICK = Plan(rounds=3, cold_rounds=1, turn_seconds=0.05, budget_seconds=5.0)
QUICK_WORKS, QUICK_POPULATIONS = ("tabular",), (16,)
QUICK_TABLES = tuple(name for name in tables.TABLES if name != "load")


def _names(known: Iterable[str]) -> Any:
    """An argparse type: names of a table, separated by commas."""
    names = tuple(known)

    def parse(text: str) -> tuple[str, ...]:
        chosen = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
        for name in chosen:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1, 0.4)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                raise argparse.ArgumentTypeError(
                    f"expected some of {', '.join(names)}; got {name!r}{hint}"
                )
        return chosen

    return parse


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more, got {text!r}")
    return int(text)


def _positives(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_positive(part.strip()) for part in text.split(",")))


def _file(text: str) -> Path:
    """Looked at before the measurements, not after a quarter of an hour."""
    if not Path(text).parent.is_dir():
        raise argparse.ArgumentTypeError(f"expected a file in a folder that exists, got {text!r}")
    return Path(text)


def parser() -> argparse.ArgumentParser:
    """The options; names left out mean all of them."""
    options = argparse.ArgumentParser(
        prog="python -m dnn.bench", description="How fast the engine trains beside its peers."
    )
    add = options.add_argument
    add("--against", type=_names(PEERS), default=PEERS, help=f"peers: {','.join(PEERS)}")
    add("--works", type=_names(WORKS), help=f"works: {','.join(WORKS)}")
    add("--populations", type=_positives, help="networks trained together [1,16]")
    add("--rounds", type=_positive, help=f"turns of each contestant [{Plan().rounds}]")
    add("--tables", type=_names(tables.TABLES), help=f"tables: {','.join(tables.TABLES)}")
    add("--json", type=_file, metavar="FILE", help="every raw measurement, machine and versions")
    add("--markdown", type=_file, metavar="FILE", help="the tables")
    add(
        "--quick",
        action="store_true",
        help="under a minute: one work, few and short turns, one core",
    )
    return options


def _installed(peers: Iterable[str]) -> list[str]:
    """Those that can be imported; the others are named, with what installs them."""
    found = []
    for peer in peers:
        top = ENGINES[peer].library.partition(".")[0]
        if importlib.util.find_spec(top):
            found.append(peer)
        else:
            print(f"{peer}: {top} is not installed, left out: {INSTALL}", file=sys.stderr)
    return found


def _request(chosen: argparse.Namespace) -> tables.Request:
    plan = QUICK if chosen.quick else Plan()
    if chosen.rounds:
        plan = Plan(chosen.rounds, chosen.rounds, plan.turn_seconds, float("inf"))
    works = QUICK_WORKS if chosen.quick else tuple(WORKS)
    populations = QUICK_POPULATIONS if chosen.quick else tables.POPULATIONS
    return tables.Request(
        engines=["ours", *_installed(chosen.against)],
        works=chosen.works or works,
        populations=chosen.populations or populations,
        cores=machine.cores(),
        plan=plan,
    )


def measure(request: tables.Request, names: Sequence[str]) -> dict[str, list[Measurement]]:
    """Every table's measurements; a table is printed as soon as it is there."""
    found: dict[str, list[Measurement]] = {}
    for name in names:
        measurements: list[Measurement] = []
        for race in tables.TABLES[name](request):
            measurements += race
            job = race[0].job
            print(f"{name}: {job.work}, population {job.population}", file=sys.stderr)
        found[name] = measurements
        for table in report.REPORTS[name](measurements):
            print(table.markdown(), flush=True)
    return found


def document(request: tables.Request, found: Mapping[str, list[Measurement]]) -> dict[str, Any]:
    """Everything, for `--json`."""
    return {
        "machine": machine.describe(),
        "plan": asdict(request.plan),
        "measurements": [
            {**asdict(m), "rate": m.rate, "flop_rate": m.flop_rate}
            for measurements in found.values()
            for m in measurements
        ],
    }


def markdown(found: Mapping[str, list[Measurement]], seconds: float) -> str:
    """All tables under a head that says where the figures come from."""
    about = machine.describe()
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    head = (
        f"# Benchmark results\n\n{about['cpu']}, {about['cores']} cores, {about['system']}; "
        f"{versions}. Made by `python -m dnn.bench --markdown FILE` in {seconds:.0f} s.\n"
    )
    parts = [table.markdown() for name, ms in found.items() for table in report.REPORTS[name](ms)]
    return "\n".join([head, *parts])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; the exit code."""
    chosen = parser().parse_args(arguments)
    names = QUICK_TABLES if chosen.quick else tuple(tables.TABLES)
    started = time.perf_counter()
    try:
        request = _request(chosen)
        found = measure(request, chosen.tables or names)
    except (WorkerError, machine.UnsupportedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    if chosen.json:
        chosen.json.write_text(json.dumps(document(request, found), indent=1) + "\n")
    if chosen.markdown:
        chosen.markdown.write_text(markdown(found, time.perf_counter() - started))
    return 0


if __name__ == "__main__":
    sys.exit(main())
