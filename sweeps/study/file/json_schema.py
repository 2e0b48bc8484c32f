"""The JSON Schema of study files, from the models and the vocabulary: for editors' completion.

It says what may stand where. What sections need of each other (a pruner and its objective, a
constraint and the space) is left to `sweeps check`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sweeps.engines import ENGINES
from sweeps.study.confirm_section import BASELINES, FEWEST_SIZES
from sweeps.study.file.depths import DEEPEST
from sweeps.study.file.parsing import OPTIONAL
from sweeps.study.hyperparameters.kinds import Kind, Number
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, Hyperparameter
from sweeps.study.metrics import METRICS
from sweeps.study.pruner_options import INNER_OPTIONS, PRUNER_OPTIONS
from sweeps.study.sampler_options import SAMPLER_OPTIONS
from sweeps.study.spec import Study
from sweeps.study.trainers import CALL

Schema = dict[str, Any]
SEARCHED = {name: known for name, known in VOCABULARY.items() if not known.fixed_only}
NOTHING: Schema = {"type": "null"}
TIME: Schema = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*[smh]?\s*$"},
        {"type": "number", "exclusiveMinimum": 0},
    ]
}


def study() -> Schema:
    """The schema of a whole study file."""
    document = Study.model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    sections, definitions = document["properties"], document["$defs"]
    del definitions["MetricConstraint"]
    for name, known in VOCABULARY.items():
        definitions[f"fixed.{name}"] = _literal(known)
    for name, known in SEARCHED.items():
        definitions[f"space.{name}"] = _searched(known.kind)
        definitions[f"enqueue.{name}"] = _enqueued(name, known.kind)
    sections["fixed"] = _mapping({name: _ref(f"fixed.{name}") for name in VOCABULARY}) | {
        "description": "Hyperparameters that are not searched."
    }
    sections["space"] = _space()
    sections["enqueue"] = {
        "type": "array",
        "description": "Settings that are tried first; what is not said is the default's.",
        "items": _mapping({name: _ref(f"enqueue.{name}") for name in SEARCHED}),
    }
    sections["constraints"] = {
        "type": "array",
        "description": "Between hyperparameters, or on a metric's mean over replicates.",
        "items": {"type": "string", "pattern": "<|>|\\sis\\s"},
        "examples": [["l2 < 1e-2 when optimizer is adam", "gap <= 0.02"]],
    }
    sections["objective"] = _objective(definitions)
    count = definitions["ReplicatesSpec"]["properties"]["count"]
    sections["replicates"] = _any(count, _ref("ReplicatesSpec"))
    data = definitions["DataSpec"]
    data["oneOf"] = [{"required": [word]} for word in ("source", "file")]
    data["required"] = [name for name in data["required"] if name != "source"]
    _search(definitions)
    _budgets(definitions["Budgets"]["properties"])
    _confirm(definitions["Confirm"]["properties"])
    sections["engine"] = _any({"enum": [*ENGINES]}, _ref("EngineSpec"))
    sections["trainer"] = _any({"type": "string", "pattern": f"^{CALL.pattern}$"}, _ref("Trainer"))
    _trainers_own(document)
    for name in (*OPTIONAL, "fixed"):
        sections[name] = _any(sections[name], NOTHING)  # its lines may all be commented out
    return document


def _trainers_own(document: Schema) -> None:
    """A trainer may add hyperparameters; without one, `fixed` and `space` have ours alone."""
    names: Schema = {}
    for section in ("fixed", "space"):
        known = document["properties"][section]
        del known["additionalProperties"]
        patterns = [{"pattern": pattern} for pattern in known.get("patternProperties", {})]
        ours = _any({"enum": list(known["properties"])}, *patterns)
        names[section] = {"propertyNames": ours}
    document["if"] = {"not": {"required": ["trainer"]}}
    document["then"] = {"properties": names}


def _literal(known: Hyperparameter) -> Schema:
    return known.kind.schema() | {"description": known.about, "default": known.default}


def _space() -> Schema:
    name = f"({'|'.join(SEARCHED)})"
    row = {"type": "array", "minItems": 2}
    return {
        "type": "object",
        "description": "Hyperparameters that are searched: a list is a choice, a mapping a range.",
        "properties": {name: _ref(f"space.{name}") for name in SEARCHED},
        # Those that are chosen together: "batch_size, learning_rate": [[16, 0.01], …].
        "patternProperties": {
            f"^\\s*{name}\\s*(,\\s*{name}\\s*)+$": {"type": "array", "items": row, "minItems": 1}
        },
        "additionalProperties": False,
    }


def _searched(kind: Kind) -> Schema:
    """What may stand at a hyperparameter of the space."""
    choice = _choice(kind.schema())
    forms = [choice, _mapping({"choices": choice}, required=True)]
    forms += [RANGES[key](number) for key, number in kind.ranges.items()]
    if "low" in kind.ranges:
        either = _any(kind.schema(), _range(kind.ranges["low"]))
        beside = _choice(either) | {"minItems": 2, "contains": {"type": "object"}}
        forms.append(_mapping({"choices": beside | {"maxContains": 1}}, required=True))
    if kind.options:
        branches = _mapping({option: _branch(kind, option) for option in kind.options})
        forms.append(_mapping({"choices": branches | {"minProperties": 1}}, required=True))
    return _any(*forms)


def _enqueued(name: str, kind: Kind) -> Schema:
    """A literal; inside an option, the hyperparameters that it replaces may stand too."""
    literal = _ref(f"fixed.{name}")
    if not kind.options:
        return literal
    others = {other: _ref(f"enqueue.{other}") for other in SEARCHED if other != name}
    options = {
        option: _mapping(others | {key: setting.kind.schema() for key, setting in own.items()})
        for option, own in kind.options.items()
    }
    return _any(literal, _mapping(options) | {"minProperties": 1, "maxProperties": 1})


def _branch(kind: Kind, option: str) -> Schema:
    """An option's own settings, and any hyperparameter of the space in its outer entry's place."""
    settings = {
        key: _any(setting.kind.schema(), _setting(setting.kind))
        for key, setting in kind.options[option].items()
    }
    others = {
        other: _any(_ref(f"fixed.{other}"), _ref(f"space.{other}"))
        for other in SEARCHED
        if other not in settings
    }
    joint = _space()["patternProperties"]
    return _any(_mapping({**others, **settings}) | {"patternProperties": joint}, NOTHING)


def _setting(kind: Number) -> Schema:
    return _any(_choice(kind.schema()), _range(kind))


def _choice(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}


def _range(item: Number) -> Schema:
    number = replace(item, keywords=()).schema()
    optional = {"log": {"type": "boolean"}, "step": {"type": "number", "exclusiveMinimum": 0}}
    both = {"required": ["log", "step"], "properties": {"log": {"const": True}}}
    return _mapping({"low": number, "high": number}, required=True) | {
        "properties": {"low": number, "high": number, **optional},
        "not": both,
    }


def _layers(item: Number) -> Schema:
    """A range for each hidden layer."""
    return _mapping({"per_layer": _range(item)}, required=True)


def _depth_width(width: Number) -> Schema:
    """Depth by width."""
    depth, each = _setting(Number(low=0, high=DEEPEST, integer=True)), _setting(width)
    per_layer = _mapping({"per_layer": each}, required=True)
    return _mapping({"depth": depth, "width": _any(each, per_layer)}, required=True)


# As in `Kind.ranges`.
RANGES: Mapping[str, Callable[[Number], Schema]] = {
    "low": _range,
    "per_layer": _layers,
    "depth": _depth_width,
}


def _objective(definitions: Schema) -> Schema:
    """A metric's name, a mapping, or several of them."""
    properties = definitions["Objective"]["properties"]
    properties["metric"] = {
        "enum": list(METRICS),
        "description": "; ".join(f"{name}: {metric.about}" for name, metric in METRICS.items()),
    }
    definitions["Reduction"] |= {"minProperties": 1, "maxProperties": 1}
    one = _any({"enum": list(METRICS)}, _ref("Objective"))
    return _any(*one["anyOf"], {"type": "array", "items": one, "minItems": 1})


