"""`search.start`: what is tried before the sampler has results to learn from.

The settings of the portfolio did well on other tables; `python -m tests.benchmarks.portfolio` chose
them. A run's settings must stay what they were: a new portfolio gets a name of its own.
"""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.search.designs import Design, qmc
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.section_base import StudySection
from sweeps.study.space import Params, Space
from sweeps.study.space.nearest import nearest

if TYPE_CHECKING:
    from sweeps.study.spec import Study

PORTFOLIO = Path(__file__).with_name("portfolio.json")


def first_settings(study: "Study", space: Space, initial: list[Params]) -> Design | None:
    """The settings after the initial ones; None where the sampler draws them itself."""
    search = study.search
    if search.start == "random" or not draws_first(search.sampler):
        return None
    known = portfolio_settings(study, space, initial)
    points = Design(qmc(search.sampler, space, search.seed), [*initial, *known])
    return Design(itertools.chain(known, _each(points)), [])


def portfolio_settings(study: "Study", space: Space, initial: list[Params]) -> list[Params]:
    """Those of the portfolio that are not among the initial ones; none where they are not asked."""
    if study.search.start != "portfolio" or not draws_first(study.search.sampler):
        return []
    found = portfolio(space)
    return [params for n, params in enumerate(found) if params not in [*initial, *found[:n]]]


def draws_first(sampler: StudySection) -> bool:
    """Whether the sampler's first trials are random ones, each by itself."""
    return hasattr(sampler, "startup")


def _each(design: Design) -> Iterator[Params]:
    return (design[place] for place in itertools.count())


def portfolio(space: Space) -> list[Params]:
    """The portfolio's settings as they are in this space, the best first; of some, perhaps none."""
    default = space.default
    found = (nearest(space, default | _said(one, default)) for one in settings())
    return [params for params in found if params is not None]


def settings() -> list[dict[str, Any]]:
    """The portfolio's settings as a study file says them."""
    return list(json.loads(PORTFOLIO.read_text(encoding="utf-8"))["portfolio"])


def _said(setting: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    """A setting's values, canonical, without those that the study has not, as a trainer's may."""
    return {
        word: VOCABULARY.canonical(word, value)
        for word, value in setting.items()
        if word in default
    }
