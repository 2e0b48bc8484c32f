"""The JSON Schema of study files, from the models and the vocabulary: for editors' completion."""

from collections.abc import Mapping
from typing import Any

from sweeps.engines import ENGINES
from sweeps.methods import INNER, PRUNERS, SAMPLERS
from sweeps.metrics import METRICS
from sweeps.spec import Study
from sweeps.trainers import CALL
from sweeps.vocabulary import VOCABULARY, Arm, Number, PerLayer


def study() -> dict[str, Any]:
    """The schema of a whole study file."""
    document = Study.model_json_schema()
    # `space` is parsed by a grammar of its own: its schema is made from the vocabulary.
    document["properties"]["space"] = _space()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["properties"]["fixed"] = {
        "type": "object",
        "description": "Hyperparameters that are not searched.",
        "properties": {
            name: word.kind.schema() | {"description": word.about, "default": word.default}
            for name, word in VOCABULARY.items()
        },
    }
    _known_words(document)
    search = document["$defs"]["Search"]["properties"]
    search["sampler"] = _named(SAMPLERS, document["$defs"])
    search["pruner"] = _named(PRUNERS, document["$defs"])
    document["$defs"]["Patient"]["properties"]["around"] = _named(INNER, document["$defs"])
    one = {"anyOf": [{"enum": list(METRICS)}, {"$ref": "#/$defs/Objective"}]}
    document["$defs"]["Objective"]["properties"]["metric"] = {"enum": list(METRICS)}
    document["properties"]["objective"] = {
        "anyOf": [*one["anyOf"], {"type": "array", "items": one}]
    }
    document["properties"]["constraints"] = {"type": "array", "items": {"type": "string"}}
    document["properties"]["enqueue"] = {"type": "array", "items": {"type": "object"}}
    document["properties"]["trainer"] = {
        "anyOf": [{"type": "string", "pattern": f"^{CALL.pattern}$"}, {"$ref": "#/$defs/Trainer"}]
    }
    for own in ("limits", "Limit"):
        document["properties"].pop(own, None)
        document["$defs"].pop(own, None)
    count = document["properties"]["replicates"]
    document["properties"]["replicates"] = {
        "anyOf": [count, {"type": "object", "properties": {"count": count}}]
    }
    document["properties"]["engine"] = {
        "anyOf": [{"enum": [*ENGINES]}, {"$ref": "#/$defs/EngineSpec"}]
    }
    return document


def _known_words(document: dict[str, Any]) -> None:
    """A trainer may have words of its own; where there is none, `fixed` and `space` have ours."""
    ours = {
        section: {"propertyNames": {"enum": list(document["properties"][section]["properties"])}}
        for section in ("fixed", "space")
    }
    document["if"] = {"not": {"required": ["trainer"]}}
    document["then"] = {"properties": ours}


def _named(known: Mapping[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A name, or one name with its options."""
    forms: list[dict[str, Any]] = [{"enum": list(known)}]
    for name, model in known.items():
        definition = definitions[model.__name__]
        definition["properties"].pop("name", None)
        forms.append(
            _only({name: {"anyOf": [{"$ref": f"#/$defs/{model.__name__}"}, {"type": "null"}]}})
        )
    return {"anyOf": forms}


def _space() -> dict[str, Any]:
    words = {name: word for name, word in VOCABULARY.items() if not word.fixed_only}
    return {
        "type": "object",
        "description": "Hyperparameters that are searched: a list is a choice, a mapping a range.",
        "properties": {name: _searched(word.kind) for name, word in words.items()},
    }


def _searched(kind: Any) -> dict[str, Any]:
    choice = {"type": "array", "items": kind.schema(), "minItems": 1, "uniqueItems": True}
    forms: list[dict[str, Any]] = [choice]
    if isinstance(kind, Number | PerLayer):
        item = kind if isinstance(kind, Number) else kind.item
        forms.append(_range(item))
        if isinstance(kind, PerLayer):
            forms.append(_only({"per_layer": _range(item)}))
    if isinstance(kind, Arm):
        forms.append(_only({"choices": _only({name: {} for name in kind.table}, require=False)}))
    else:
        forms.append(_only({"choices": choice}))
    return {"anyOf": forms}


def _range(item: Number) -> dict[str, Any]:
    number = Number(item.low, item.high, item.above, item.below, item.integer).schema()
    return {
        "type": "object",
        "properties": {
            "low": number,
            "high": number,
            "log": {"type": "boolean"},
            "step": {"type": "number", "exclusiveMinimum": 0},
        },
        "required": ["low", "high"],
        "additionalProperties": False,
    }


def _only(properties: dict[str, Any], require: bool = True) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(properties)} if require else {}),
    }
