"""The verdict of an earlier version of this project, which said it in sentences alone.

d7c0125 is the last that knew two answers: better or worse, and not shown; seeds on one split.
"""

import re
from typing import Any

from reports.stats.settings.differences import BETTER, OPEN, WORSE

SAID = {
    "against_defaults": {
        "Better than the defaults": BETTER,
        "Worse than the defaults": WORSE,
        "Not told apart from the defaults": OPEN,
    },
    "against_baseline": {
        "A network is worth it": BETTER,
        "A network is not worth it": WORSE,
        "A network is not shown to be worth it": OPEN,
    },
}
BASELINE = re.compile(r"against ([a-z ]+) \(")


def verdict(printed: str) -> dict[str, dict[str, Any] | None]:
    """As `summary.json` says it today, of the terminal's text: answers by plain error, no margin.

    Errors: ValueError where no sentence is about the best baseline.
    """
    found = {question: _answered(printed, question) for question in SAID}
    if found["against_baseline"] is None:
        raise ValueError(f"no verdict on the best baseline in: {printed[-2000:]}")
    return found


def _answered(printed: str, question: str) -> dict[str, Any] | None:
    for words, answer in SAID[question].items():
        if (at := printed.find(words)) < 0:
            continue
        rest = " ".join(printed[at:].split())  # the terminal breaks lines
        named = BASELINE.search(rest) if question == "against_baseline" else None
        other = named[1] if named else "defaults"
        return {"other": other, "answer": answer, "margin": 0.0, "of": "error"}
    return None
