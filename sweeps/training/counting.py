"""Which epoch of a trial counts where its networks share one, and that of defaults not searched."""

from threadpoolctl import threadpool_limits

from sweeps.data import Dataset
from sweeps.study import patience_rules
from sweeps.study.objectives import Objective
from sweeps.study.spec import Study
from sweeps.training import seeds, trial
from sweeps.training.task import Outcome, task_of


def epoch(objective: Objective, outcome: Outcome) -> int | None:
    """The epoch that counts for all networks of a trial with `at: shared`; else None.

    The first at which their objective together is best, after epoch 0: reports are the best so far.
    """
    if objective.at != "shared" or not len(outcome.reports):
        return None
    trained = objective.sign * outcome.reports[1:]
    return int(trained.argmin()) + 1 if len(trained) else 0


def searched_defaults(study: Study, dataset: Dataset) -> Outcome:
    """Defaults that were not searched, trained here as the search would train them.

    So the rows that score them in the confirmation have no more of a say in their epoch than in a
    trial's.
    """
    one = task_of(
        study,
        -1,
        study.space.default,
        seeds.SEARCH,
        range(study.replicates.count),
        patience=patience_rules.epochs(study),
    )
    with threadpool_limits(1):
        return trial.train(one, dataset)
