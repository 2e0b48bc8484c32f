"""What is said of a study's data before a run: how each may mislead, and what to do about it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sweeps.base.errors import show
from sweeps.data import Dataset
from sweeps.study.spec import Study
from sweeps.views import wording

MOST_NAMED = 6  # columns of a kind that are told one by one
FEWEST_DEV_ROWS = 100  # 95 % of an error of 10 % is then ±6 points


def lines(study: Study, dataset: Dataset) -> list[str]:
    """A line each; those that `data.quiet` names are not said."""
    facts, quiet = dataset.facts, study.data.quiet
    told = [
        f"column {show(name)}: {why}; if it tells nothing of the target, add it to data.ignore"
        for name, why in list(facts["doubtful"].items())[:MOST_NAMED]
    ]
    unclear = list(facts["unclear"].items())[:MOST_NAMED]
    told += [f"column {show(name)}: {why}" for name, why in unclear]
    told += [line for _, line in facts.get("doubts", ())]
    told += dated(facts)
    told += [] if "duplicates" in quiet else _met_dev_rows(study, dataset)
    return told if "dev_rows" in quiet else [*told, *_dev_rows(study, dataset)]


def dated(facts: Mapping[str, Any]) -> list[str]:
    """Of a table with dates, by which no study divides it yet: a line; else none."""
    return [
        f"column {show(name)} holds dates: to train on the past and test on the latest rows, "
        f"write split: {{time: {show(name)}}}"
        for name in facts.get("dated", [])[:1]
    ]


def _met_dev_rows(study: Study, dataset: Dataset) -> list[str]:
    """Where settings are chosen by rows that train, too; of resampled rows each is dev in turn."""
    met = dataset.facts.get("dev_met_in_train", 0)
    if not met or dataset.facts.get("met_by_chance"):
        return []
    if study.replicates.is_resampled and study.data.dev is None:
        return []
    remedy = "remove them" if study.data.group else "remove them, or split by data.group"
    return [
        f"{met} of {dataset.facts['dev']} dev rows also occur in the training set, so the dev "
        f"error is too good and settings that learn by heart are chosen: {remedy} "
        "(data.quiet: [duplicates] says no more of it)"
    ]


def _dev_rows(study: Study, dataset: Dataset) -> list[str]:
    """Where settings are told apart by a few rows alone, though more could be."""
    count = dataset.facts["dev"]
    if study.replicates.is_resampled or not 0 < count < FEWEST_DEV_ROWS:
        return []
    about = (
        f"{196 * (0.09 / count) ** 0.5:.0f} points of an error of 10 %"
        if dataset.target.classes
        else f"{196 / (2 * count) ** 0.5:.0f} % of the RMSE"
    )
    return [
        f"{wording.count(count, 'dev row')} tell no less than ±{about} (95 %): "
        f"{_more_dev_rows(study, dataset)} (data.quiet: [dev_rows] says no more of it)"
    ]


def _more_dev_rows(study: Study, dataset: Dataset) -> str:
    """How more rows tell settings apart. Folds have rows of every class each."""
    if study.data.split.column is not None or study.data.apart:
        return "a larger dev part"
    if classes := dataset.target.classes:
        both = np.concatenate([dataset.labels["train"], dataset.labels["dev"]])
        counts = np.bincount(both, minlength=len(classes))
        rarest = int(counts.argmin())
        if counts[rarest] < study.replicates.count:
            return (
                f"with class {show(classes[rarest])}, which has {counts[rarest]} rows that are not "
                "test, left out or merged with another, each row can be a dev row once"
            )
    return "replicates: {resample: kfold} makes each row a dev row once"
