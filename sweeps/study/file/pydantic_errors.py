"""pydantic's errors as ours: the file's line, the key, what was expected, what was got."""

import re
from collections.abc import Iterator
from typing import cast, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sweeps.base import passwords, synonyms
from sweeps.base.errors import Expected, Fault, did_you_mean
from sweeps.study.file.documents import Document
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.objectives import FORMS, Objective, Reduction
from sweeps.study.pruner_options import PRUNER_OPTIONS
from sweeps.study.replicates_section import is_mapping
from sweeps.study.sampler_options import SAMPLER_OPTIONS
from sweeps.study.trainers import Parameter, Trainer

SIGNS = {
    ">=": "greater than or equal to",
    "<=": "less than or equal to",
    ">": "greater than",
    "<": "less than",
}
NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "tuple": "a list",
    "list": "a list",
}
ABOUT = {
    "name": "a study's name is also its folder's",
    "data": "data: {source: …}",
    "data.source": "a file's name, or a set's like sklearn:wine",
}
# Where keys of others belong that stand elsewhere here.
PLACES = {
    **dict.fromkeys(("trials", "n_trials", "max_trials", "max_evals"), "search: {trials: …}"),
    **dict.fromkeys(("seed", "random_state"), "search: {seed: …}"),
    **dict.fromkeys(("metric", "metrics", "scoring"), "objective: {metric: …}"),
    **dict.fromkeys(("n_jobs", "jobs", "workers"), "--jobs on the command line"),
    **dict.fromkeys(("params", "parameters", "hyperparameters", "search_space"), "space: {…}"),
    **dict.fromkeys(("param_grid", "param_distributions"), "space: {…}"),
    **dict.fromkeys(("test_size", "validation_split"), "data: {split: {dev: …, test: …}}"),
    "direction": "objective: {metric: …, direction: …}",
    "algorithm": "search: {sampler: …}",
    "timeout": "budgets: {time: …}",
    "n_startup_trials": "search: {sampler: {tpe: {startup: …}}}",
}
HIDDEN = ("name",)  # of a named section
OURS = ("name", "fixed")  # of the study itself


def fault(document: Document, error: ErrorDetails, study: type[BaseModel]) -> Fault:
    """One of pydantic's errors as ours."""
    parts = _parts(document, error["loc"])
    path, kind, got = ".".join(parts), error["type"], error["input"]
    if parts[0] in passwords.KEYS:
        got = passwords.without_contents(got)
    if kind == "missing":
        return document.fault(path, f"expected a value, got nothing ({_about(path)})")
    if kind == "extra_forbidden":
        hint = _of_key(parts, _known(parts[:-1], study), study)
        return document.fault(path, Expected("a known key", parts[-1], hint))
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return document.fault(path, Expected("a mapping", got))
    if kind == "own":
        return document.fault(path, error["msg"])
    if kind == "literal_error":
        allowed = re.sub(r"'(\w+)'", r"\1", cast(dict[str, str], error["ctx"])["expected"])
        near = did_you_mean(got, allowed.replace(" or ", ", ").split(", ")) if got else ""
        return document.fault(path, Expected(allowed, got, near if "mean" in near else ""))
    if kind == "int_type" and isinstance(got, float) and got.is_integer():
        return document.fault(path, Expected("a whole number", got, f"write {got:.0f}"))
    expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    for sign, phrase in SIGNS.items():
        expected = expected.replace(phrase, f"a number {sign}")
    noun = NOUNS.get(expected, expected)
    hint = "remove the line, or write [a, b]" if got is None and noun == "a list" else ""
    return document.fault(path, Expected(noun, got, hint))


def _of_key(parts: list[str], known: list[str], study: type[BaseModel]) -> str:
    """Where a key belongs, or which of the section's it may stand for."""
    key = parts[-1]
    is_top, put = len(parts) == 1, "a hyperparameter: put it in fixed or space"
    if is_top and key in VOCABULARY:
        return put
    if same := synonyms.meant(key, known):
        return same
    if place := PLACES.get(synonyms.plain(key)):
        return f"write {place}"
    if other := synonyms.meant(key, VOCABULARY) if is_top else "":
        return f"{other} {put}"
    near = did_you_mean(key, known)
    place = "" if "mean" in near else _elsewhere(parts, study)
    return f"write {place}" if place else near


def _elsewhere(parts: list[str], study: type[BaseModel]) -> str:
    """Where a key of that name stands, in this section before others; "" if in several places."""
    places = {path for path in _places(study) if path[-1] == parts[-1]}
    nearby = {path for path in places if path[0] == parts[0]} or places
    least = min(map(len, nearby), default=0)
    highest = [path for path in nearby if len(path) == least]
    if len(highest) != 1:
        return ""
    *outer, last = highest[0]
    text = f"{last}: …"
    for name in reversed(outer):
        text = f"{name}: {{{text}}}"
    return text


def _places(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of each key of a section and of those in it."""
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        yield path
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _places(kind, path)


def _about(path: str) -> str:
    return ABOUT.get(path, "it has no default")


def _parts(document: Document, location: tuple[int | str, ...]) -> list[str]:
    """The path of a fault as the file has it: one objective is no list, a count no mapping."""
    parts = [str(part) for part in location]
    if parts[:1] == ["objective"] and not isinstance(document.values.get("objective"), list):
        del parts[1:2]
    if parts[:1] == ["replicates"] and not is_mapping(document.values.get("replicates")):
        del parts[1:]
    return [part for part in parts if part not in FORMS]


def _known(path: list[str], study: type[BaseModel]) -> list[str]:
    """The keys that may stand in the section at a path."""
    model = study
    for part in path:
        named = {**SAMPLER_OPTIONS, **PRUNER_OPTIONS, "objective": Objective, "reduce": Reduction}
        named |= {"trainer": Trainer, "parameters": Parameter}
        if part not in named and part not in model.model_fields:
            continue  # a place in a list, or a name of the user's
        inner = named.get(part) or model.model_fields[part].annotation
        model = cast(type[BaseModel], inner)
    keys = [field.alias or name for name, field in model.model_fields.items()]
    is_named = model in (*SAMPLER_OPTIONS.values(), *PRUNER_OPTIONS.values())
    if is_named or model is study:
        keys = [key for key in keys if key not in HIDDEN]
    return [*keys, *(OURS if model is study else ())]
