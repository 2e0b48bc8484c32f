"""A run's model by its name: the winner's networks, what is recommended, or a baseline."""

from typing import TYPE_CHECKING

from sweeps.base.errors import Expected, did_you_mean
from sweeps.results import unreadable
from sweeps.results.predicting import Predictor
from sweeps.storage import folders

if TYPE_CHECKING:
    from sweeps.results.result import Result

WINNER, RECOMMENDED = "winner", "recommended"


def named(result: "Result", name: str) -> Predictor:
    """The model. Errors: Expected for a name that is none; UserError for one that cannot be had."""
    if name == WINNER:
        return result.model
    from reports.frames import RunFolderError

    folders.expect_finished(result.folder)
    try:
        return _other(result, name)
    except RunFolderError as fault:
        raise unreadable.told(fault) from None


def _other(result: "Result", name: str) -> Predictor:
    """Not the winner. Errors: as of `named`; RunFolderError."""
    said = name
    if name == RECOMMENDED:
        name = result.recommendation.use
        if not name:
            raise Expected(WINNER, said, "the run recommends none")
    if result.confirm is None:
        raise Expected(WINNER, said, "nothing was confirmed, so there is no other")
    if name == result.run.winner:
        return result.model
    if name in result.run.configs:
        hint = "of the networks the winner's alone are saved; a study of its settings trains it"
        raise Expected("a model that can predict", name, hint)
    names = _baselines(result)
    found = names.get(name)
    if found is None:
        known = [WINNER, RECOMMENDED, *dict.fromkeys(names.values())]
        raise Expected("a model of the run", name, did_you_mean(name, known))
    from sweeps.results import fitted_baseline

    return fitted_baseline.fitted(result.folder, found)


def _baselines(result: "Result") -> dict[str, str]:
    """The run's baselines as the report calls them, by that name and by the study file's."""
    from sweeps.training.baselines import BASELINES

    trained = set(result.run.baselines["config"])
    kind = "regression" if result.run.regression else "classification"
    each = {key: row[kind].name for key, row in BASELINES.items() if row[kind].name in trained}
    return {name: name for name in trained} | {str(key): name for key, name in each.items()}
