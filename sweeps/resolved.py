"""The study written back: as resolved, as its winner alone, and as what makes it the same study."""

import io
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sweeps.data import Dataset
from sweeps.space import Choice, Config, Leaf, Range
from sweeps.spec import Study
from sweeps.vocabulary import plain


def identity(study: Study, dataset: Dataset) -> dict[str, Any]:
    """What must agree for two runs to be one study; trials, jobs, confirm, targets may differ."""
    data = study.data.model_dump(exclude={"source"}) | {"sha256": dataset.sha256}
    search = study.search.model_dump(exclude={"trials"})
    return {
        "data": data,
        "fixed": fixed(study),
        "space": _space(study),
        # What is asked for first decides what is drawn, and so does the order of choices.
        "order": _order(study),
        "objective": study.objective.model_dump(),
        "replicates": study.replicates,
        "search": search,
        "dtype": study.dtype,
    }


def _order(study: Study) -> str:
    return " ".join(
        f"{leaf.name}({'|'.join(map(str, leaf.codes()))})"
        if isinstance(leaf, Choice)
        else leaf.name
        for leaf in study.space.parameters()
    )


def study_yaml(study: Study, base: Path, folder: Path) -> str:
    """The whole study with every default said; it runs as it stands, from the run folder."""
    return _yaml(_sections(study, base, folder) | {"fixed": fixed(study), "space": _space(study)})


def best_yaml(study: Study, winner: Config, base: Path, folder: Path) -> str:
    """The winner as a study of its own, with nothing left to search."""
    sections = _sections(study, base, folder)
    sections["name"] = f"{study.name[:59]}-best"
    literal = {word: plain(value) for word, value in winner.items()}
    return _yaml(sections | {"fixed": literal, "space": {}})


def _sections(study: Study, base: Path, folder: Path) -> dict[str, Any]:
    sections = study.model_dump(exclude={"space", "storage"}, exclude_none=True)
    if ":" not in study.data.source:
        # Relative to the run folder, where this file will stand.
        sections["data"]["source"] = os.path.relpath(base / study.data.source, folder)
    pruner = study.search.pruner
    sections["search"]["pruner"] = {"median": pruner.model_dump()} if pruner else "none"
    order = ("name", "description", "data", "fixed", "space")
    sections["data"]["ignore"] = list(study.data.ignore)
    named = {key: sections.get(key, {}) for key in order}
    return named | {
        key: value for key, value in sections.items() if key not in order and value != {}
    }


def fixed(study: Study) -> dict[str, Any]:
    """The words that are not searched, as the file says them."""
    searched = {word for dimension in study.space.dimensions for word in dimension.words}
    return {w: plain(v) for w, v in study.space.default.items() if w not in searched}


def _space(study: Study) -> dict[str, Any]:
    return {", ".join(entry.words): entry.plain() for entry in study.space.dimensions}


def describe(study: Study) -> list[dict[str, Any]]:
    """The space's parameters in plain words, for the plan and the report."""
    return [{"name": leaf.name, **_limits(leaf)} for leaf in study.space.parameters()]


def _limits(leaf: Leaf) -> dict[str, Any]:
    if isinstance(leaf, Range):
        limits: dict[str, Any] = {"low": leaf.low, "high": leaf.high, "log": leaf.log}
        return {"kind": "range", **limits, "choices": []}
    choices = [str(code) for code in leaf.codes()]
    return {"kind": "choice", "low": None, "high": None, "log": False, "choices": choices}


def _yaml(values: dict[str, Any]) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    # The order of the file, not of the alphabet; ruamel declares the switch as None.
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 100
    text = io.StringIO()
    yaml.dump(values, text)
    return text.getvalue()
