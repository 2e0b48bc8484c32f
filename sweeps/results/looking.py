"""A look at a confirmation under way: the questions, as the report will judge them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from sweeps.phases.confirmed import Ranked
from sweeps.phases.prepared_run import PreparedRun
from sweeps.results import confirmed, frames, outputs
from sweeps.search import Finished
from sweeps.storage import atomic

if TYPE_CHECKING:
    from reports.frames import Run
    from reports.stats.bias_variance.open_questions import Look


def look(
    run: PreparedRun,
    finished: list[Finished],
    ranked: Ranked,
    repeats: Sequence[int],
    earlier: "Sequence[Look]",
) -> "Look":
    """At a run whose dataset has the repeats of this look, the last of `repeats`."""
    from reports.stats.bias_variance import open_questions
    from reports.stats.sampling import looks

    if not ranked.networks:  # every one failed
        return open_questions.Look(looks.WIDEST, 1.0, ())
    folds = run.dataset.for_confirmation.folds
    if folds is None:
        raise ValueError("look: expected a confirmation in folds, got one split")
    each = folds.design.folds * folds.design.seeds
    counts, bounds = [each * number for number in repeats], [one.bound for one in earlier]
    most = each * run.study.confirm.planned(folds.design)[-1]
    with TemporaryDirectory(prefix="sweeps-look-") as folder:
        seen = _run(Path(folder), run, finished, ranked)
        return open_questions.look(seen, counts, most, bounds)


def _run(folder: Path, run: PreparedRun, finished: list[Finished], ranked: Ranked) -> "Run":
    """The run as its folder would hold it; the predictions stand in the folder given."""
    from reports.frames import Run

    study, dataset = run.study, run.dataset.for_confirmation
    networks, others = ranked.networks, ranked.others
    atomic.write_npz(folder / "predictions.npz", confirmed.predictions(dataset, networks, others))
    said = outputs.provenance_of(run, finished, {"confirm": outputs.confirmation(run)})
    return Run(
        folder=folder,
        trials=frames.trials(study, finished),
        curves=pd.DataFrame(),
        confirm=confirmed.frame(study, dataset, networks, others),
        importance=pd.DataFrame(),
        provenance=json.loads(json.dumps(said)),
        study_yaml="",
        links=(),
    )


def plain(looks: "Sequence[Look]", counts: Sequence[int]) -> list[dict[str, Any]]:
    """As the provenance says them; counts: the networks of a setting at each."""
    return [{"replicates": n, **asdict(one)} for n, one in zip(counts, looks, strict=True)]


def lines(found: "Look") -> list[str]:
    """The answers in words, and what would settle those that more networks do not."""
    return [f"{one.name}: {one.word}{_remedy(one)}" for one in found.questions]


def _remedy(one: Any) -> str:
    if one.is_open:
        return "; more networks may decide"
    if one.rows:
        return f"; more networks cannot decide it, about {one.rows:,} {one.unit} would"
    return f"; only more {one.unit} can decide it" if one.is_undecided else ""
