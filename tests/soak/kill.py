"""kill -9 at random moments, of the parent, a worker, both, PostgreSQL, and all of them.

After resuming: the table equals the unharmed one, the budget is met exactly, no orphan is left
after 5 s, no lock stays. `python -m tests.soak.kill [--moments 25] [--seed 0]`; exit 1 if not.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.databases import PASSWORD, Postgres, missing
from tests.soak.runs import TRIALS, Run, children, kill
from tests.sweeps.helpers import alive

VICTIMS = {
    "parent": {"parent"},
    "worker": {"worker"},
    "both": {"parent", "worker"},
    "database": {"database"},
    "all": {"parent", "worker", "database"},
}


def main() -> int:
    """Print a line a moment and a verdict; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    os.environ["DATABASE_PASSWORD"] = PASSWORD
    rng = random.Random(given.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lack = missing()
        if lack:
            print(f"without PostgreSQL: {lack}")
        database = None if lack else stack.enter_context(Postgres())
        unharmed = Run(folder / "unharmed")
        started = time.monotonic()
        assert unharmed.go_on() == (0, "")
        length, table = time.monotonic() - started, unharmed.table()
        print(f"unharmed  {length:.1f} s, {TRIALS} trials")
        good = 0
        for moment in range(given.moments):
            names = [name for name in VICTIMS if database or "database" not in VICTIMS[name]]
            name = names[moment % len(names)]
            run = Run(folder / f"run-{moment}", _storage(database, name, moment))
            line, ok = _harm(run, VICTIMS[name], rng, database, table)
            good += ok
            print(f"{moment + 1:2} {name:8} {line}", flush=True)
    print(f"{good} of {given.moments} moments: the unharmed table, and nothing left behind")
    return 0 if good == given.moments else 1


def _storage(database: Postgres | None, name: str, moment: int) -> str:
    if not database or "database" not in VICTIMS[name]:
        return ""
    return database.create(f"kill_{moment}")


def _harm(
    run: Run, victims: set[str], rng: random.Random, database: Postgres | None, table: str
) -> tuple[str, bool]:
    """Kill at a random record and a random bit later; resume; what was found, and whether good."""
    run.start()
    records, later = rng.randrange(TRIALS), rng.uniform(0, 0.3)
    opened = run.out / "artifacts" / "identity.json"
    # A database that is away from the start is not waited for: the address may be wrong.
    waits = "database" in victims
    run.until(lambda: run.records() >= records and (opened.exists() or not waits))
    time.sleep(later)
    process = run.process
    assert process
    family, workers = [process.pid, *children(process.pid)], run.workers()
    if "worker" in victims and workers:
        kill(rng.choice(workers))
    if "parent" in victims:
        kill(process.pid)
    if "database" in victims:
        assert database
        database.kill()
        time.sleep(rng.uniform(0, 3))
        database.start()
    code, said = run.wait()
    orphans = _orphans(family)
    found = run.records()
    again, said_again = run.go_on()
    equal, locks = run.table() == table, run.locks()
    told = run.told()
    met = len(told) == TRIALS and all(state != "RUNNING" for _, state, *_ in told)
    heard = said_again + (said if code >= 0 else "")  # loky's helper complains of a killed parent
    ok = equal and met and not orphans and not locks and again == 0 and not heard
    ok = ok and (code in (0, -9) if "parent" in victims else code == 0)
    words = [
        f"at record {records:2} + {later:.2f} s: ended {code} with {found} records",
        f"resumed: {'equal' if equal else 'DIFFERENT'}",
        f"budget {'met' if met else f'MISSED ({len(told)})'}",
        f"orphans {orphans or 'none'}",
        f"locks {locks or 'none'}",
    ]
    if heard:
        words.append(f"said {heard!r}")
    return ", ".join(words), ok


def _orphans(family: list[int]) -> list[int]:
    """Those that live on for more than 5 s."""
    deadline = time.monotonic() + 5
    while (left := [pid for pid in family if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


if __name__ == "__main__":
    sys.exit(main())
