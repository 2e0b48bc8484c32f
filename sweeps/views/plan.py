"""What is about to happen, in words."""

import json
import math
from collections.abc import Mapping
from typing import Any

from sweeps.base.errors import show
from sweeps.data import Dataset
from sweeps.data.arrays.dataset import Target
from sweeps.phases import final, horizon, learning_curve
from sweeps.search.delayed import max_trials
from sweeps.study import patience_rules, random_configs, search_section
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.space import Range, walks
from sweeps.study.spec import Study
from sweeps.training import baselines
from sweeps.views import doubts, guidance, wording


def lines(
    study: Study, dataset: Dataset, budget: int, jobs: int, storage: str
) -> list[tuple[str, str]]:
    """Data, splits, space, trials × replicates, engine: (name, text) of a line each."""
    facts = dataset.facts
    how = search_section.summary(study.search.sampler, study.pruner)
    return [
        ("data", f"{facts['source']}: {_columns(facts)}; {target(dataset.target)}"),
        *(("read", text) for text in facts.get("read", ())),
        *(("weights", text) for text in weights(facts.get("weight"))),
        *(("left out", text) for text in left_out(facts["left_out"])),
        (
            "splits",
            f"{facts['train']} train, {facts['dev']} dev, {facts['test']} test ({facts['split']})",
        ),
        *_resampled(study, dataset),
        *(("space" if n == 0 else "", text) for n, text in enumerate(space(study))),
        ("settings", _size(study)),
        ("defaults", _defaults(study)),
        *trainer(study),
        *_horizon(study, dataset),
        (
            "search",
            f"{wording.count(budget, 'trial')} × {cost(study)}, "
            f"{how}, window {study.search.window}, seed {study.search.seed}; {_objective(study)}",
        ),
        *((("guided", guidance.text(study, budget)),) if study.space.dimensions else ()),
        ("confirm", f"{_confirmation(study, dataset)}; {_beside(study)}"),
        *_after(study, dataset),
        *([("nested", nested(study.confirm.nested))] if study.confirm.nested else []),
        (
            "engine",
            f"{study.engine}, {wording.count(jobs, 'job')}, one BLAS thread each; {storage}",
        ),
    ]


def _columns(facts: Mapping[str, Any]) -> str:
    columns = f"{facts['rows']} rows × {facts['columns']} columns"
    if facts["features"] != facts["columns"]:
        columns += f" ({facts['features']} network inputs)"
    return columns


def target(target: Target) -> str:
    """What is predicted, and what it is."""
    names = ", ".join(f"'{one.name}'" for one in target.each)
    if target.classes:
        kind = f"{len(target.classes)} classes ({', '.join(_few(target.classes))})"
    elif target.several:
        kind = f"{len(target.several)} numbers (regression), each in SDs of its own"
    else:
        kind = "a number (regression)"
    return f"{'targets' if target.several else 'target'} {names}, {kind}"


def _confirmation(study: Study, dataset: Dataset) -> str:
    """What is trained again, and on which rows it is scored."""
    trained = f"best {study.confirm.top} + defaults × {wording.confirmation(study, dataset)}"
    if study.replicates.is_resampled:
        also = "and on the test rows" if dataset.has_test else "alone: there are no test rows"
        return f"{trained}, each scored on the fold left out {also}"
    scored = "the test split" if dataset.has_test else "the dev rows: there are no test rows"
    return f"{trained}, on {scored}"


def _resampled(study: Study, dataset: Dataset) -> list[tuple[str, str]]:
    """What the search trains on instead of the splits, where its replicates have their own rows."""
    facts, words = dataset.facts, study.replicates.in_words
    why = facts.get("not_resampled", "")
    if not study.replicates.is_resampled:
        return [("resampled", f"no: {why}")] if why else []
    rows = f"{facts['train'] + facts['dev']} rows that are not test"
    own = "origins" if study.data.split.time is not None else "folds"
    text = f"{words} of the {rows}; {own} of its own in the confirmation"
    return [("resampled", f"{text} ({why})" if why else text)]


def nested(folds: int) -> str:
    """What is done in outer folds, and what it costs."""
    return (
        f"then search and confirmation once more in each of {folds} outer folds, on the rows "
        f"of the others: every row is a test row once; up to {folds} times the cost so far"
    )


def _beside(study: Study) -> str:
    chosen = study.confirm.baselines
    if not chosen:
        return "no baselines"
    also = "; with classes weighted, too" * bool(
        baselines.weighs_classes(study) and set(chosen) & set(baselines.WEIGHTED)
    )
    return (
        f"baselines beside them ({', '.join(chosen)}{also}; {study.confirm.baseline_time} at most)"
    )


