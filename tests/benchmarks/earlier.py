"""The verdict of an earlier version of this project, which said it in sentences alone.

d7c0125 is the last that knew two answers: better or worse, and not shown; seeds on one split.
"""

import re
from typing import Any

from reports.stats.differences import BETTER, OPEN, WORSE

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

    Errors: ValueError where a sentence about the best baseline is none of these.
    """
    found: dict[str, dict[str, Any] | None] = dict.fromkeys(SAID)
    for question, sentences in SAID.items():
        for words, answer in sentences.items():
            at = printed.find(words)
            if at >= 0:
                found[question] = {"answer": answer, "margin": 0.0, "of": "error"}
                is_of_baseline = question == "against_baseline"
                named = BASELINE.search(" ".join(printed[at:].split())) if is_of_baseline else None
                other = named[1] if named else "defaults"
                found[question] = {"other": other, **(found[question] or {})}
    if found["against_baseline"] is None:
        raise ValueError(f"no verdict on the best baseline in: {printed[-2000:]}")
    return found
