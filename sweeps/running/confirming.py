"""The second phase of a run: once, or in rounds until it is decided; said in the terminal."""

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sweeps.base.terminal import say
from sweeps.data import Dataset
from sweeps.phases import confirm as confirmation
from sweeps.phases import confirmed, rounds
from sweeps.phases.confirm import Candidate
from sweeps.phases.confirmed import Confirmed, Ranked
from sweeps.phases.prepared_run import PreparedRun
from sweeps.results import looking, reporting
from sweeps.search import Finished
from sweeps.views import wording
from sweeps.views.training_progress import TrainingProgress

if TYPE_CHECKING:
    from reports.stats.bias_variance.open_questions import Look


@dataclass(frozen=True)
class ConfirmationPhase:
    """What came of it, and how long it took.

    dataset: the run's, with as many repeats of the folds as there were. looks: what the provenance
    says of rounds.
    """

    ranked: Ranked
    seconds: float
    dataset: Dataset
    looks: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Confirming:
    """A run, its search, and the settings that are confirmed; identity: the study's digest."""

    run: PreparedRun
    finished: list[Finished]
    identity: str
    chosen: list[Candidate]

    def train(self, after: int, repeats: int, lost: Collection[str] = ()) -> Confirmed:
        """What the networks and baselines of the repeats from `after` on come to.

        lost: what failed in repeats before, and is not trained again.
        """
        run, seen = self.run, self._seen(repeats)
        work = confirmation.prepare(
            run.study, seen, self.chosen, run.folder, self.identity, after=after, lost=lost
        )
        if work.packs:
            settings = sum(candidate.label not in work.known for candidate in self.chosen)
            networks = wording.networks(run.study, seen, after)
            say(run.console, "confirm", f"{wording.count(settings, 'setting')} × {networks} …")
        # The workers train meanwhile; this process has time to load what the report draws with.
        threading.Thread(target=reporting.warm_up, daemon=True).start()
        with TrainingProgress(run.console, "confirm", work.jobs, run.options.jobs) as progress:
            return confirmed.outcomes(
                work, run.study, seen, run.folder, run.options.jobs, progress.update
            )

    def look(self, known: Confirmed, repeats: Sequence[int], earlier: "Sequence[Look]") -> "Look":
        """At what is confirmed after the last of so many repeats, said in the terminal."""
        now = replace(self.run, dataset=self.dataset(repeats[-1]))
        ranked = self.ranked(known, repeats[-1])
        found = looking.look(now, self.finished, ranked, repeats, earlier)
        for line in looking.lines(found):
            say(self.run.console, "look", line)
        return found

    def ranked(self, known: Confirmed, repeats: int) -> Ranked:
        """What is confirmed after so many repeats, the winner first."""
        return known.ranked(self.chosen, self.run.study, self._seen(repeats))

    def dataset(self, repeats: int) -> Dataset:
        """The run's, as a confirmation of so many repeats sees it."""
        whole = self.run.dataset
        folded = whole.folded and whole.folded.up_to(repeats)
        return replace(whole, folded=folded)

    def _seen(self, repeats: int) -> Dataset:
        return self.dataset(repeats).for_confirmation


def confirm(run: PreparedRun, finished: list[Finished], identity: str) -> ConfirmationPhase:
    """Confirm the best of the search. identity: the digest of the study's identity."""
    study, clock = run.study, time.monotonic()
    if not run.options.confirm:
        return ConfirmationPhase(Ranked(), 0.0, run.dataset)
    chosen = confirmation.with_epochs(
        confirmation.candidates(study, finished), study, run.dataset, run.folder, identity
    )
    phase, folds = _Confirming(run, finished, identity, chosen), run.dataset.for_confirmation.folds
    looks: dict[str, Any] = {}
    if study.confirm.until is None or folds is None:
        repeats = folds.design.repeats if folds else 1
        known = phase.train(0, repeats)
    else:
        planned = study.confirm.planned(folds.design)
        decided = rounds.until_decided(planned, study, phase.train, phase.look)
        known, repeats = decided.confirmed, decided.repeats
        each = folds.design.folds * folds.design.seeds
        counts = [each * number for number in planned[: len(decided.looks)]]
        looks = {"looks": looking.plain(decided.looks, counts)}
    ranked = phase.ranked(known, repeats)
    _say_lost(run, chosen, ranked.lost)
    seconds = time.monotonic() - clock
    return ConfirmationPhase(ranked, seconds, phase.dataset(repeats), looks)


def _say_lost(run: PreparedRun, chosen: list[Candidate], lost: dict[str, str]) -> None:
    for label, cause in lost.items():
        if any(candidate.label == label for candidate in chosen):
            say(run.console, "failed", f"confirmation of {label}: {cause}", style="red")
        else:
            say(run.console, "left out", f"{label}: {cause}", style="yellow")
