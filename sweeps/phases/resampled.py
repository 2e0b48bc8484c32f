"""A study's data with the rows of each replicate, also where the study leaves them open."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.datasets.resampled_dataset import Fitted
from sweeps.data.divided.divided_table import DividedTable
from sweeps.phases.earlier_run import EarlierRun
from sweeps.study import fold_design
from sweeps.study.file.documents import Document
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.study.spec import Study

# Rows that are not test from which on one split is enough, unless the study says how to resample.
MANY = 10_000


def load(
    study: Study,
    document: Document,
    base: Path,
    earlier: EarlierRun,
    is_checked: bool = False,
) -> tuple[Study, Dataset, DividedTable]:
    """The study, with nothing left open of its data and its replicates' rows, data, divided table.

    earlier: the run that goes on, or is learned from, where there is one. is_checked:
    whether it is only checked, so that no replicate's own inputs are made. Errors: UserError.
    """
    try:
        divided, dataset = _encoded(study, base, earlier)
    except Expected as fault:
        raise UserError([document.fault("data", one) for one in fault.each]) from None
    study = study.model_copy(update={"data": divided.spec})
    if study.replicates.resample == "auto":
        study, dataset = _by_default(study, divided, dataset, earlier.replicates, is_checked)
    elif study.replicates.is_resampled:
        try:
            _expect_no_dev_rows_given(study, divided)
            dataset = _with_own_rows(study, divided, dataset, is_checked)
        except Expected as fault:
            raise UserError(document.fault("", fault)) from None
    _expect_dev_rows(study, dataset, document)
    _expect_folds_only_where_resampled(study, document)
    return study, dataset, divided


def _encoded(study: Study, base: Path, earlier: EarlierRun) -> tuple[DividedTable, Dataset]:
    """The data as the earlier run had them, of which the study may leave open what is rare.

    One that says nothing of it had no rare words, or is of a version that merged none. Errors:
    Expected (below `data`), UserError.
    """
    begun = earlier.as_begun("data", study.data)
    spec = study.data if earlier.leaves_open("data", "rare") else begun
    divided = loading.read(spec, base)
    dataset = loading.encoded(divided, study.dtype)
    if dataset.merges and spec.rare != begun.rare:
        divided = loading.read(begun, base)
        dataset = loading.encoded(divided, study.dtype)
    return divided, dataset


def _with_own_rows(
    study: Study, divided: DividedTable, dataset: Dataset, is_checked: bool
) -> Dataset:
    """Errors: Expected, or UserError, for rows that cannot be divided so or trained on."""
    try:
        fitted: Fitted = "own" if not is_checked else "pool" if study.trainer else "none"
        searched = resampled_dataset.resampled(
            divided, dataset, study.replicates, study.dtype, fitted
        )
    except Expected as fault:
        raise fault.below("replicates") from None
    try:
        confirmed = folded_dataset.folded(
            divided, dataset, study.confirm, study.dtype, with_inputs=not is_checked
        )
    except Expected as fault:
        raise fault.below("confirm") from None
    return replace(dataset, resampled=searched, folded=confirmed)


def _by_default(
    study: Study,
    divided: DividedTable,
    dataset: Dataset,
    earlier: ReplicatesSpec | None,
    is_checked: bool,
) -> tuple[Study, Dataset]:
    """What `resample: auto` comes to, with the reason in the facts where it is not the usual."""
    count, why = study.replicates.count, _why_none(study, divided, dataset)
    if earlier is not None and not earlier.is_resampled:
        why = "as in the earlier run"
    if not why:
        is_by_time = study.data.split.time is not None
        for spec in _origins(count) if is_by_time else _candidates(count, earlier):
            chosen = study.model_copy(update={"replicates": spec})
            try:
                found = _with_own_rows(chosen, divided, dataset, is_checked)
            except (Expected, UserError) as fault:
                why = why or str(fault).partition("\n")[0]
            else:
                return chosen, _with_reason(found, why)
    none = ReplicatesSpec(count=count, resample="none")
    return study.model_copy(update={"replicates": none}), _with_reason(dataset, why)


def _why_none(study: Study, divided: DividedTable, dataset: Dataset) -> str:
    """Why the one split is kept; "" where rows are resampled, if they can be."""
    rows = dataset.facts["train"] + dataset.facts["dev"]
    if divided.division.is_given:
        return "data.split.column says which rows are dev"
    if rows >= MANY and dataset.facts["dev"]:
        return f"{rows:,} rows that are not test are enough for one split"
    return "one replicate makes no folds" if study.replicates.count == 1 else ""


def _candidates(count: int, earlier: ReplicatesSpec | None) -> Iterator[ReplicatesSpec]:
    """As the earlier run, else by the numbers of folds that divide the count, best first."""
    if earlier is not None and earlier.resample == "kfold" and earlier.count == count:
        yield earlier
        return
    for folds in fold_design.fold_counts(count):
        yield ReplicatesSpec(count=count, resample="kfold", folds=folds)


def _origins(count: int) -> Iterator[ReplicatesSpec]:
    """One for each replicate."""
    yield ReplicatesSpec(count=count, resample="rolling")


def _expect_no_dev_rows_given(study: Study, divided: DividedTable) -> None:
    """Errors: Expected."""
    if divided.division.is_given:
        hint = "which says what the dev rows are; leave one of the two out"
        expected, got = "none with data.split.column", study.replicates.resample
        raise Expected(expected, got, hint, "replicates.resample")


def _expect_dev_rows(study: Study, dataset: Dataset, document: Document) -> None:
    """There are rows to score by: dev rows, or those that folds leave out. Errors: UserError."""
    if "dev" not in dataset.parts and not study.replicates.is_resampled:
        why = dataset.facts.get("not_resampled", "replicates: {resample: none} leaves none out")
        expected = "some dev rows, or replicates: {resample: kfold}, whose folds are dev in turn"
        problem = Expected(expected, study.data.split.dev, why)
        raise UserError(document.fault("data.split.dev", problem))


def _with_reason(dataset: Dataset, why: str) -> Dataset:
    return replace(dataset, facts=dataset.facts | {"not_resampled": why}) if why else dataset


def _expect_folds_only_where_resampled(study: Study, document: Document) -> None:
    """Errors: UserError."""
    for name in ("folds", "seeds", "until"):
        said = getattr(study.confirm, name)
        if said is not None and not study.replicates.is_resampled:
            hint = "the confirmation is on the one split; replicates: {resample: kfold} changes it"
            problem = Expected(f"no {name} where replicates are not resampled", said, hint)
            raise UserError(document.fault(f"confirm.{name}", problem))
