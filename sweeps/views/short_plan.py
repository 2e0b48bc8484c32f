"""What a user has to know before a run, in few lines; `sweeps check` shows the whole plan."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweeps.base.errors import show
from sweeps.data import Dataset
from sweeps.study.spec import Study
from sweeps.views import guidance, plan, wording

FEW = 3  # parameters of a space that are told with their values
MOST_ODD = 3  # columns with a remark
WIDTH = 68  # characters of names, and of a space: a line of a terminal
EXPECTED = ("", "classification", "regression", "the study says so")  # remarks


def lines(
    study: Study, dataset: Dataset, budget: int, jobs: int, storage: str
) -> Iterator[tuple[str, str]]:
    """Target, rows, columns used and left out, what is searched, what it takes: name and text."""
    facts = dataset.facts
    yield "target", plan.target(dataset.target).partition(" ")[2]
    yield "rows", _rows(study, dataset)
    if not study.replicates.is_resampled and (why := facts.get("not_resampled")):
        yield "resampled", f"no: {why}"
    yield from (("read", text) for text in facts.get("read", ()))
    yield from (("weights", text) for text in plan.weights(facts.get("weight")))
    yield from (("columns", text) for text in _columns(facts))
    yield from (("left out", text) for text in _left_out(facts))
    yield "searched", _searched(study)
    yield from plan.trainer(study)
    trials = f"{wording.count(budget, 'trial')} × {plan.cost(study)}"
    yield "search", f"{trials}, {study.search.sampler.name}; {plan.goals(study)}"
    if guidance.waits_too_long(study, budget):
        yield "guided", guidance.text(study, budget)
    yield "confirm", _confirmation(study, dataset)
    if study.confirm.nested:
        yield "nested", plan.nested(study.confirm.nested)
    yield "engine", f"{study.engine}, {wording.count(jobs, 'job')}; {storage}"


def _rows(study: Study, dataset: Dataset) -> str:
    """`200 of moons.csv: 5 folds of 160, and 40 test rows (stratified, seed 0)`."""
    facts, words = dataset.facts, study.replicates.in_words
    parts = f"{facts['train']} train, {facts['dev']} dev, {facts['test']} test"
    if study.replicates.is_resampled:
        known = facts["train"] + facts["dev"]
        test = wording.count(facts["test"], "test row") if facts["test"] else "no test rows"
        parts = f"{words} of {known} rows, and {test}"
    return f"{facts['rows']} of {facts['source']}: {parts} ({facts['split']})"


def _columns(facts: Mapping[str, Any]) -> Iterator[str]:
    """Those that are inputs, and what is odd of some."""
    table: Sequence[Mapping[str, Any]] = facts["column_table"]
    used = [str(row["name"]) for row in table if row["inputs"]]
    many = facts["features"] != facts["columns"]
    inputs = f" ({facts['features']} network inputs)" if many else ""
    yield f"{facts['columns']}{inputs}: {_some(used, facts['columns'])}"
    told = {*facts["left_out"], *facts["doubtful"], *facts["unclear"]}
    odd = [
        row
        for row in table
        if row["remark"] not in EXPECTED and row["kind"] != "ignored" and row["name"] not in told
    ]
    for row in odd[:MOST_ODD]:
        yield f"{show(row['name'])}: {row['remark']}"
    if len(odd) > MOST_ODD:
        yield f"and {wording.count(len(odd) - MOST_ODD, 'more column')} with a remark"


def _left_out(facts: Mapping[str, Any]) -> Iterator[str]:
    """What nobody asked to be left out, with what keeps it; then what the study ignores."""
    yield from plan.left_out(facts["left_out"])
    rows = [row for row in facts["column_table"] if row["kind"] == "ignored"]
    names = [str(row["name"]) for row in rows if row["name"] not in facts["left_out"]]
    if names:
        count = facts["column_kinds"]["ignored"] - len(facts["left_out"])
        yield f"{_some(names, count)} (the study says so)"


def _searched(study: Study) -> str:
    """The space: a small one with its values, a large one by its words."""
    told = "; ".join(plan.space(study))
    if len(study.space.parameters()) <= FEW and len(told) <= WIDTH:
        return told
    names = (leaf.name.partition(".")[0] for leaf in study.space.parameters())
    return ", ".join(dict.fromkeys(names))


def _confirmation(study: Study, dataset: Dataset) -> str:
    """What is trained again, and what is beside it."""
    trained = f"best {study.confirm.top} + defaults × {wording.confirmation(study, dataset)}"
    return f"{trained}; baselines: {', '.join(study.confirm.baselines) or 'none'}"


def _some(names: Sequence[str], count: int) -> str:
    """As many as a line has room for, of so many."""
    shown: list[str] = []
    for name in names:
        if len(", ".join([*shown, name])) > WIDTH and shown:
            break
        shown.append(" ".join(name.split()))
    rest = count - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
