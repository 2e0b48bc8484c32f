"""What the confirmation comes to: outcomes by label, each recorded at once; in the end ranked."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.phases import confirm
from sweeps.phases.confirm import Candidate, Confirmation, ConfirmationWork
from sweeps.phases.training_jobs import ConfirmationJob, record_path, results
from sweeps.search import ranking
from sweeps.storage import records
from sweeps.study.spec import Study
from sweeps.training import baselines, merging
from sweeps.training.task import Outcome


@dataclass(frozen=True)
class Ranked:
    """Confirmed settings, the winner first; baselines by name; by label, why one is missing."""

    networks: list[Confirmation] = field(default_factory=list)
    others: dict[str, Outcome] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Confirmed:
    """Outcomes of candidates and baselines by label, of all rounds; the causes of what failed."""

    known: dict[str, Outcome] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)

    def joined(self, further: "Confirmed", study: Study) -> "Confirmed":
        """With those of a further round; what failed in one of them has failed."""
        lost = {**further.lost, **self.lost}
        if not self.known:
            return Confirmed(further.known, lost)
        both = [label for label in self.known if label in further.known and label not in lost]
        known = {
            label: merging.merge(
                [self.known[label], further.known[label]],
                study.objectives,
                study.metric_constraints,
            )
            for label in both
        }
        return Confirmed(known, lost)

    def ranked(self, chosen: list[Candidate], study: Study, dataset: Dataset) -> Ranked:
        """By the study's objectives. chosen: all candidates."""
        there = [c for c in chosen if c.label not in self.lost]
        ordered = sorted(there, key=lambda c: ranking.sort_key(study, self.known[c.label]))
        names = baselines.of_study(study, dataset)
        labels = [*(c.label for c in chosen), *names]
        return Ranked(
            [Confirmation(c, self.known[c.label], rank) for rank, c in enumerate(ordered, 1)],
            {name: self.known[name] for name in names if name in self.known},
            {label: self.lost[label] for label in labels if label in self.lost},
        )


def outcomes(
    work: ConfirmationWork,
    study: Study,
    dataset: Dataset,
    folder: Path,
    jobs: int,
    done: Callable[[ConfirmationJob], None] = lambda job: None,
) -> Confirmed:
    """Do the work, and record each outcome as soon as it is known.

    done: called with every job that has come back.
    """
    known, lost = dict(work.known), dict(work.late)
    too_late = baselines.late(durations.seconds(study.confirm.baseline_time))
    with closing(results(work.packs, study, dataset, jobs, done)) as found:
        for label, parts in found:
            gone = [one for one in parts if one.state == "failed"]
            if gone:
                lost[label] = gone[0].cause
                if gone[0].cause == too_late:
                    key = confirm.late_key(study, work.keys[label])
                    records.write([(record_path(folder, key), gone[0], key)])
                continue
            known[label] = merging.merge(parts, study.objectives, study.metric_constraints)
            records.write([(record_path(folder, work.keys[label]), known[label], work.keys[label])])
    return Confirmed(known, lost)
