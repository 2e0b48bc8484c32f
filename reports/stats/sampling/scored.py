"""What the outputs of a confirmed setting score on the rows of a split, by a name in SCORES.

column: where each network's own value stands in confirm.parquet, if it does.
"""

import math

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.sampling import out_of_fold, resampling, scores, weighing
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array
from reports.stats.sampling.out_of_fold import Others
from reports.stats.sampling.scores import Labels, RowScore


def values(run: Run, config: str, split: str, name: str, column: str) -> Array:
    """(networks,) or out of fold (passes,), the worst where diverged."""
    by_row, weight = losses(run, config, split, name, column), weighing.of_rows(run, split)
    if by_row is not None and out_of_fold.applies(run, split):
        return resampling.mean(by_row, weight)
    measured = scores.plain(*_outputs(run, config, split, name), weight)
    return _bounded(run, config, split, name, column, measured)


def losses(run: Run, config: str, split: str, name: str, column: str) -> Array | None:
    """(networks, n) of each row, out of fold (passes, n); None where the score is no mean."""
    loss = scores.SCORES[name].losses
    if loss is None:
        return None
    _, target, outputs = _outputs(run, config, split, name)
    found = loss(target, outputs)
    worst, lost = _worst(run, config, split, name, column)
    if out_of_fold.applies(run, split):
        of = out_of_fold.networks(run, config)
        worst, lost = worst[of], lost[of]
    else:
        worst, lost = worst[:, None], lost[:, None]
    bounded: Array = np.where(lost, worst, found)
    return bounded


def drawn(run: Run, config: str, split: str, name: str, column: str, rows: RowWeights) -> Array:
    """(draws, networks) or (draws, passes), of the rows of each draw."""
    each = scores.drawn(*_outputs(run, config, split, name), rows)
    return _bounded(run, config, split, name, column, each)


def others(run: Run, config: str, name: str) -> Others:
    """Out of fold: how the networks' scores of their own rows differ."""
    score = _outputs(run, config, "dev", name)
    of = out_of_fold.networks(run, config)
    return out_of_fold.of_score(*score, of, weighing.of_rows(run, "dev"))


def _outputs(run: Run, config: str, split: str, name: str) -> tuple[RowScore, Labels, Array]:
    """Out of fold a network that diverged says nothing: of it all classes are as likely."""
    outputs = run.predictions.of(config, split).astype(float)
    if out_of_fold.applies(run, split):
        outputs = np.nan_to_num(outputs, nan=0.0)
    return scores.SCORES[name], run.predictions.target(split), outputs


def _worst(
    run: Run, config: str, split: str, name: str, column: str
) -> tuple[Array, NDArray[np.bool_]]:
    """(networks,) what one scores where it diverged, as the run has it if it has it; who did."""
    confirmed, worst = run.rows_of(config), scores.SCORES[name].worst
    if column not in confirmed and math.isnan(worst):
        column = f"{split}_error"
    known = column in confirmed
    each = confirmed[column].to_numpy(float) if known else np.full(len(confirmed), worst)
    return each, confirmed["status"].to_numpy() == "diverged"


def _bounded(run: Run, config: str, split: str, name: str, column: str, found: Array) -> Array:
    """(..., networks): where one diverged the worst value; of a pass in its share of the rows."""
    worst, lost = _worst(run, config, split, name, column)
    if not out_of_fold.applies(run, split):
        bounded: Array = np.where(lost, worst, found)
        return bounded
    of = out_of_fold.networks(run, config)
    weight = weighing.of_rows(run, split)
    share = resampling.mean(lost[of].astype(float), weight)
    at_worst = resampling.mean(np.where(lost[of], worst[of], 0.0), weight)
    mixed: Array = (1 - share) * found + at_worst
    return mixed
