"""A document to a study: every fault of it at once, each where it stands."""

from typing import Any

from pydantic import ValidationError

from sweeps.base.errors import Expected, Fault, UserError
from sweeps.study import consistency, trainers
from sweeps.study.file import enqueue, pydantic_errors, space_section
from sweeps.study.file.documents import Document
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metric_constraints import MetricConstraint, is_on_metric, metric_constraint
from sweeps.study.space import Space
from sweeps.study.spec import Study

# Names that a later version fills: refused by name, and never taken for typing mistakes.
RESERVED = {
    "data.split.files": "separate files for the splits",
}
# Sections that may stand empty.
OPTIONAL = (
    *("objective", "search", "confirm", "targets", "replicates", "description"),
    *("constraints", "enqueue", "budgets", "final"),
)


def study(document: Document) -> Study:
    """The study of a document. Errors: UserError with every fault at once."""
    # A section whose lines are all commented out is not there.
    values = {k: v for k, v in document.values.items() if v is not None or k not in OPTIONAL}
    faults = _reserved(document)
    fixed, space = values.pop("fixed", {}), values.pop("space", None)
    between, on_metrics = _constraints(document, values.pop("constraints", ()), faults)
    parsed: Space | None = None
    more, unclear = trainers.hyperparameters(values.get("trainer"))
    vocabulary = VOCABULARY.and_also(more)
    if space is None:
        faults.append(document.fault("space", Expected("a mapping of hyperparameters", None)))
    else:
        given = {} if fixed is None else fixed
        parsed, found = space_section.parse(given, space, between, vocabulary)
        told = [(p, fault) for p, fault in found if not unclear & set(p.split("."))]
        faults += [document.fault(path, fault) for path, fault in told]
    first, wrong = enqueue.parse(parsed, values.pop("enqueue", ()), vocabulary)
    faults += [document.fault(path, fault) for path, fault in wrong]
    seen = {fault.path for fault in faults}
    try:
        # A stand-in where the space is at fault, so that the other sections are checked too.
        given = {
            "space": parsed or Space((), ()),
            "constraints": tuple(on_metrics),
            "enqueue": first,
        }
        made = Study.model_validate({**values, **given})
    except ValidationError as invalid:
        faults += [
            fault
            for error in invalid.errors(include_url=False)
            if (fault := pydantic_errors.fault(document, error, Study)).path not in seen
        ]
    if not faults:
        faults = [document.fault(path, fault) for path, fault in consistency.faults(made)]
    if faults:
        raise UserError(sorted(faults, key=_by_line))
    return made


def _constraints(
    document: Document, texts: Any, faults: list[Fault]
) -> tuple[list[tuple[int, str]], list[MetricConstraint]]:
    """Those between hyperparameters with their places, and those of metrics."""
    between: list[tuple[int, str]] = []
    on_metrics: list[MetricConstraint] = []
    if not isinstance(texts, list | tuple):
        faults.append(document.fault("constraints", Expected("a list of constraints", texts)))
        return between, on_metrics
    for place, text in enumerate(texts):
        try:
            if not isinstance(text, str):
                raise Expected("a constraint", text, "like 'gap <= 0.02'")
            if is_on_metric(text):
                on_metrics.append(metric_constraint(text))
            else:
                between.append((place, text))
        except Expected as fault:
            faults.append(document.fault(f"constraints.{place}", fault))
    return between, on_metrics


def _by_line(fault: Fault) -> int:
    line = fault.where.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _reserved(document: Document) -> list[Fault]:
    faults = []
    for path, what in RESERVED.items():
        if _at(document.values, path) is not None:
            hint = f"{what} come with a later version"
            name = path.rpartition(".")[2]
            faults.append(document.fault(path, Expected("a key of this version", name, hint)))
    return faults


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values