def _search(definitions: Schema) -> None:
    search = definitions["Search"]["properties"]
    search["sampler"] = _named(SAMPLER_OPTIONS, definitions)
    search["pruner"] = _any(_named(PRUNER_OPTIONS, definitions), NOTHING)
    definitions["Threshold"] |= _any({"required": ["upper"]}, {"required": ["lower"]})
    definitions["Patient"]["properties"]["around"] = _named(INNER_OPTIONS, definitions)


def _named(known: Mapping[str, Any], definitions: Schema) -> Schema:
    """A name, or one name with its options."""
    forms: list[Schema] = [{"enum": list(known)}]
    for name, model in known.items():
        definitions[model.__name__]["properties"].pop("name", None)
        forms.append(_mapping({name: _any(_ref(model.__name__), NOTHING)}, required=True))
    return _any(*forms)


def _budgets(properties: Schema) -> None:
    for name in ("time", "trial_time"):
        properties[name] = _any(*TIME["anyOf"], NOTHING)


def _confirm(properties: Schema) -> None:
    properties["baselines"] = _any(
        {"type": "array", "items": {"enum": [*BASELINES]}}, {"const": "none"}, NOTHING
    )
    properties["baseline_time"] = TIME
    sizes = properties["learning_curve"]
    properties["learning_curve"] = _any(sizes | {"minimum": FEWEST_SIZES}, {"const": 0})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _any(*forms: Schema) -> Schema:
    return {"anyOf": list(forms)}


def _mapping(properties: Schema, required: bool = False) -> Schema:
    """A mapping with these keys alone; all of them, or any."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(properties)} if required else {}),
    }
