"""What each shipped study answered: kept in `docs/gallery/answers.json`, pages are made of it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "gallery"
KEPT = FOLDER / "answers.json"


@dataclass(frozen=True)
class Answer:
    """In words, and by how many seconds of the processor, in all processes; None: not measured."""

    answer: str
    seconds: float | None = None


def read() -> dict[str, Answer]:
    """By the name of the study's file."""
    return {name: Answer(**kept) for name, kept in json.loads(KEPT.read_text()).items()}


def write(answers: dict[str, Answer]) -> None:
    """Keep them, sorted by name."""
    plain = {name: asdict(answers[name]) for name in sorted(answers)}
    KEPT.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n")


def answer(summary: dict[str, Any]) -> str:
    """What a run's summary.json answers to the study's question, in the report's own words.

    Where the study compares arms, what was found of them, and what limits the best; else what to
    use, and how good it is.
    """
    found = summary["recommendation"]
    if summary["arms"] is not None:
        limit = f" What limits the best: {found['limit']}." if found["limit"] else ""
        return f"{summary['arms']['answer']}{limit}"
    is_network = found["kind"] == "network"
    settings = found["settings"]
    use = f"{settings[:1].upper()}{settings[1:]}." if is_network and settings else found["headline"]
    facts = [f"{one['label']}: {one['value']} ({one['beside']})." for one in found["facts"][:2]]
    return " ".join([use, *facts])
