"""Data files that are not what they seem, by `check`: `python -m tests.soak.malformed [PART]`.

A line a file, and how many of them end in one line that says where, code 2, within SECONDS and
MEMORY; exit 1 where one does not.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.soak.hostile import Ended, end
from tests.soak.malformed_files import CASES, Malformed

SECONDS = 5.0  # of its own processor's time, the start of Python included
PATIENCE = 60.0  # seconds of the clock
MEMORY = 1_000_000_000  # bytes
LONGEST = 500  # characters of a line


def study(case: Malformed) -> str:
    """Its study file."""
    keys = "".join(f", {key}: {value}" for key, value in case.data.items())
    return f"name: a\ndata: {{source: {case.file}{keys}}}\nspace: {{l2: [0, 1]}}\n"


def fault(case: Malformed, ended: Ended) -> str:
    """What is wrong with how it ended; nothing where all is well."""
    lines = ended.said.splitlines()
    found = []
    if ended.code != 2:
        found.append(f"code {ended.code}")
    if len(lines) != 1 or len(ended.said) > LONGEST:
        found.append(f"{len(lines)} lines, {len(ended.said)} characters")
    if ended.seconds > SECONDS or ended.memory > MEMORY:
        found.append(f"{ended.seconds:.1f} s, {ended.memory / 1e6:.0f} MB")
    if not any(where in ended.said for where in (case.file, "a.yaml:")):
        found.append("no file is named")
    if case.expected not in ended.said:
        found.append(f"expected {case.expected!r}")
    return ", ".join(found)


def suffer(case: Malformed, folder: Path) -> Ended:
    """How `check` ends on it."""
    folder.mkdir()
    case.write(folder / case.file)
    (folder / "a.yaml").write_text(study(case))
    return end(["check", "a.yaml"], folder, PATIENCE)


def main() -> int:
    """Print a line a file and a verdict; the exit code."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    cases = [case for case in CASES if wanted in case.name]
    good = 0
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        places = [Path(temporary) / str(number) for number in range(len(cases))]
        for case, ended in zip(cases, pool.map(suffer, cases, places), strict=True):
            wrong = fault(case, ended)
            good += not wrong
            print(f"{'BAD ' if wrong else 'ok  '} {case.name}: {ended.said.strip()}", flush=True)
            if wrong:
                print(f"      {wrong}", flush=True)
    print(f"{good} of {len(cases)}: one line that says where, code 2, within 5 s and 1 GB")
    return int(good < len(cases))


if __name__ == "__main__":
    sys.exit(main())