def _after(study: Study, dataset: Dataset) -> list[tuple[str, str]]:
    """What the winner is trained for once more."""
    found = []
    if learning_curve.is_wanted(study):
        sizes = study.confirm.learning_curve
        found.append(f"on {sizes} growing parts of the rows, for the learning curve")
    if final.is_wanted(study):
        rows = dataset.facts["rows"]
        found.append(f"on all {rows} rows, test rows too, to be saved; nothing scores those")
    return [("winner", f"trained {'; '.join(found)}")] if found else []


def weights(found: Mapping[str, Any] | None) -> list[str]:
    """In training and scores, and from how many rows of equal weight as much would be known."""
    if found is None:
        return []
    if found["equal"]:
        return [f"all equal in '{found['column']}': without effect"]
    zero = f", {wording.count(found['zero'], 'row')} of weight 0" if found["zero"] else ""
    told = f"as much as {found['effective']:,.0f} of equal weight{zero}"
    return [f"rows weighted by '{found['column']}', in training and in scores; they tell {told}"]


def left_out(columns: Mapping[str, str]) -> list[str]:
    """A line each for the first columns that are no inputs though nobody said so."""
    told = [
        f"column {show(name)}: {why} (data.columns: {{{json.dumps(name)}: number}} keeps it)"
        for name, why in list(columns.items())[: doubts.MOST_NAMED]
    ]
    rest = len(columns) - len(told)
    return [*told, f"and {wording.count(rest, 'more column')} like them"] if rest else told


def trainer(study: Study) -> list[tuple[str, str]]:
    """The function that trains instead of ours, if one does."""
    if study.trainer is None:
        return []
    return [("trainer", f"{study.trainer.call}, SHA-256 {study.trainer.sha256[:12]}…")]


def _few(names: tuple[str, ...], most: int = 6) -> list[str]:
    return [*names[:most], "…"] if len(names) > most else list(names)


def space(study: Study) -> list[str]:
    """What is searched, a line a parameter."""
    described = [
        f"{leaf.name} {wording.option(leaf.low)} … {wording.option(leaf.high)}"
        f"{', log' if leaf.log else ''}"
        if isinstance(leaf, Range)
        else f"{leaf.name} {' | '.join(map(wording.option, leaf.codes))}"
        for leaf in study.space.parameters()
    ]
    return described or ["nothing: one configuration"]


def cost(study: Study) -> str:
    """Of a trial that is not pruned: `5 replicates × 60 epochs`."""
    replicates = wording.count(study.replicates.count, "replicate")
    return f"{replicates} × {wording.count(study.epochs, 'epoch')}"


def _size(study: Study) -> str:
    space = study.space
    size = walks.size(space, space.parameters(), space.structure())
    text = "infinitely many" if math.isinf(size) else f"{size:,.0f}"
    if space.constraints:
        texts = "; ".join(constraint.text for constraint in space.constraints)
        share = random_configs.kept_share(space)
        text += f"; about {share:.0%} of them keep the constraints ({texts})"
    cells = max_trials(study)
    if math.isfinite(cells):
        text += f"; {study.search.sampler.name} visits {cells:,.0f}"
    return text


def _defaults(study: Study) -> str:
    if study.space.locate(study.space.default) is not None:
        return "trial 0, and confirmed"
    default = study.space.default
    outside = [f"{word} {_short(default[word])}" for word in study.space.outside(default)]
    outside += [one.text for one in study.space.constraints if not one.holds(default)]
    return f"outside the space ({', '.join(outside)}): not searched, only confirmed"


def _short(value: object) -> str:
    """A canonical value in a word: an arm's name alone."""
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return value[0]
    return show(plain(value)).strip("'")


def _horizon(study: Study, dataset: Dataset) -> list[tuple[str, str]]:
    """How long that is, where nothing but the number of epochs is said."""
    if study.trainer is not None:
        return []
    batch = study.space.default["batch_size"]
    updates = study.epochs * horizon.updates_per_epoch(study, dataset)
    size = "of all rows" if batch == "full" else f"of {batch}"
    patience = patience_rules.epochs(study)
    ends = f"; a trial ends after {patience} without a better one" if patience else ""
    return [
        (
            "horizon",
            f"{wording.count(study.epochs, 'epoch')}: {updates:,} updates in batches {size} "
            f"(fixed.epochs sets it){ends}",
        )
    ]


AT = {
    "last": "at the last epoch",
    "best": "at each network's best dev epoch (selected on dev)",
    "shared": "at the best dev epoch of a trial's networks together",
}


def _objective(study: Study) -> str:
    return f"{goals(study)} {AT[study.objective.at]}"


def goals(study: Study) -> str:
    """What is sought: `minimize dev_loss, with parameters <= 500`."""
    goals = " and ".join(f"{o.goal} {o.label}" for o in study.objectives)
    texts = " and ".join(one.text for one in study.metric_constraints)
    return f"{goals}, with {texts}" if texts else goals
