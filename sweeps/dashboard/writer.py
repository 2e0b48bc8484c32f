"""A run's side of the Dashboard: notes, plots, pictures and the report, as the run goes on."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.dashboard import confirmed, pictures, plots, texts
from sweeps.dashboard.board import Board
from sweeps.dashboard.pace import Pace
from sweeps.dashboard.plots import EpochsToTarget, Point
from sweeps.results.result import Result
from sweeps.search import Finished, ranking
from sweeps.storage import folders, optuna_private
from sweeps.storage.attributes import generalization_gap
from sweeps.study.spec import Study

if TYPE_CHECKING:
    import optuna

    from reports.frames import Run

SHOWN = 10  # best trials in the study's note and in the plot of the seeds
PICTURED = 3  # best trials that have a picture and a note of their own
# How much the number of trials has to grow before notes and plots are written again.
NOTES, PLOTS = 1.02, 1.3


def artifacts(folder: Path) -> Path:
    """The folder of the Dashboard's files in a run folder: copies, which may be missing."""
    return folder / "artifacts" / "dashboard"


class DashboardWriter:
    """A run's callback that writes what the Dashboard shows."""

    def __init__(
        self,
        study: Study,
        known: "optuna.Study",
        folder: Path,
        budget: int,
        clock: Callable[[], float] = time.monotonic,
        is_in_sds: bool = False,
    ) -> None:
        """is_in_sds: whether errors are, those of numbers."""
        self._is_in_sds = is_in_sds
        self._study, self._known, self._budget = study, known, budget
        self._board = Board(known, artifacts(folder))
        self._trials_at = f"/dashboard/studies/{optuna_private.study_id(known)}/trials"
        self._counts = dict.fromkeys(folders.STATES, 0)
        self._best: list[Finished] = []
        self._points: list[Point] = []
        self._to_target: dict[int, EpochsToTarget] = {}
        self._target = next(iter(study.targets.model_dump(exclude_none=True).items()), None)
        self._phase, self._news = "searching", False
        self._notes, self._plots = Pace(NOTES, clock), Pace(PLOTS, clock)
        self._names: list[str] | None = [objective.label for objective in study.objectives]

    def on_trial(self, finished: Finished) -> None:
        """Remember a trial; update the notes and the plots if they are due."""
        self._counts[finished.outcome.state] += 1
        self._news |= finished.new
        if finished.outcome.final:
            self._remember(finished)
        count = sum(self._counts.values())
        if self._notes.due(count):
            with self._notes.working(count):
                self._write_notes()
        if self._plots.due(count):
            with self._plots.working(count):
                self._write_plots()

    def on_search_end(self) -> None:
        """Update notes and plots, if this run has trained any trials."""
        self._phase = "confirming"
        if self._news:
            self._write_notes()
            self._write_plots()

    def on_report(self, result: Result) -> None:
        """Add the report as an artifact, the winners to the note, its target to the plots."""
        self._phase, run = "done", result.run
        self._write_pictures()
        self._mark_confirmed(run)
        page = result.report.read_bytes()
        self._board.artifact("report.html", page, "text/html")
        self._take_targets(run)
        self._write_plots()
        report = self._board.link("report.html")
        self._board.note(
            texts.of_result(self._study, self._progress(), run, self._trials_at, report)
        )

    def _mark_confirmed(self, run: "Run") -> None:
        """Say at the trials what the confirmation found of them."""
        told = confirmed.as_attribute(run)
        if not told["trials"]:
            return
        self._board.mark_confirmed(told)
        trials = self._known.get_trials(deepcopy=False)
        ids = {str(trial.number): optuna_private.trial_id(trial) for trial in trials}
        best = {str(one.number): rank for rank, one in enumerate(self._best[:PICTURED], 1)}
        known = {str(one.number): one for one in self._best}
        for number, words in told["trials"].items():
            if number not in ids:
                continue
            said = f"**Confirmed**, {texts.text(words)}."
            if number in best:
                at = self._board.link(_picture(int(number)), ids[number])
                said += f"\n\n{texts.of_trial(self._study, known[number], best[number], at)}"
            self._board.note(said, ids[number])

    def on_close(self) -> None:
        """Note that the run has stopped, if it ends before its report."""
        if self._phase != "done":
            self._phase = "stopped"
            self._write_notes()

    def _remember(self, finished: Finished) -> None:
        outcome = finished.outcome
        config = self._study.space.configure(finished.params)
        apart = generalization_gap(outcome)
        sd = float(apart.std(ddof=1)) if apart.size > 1 else math.nan
        self._points.append(
            Point(
                finished.number,
                outcome.state,
                float(config["l2"]),
                str(config["optimizer"][0]),
                float(apart.mean()),
                sd,
            )
        )
        if outcome.state != "complete":
            return
        if self._target is not None and self._target[0] in outcome.curves:
            metric, value = self._target
            values = outcome.curves[metric].T
            self._to_target[finished.number] = plots.epochs_to_target(
                values, value, self._study.epochs
            )
        self._best.append(finished)
        self._best.sort(key=lambda one: (*ranking.sort_key(self._study, one.outcome), one.number))
        del self._best[SHOWN:]

    def _progress(self) -> texts.StudyProgress:
        found = (self._phase, self._counts, self._budget, self._best)
        return texts.StudyProgress(*found, self._is_in_sds)

    def _write_notes(self) -> None:
        self._name_metrics()
        self._write_pictures()
        self._board.note(texts.of_study(self._study, self._progress(), self._trials_at))

    def _name_metrics(self) -> None:
        if self._names is not None and self._known.metric_names != self._names:
            import warnings

            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="optuna.study.study.Study.set_metric")
                self._known.set_metric_names(self._names)
        self._names = None

    def _write_pictures(self) -> None:
        """Write pictures and notes at the best trials; take them back from former ones."""
        trials = self._known.get_trials(deepcopy=False)
        ids = {trial.number: optuna_private.trial_id(trial) for trial in trials}
        top = {_picture(one.number): one for one in self._best[:PICTURED]}
        shown = self._board.at_trials()
        kind = "error" if self._study.objective.metric.endswith("error") else "loss"
        for rank, (name, one) in enumerate(top.items(), 1):
            trial = ids[one.number]
            if name not in shown:
                picture = pictures.curve(one.outcome, kind)
                self._board.artifact(name, picture.encode(), "image/svg+xml", trial)
            at = self._board.link(name, trial)
            self._board.note(texts.of_trial(self._study, one, rank, at), trial)
        for name in shown.keys() - top.keys():
            self._board.remove(name, shown[name])
            self._board.note("Was among the best of the search for a while.", shown[name])

    def _write_plots(self) -> None:
        self._points.sort(key=lambda point: point.number)  # they are in order of completion
        if len({p.l2 for p in self._points if p.l2 > 0}) > 1:
            self._board.plot("gap-by-l2", plots.gap_by_l2(self._points))
        if self._target is not None and self._to_target:
            metric, value = self._target
            aim = f"{metric.replace('_', ' ')} ≤ {value:.4g}"
            figure = plots.epochs_to_target_by_optimizer(
                self._points, self._to_target, aim, self._study.epochs
            )
            self._board.plot("epochs-to-target-by-optimizer", figure)
        if self._best:
            metric = self._study.objective.metric
            values = {one.number: one.outcome.final[metric] for one in self._best}
            self._board.plot("spread-of-seeds", plots.spread_of_seeds(values, metric))

    def _take_targets(self, run: "Run") -> None:
        """Use the report's target if the study has none, with the curves of the search."""
        from reports.stats.speed import convergence

        aim = convergence.target(run)
        if self._target is not None or aim is None:
            return
        self._target = aim.metric, aim.value
        curves = run.curves[run.curves["phase"] == "search"]
        complete = {p.number for p in self._points if p.state == "complete"}
        for number, rows in curves[curves["trial"].isin(complete)].groupby("trial"):
            replicates = rows["replicate"].nunique()
            values: NDArray[np.float64] = rows[aim.metric].to_numpy().reshape(replicates, -1)
            self._to_target[int(number)] = plots.epochs_to_target(
                values, aim.value, self._study.epochs
            )


def _picture(number: int) -> str:
    return f"trial-{number}.svg"
