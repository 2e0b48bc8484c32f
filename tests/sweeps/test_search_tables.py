"""The study file's samplers and pruners, and the tables that say how they work, are of one mind."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, get_args

import numpy as np
import pytest

from sweeps.search import designs, pruners, samplers
from sweeps.study.file import parsing
from sweeps.study.file.documents import Document
from sweeps.study.pruner_options import INNER_OPTIONS, PRUNER_OPTIONS, Inner, Pruner
from sweeps.study.sampler_options import NEEDS, SAMPLER_OPTIONS, Sampler
from sweeps.study.section_base import StudySection


def test_every_sampler_of_the_study_file_is_one_of_optunas_or_a_design() -> None:
    assert not set(samplers.SAMPLERS) & set(designs.DESIGNS)
    assert set(samplers.SAMPLERS) | set(designs.DESIGNS) == set(SAMPLER_OPTIONS)
    assert set(samplers.SAMPLERS) >= samplers.KEEPS_NOTES
    assert set(SAMPLER_OPTIONS) >= set(NEEDS)


def test_every_pruner_of_the_study_file_has_a_stop_rule() -> None:
    assert set(pruners.PRUNERS) == set(PRUNER_OPTIONS)


@pytest.mark.parametrize(
    ("table", "section"),
    [(SAMPLER_OPTIONS, Sampler), (PRUNER_OPTIONS, Pruner), (INNER_OPTIONS, Inner)],
    ids=["samplers", "pruners", "inner pruners"],
)
def test_the_study_file_takes_every_class_by_its_name(
    table: Mapping[str, type[StudySection]], section: Any
) -> None:
    """`section` is the union of the classes, annotated with what tells them apart."""
    assert set(get_args(get_args(section)[0])) == set(table.values())
    for name, options in table.items():
        assert options.model_fields["name"].default == name


def recorded(options: Any) -> tuple[Any, set[str]]:
    """The options, and the names of those that are read from now on."""
    read: set[str] = set()

    class Recorded(type(options)):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            read.add(name)
            return super().__getattribute__(name)

    made = Recorded.model_construct(**dict(options))
    read.clear()
    return made, read


def expect_all_read(options: StudySection, read: set[str]) -> None:
    assert set(type(options).model_fields) - {"name"} <= read


@pytest.mark.parametrize("name", SAMPLER_OPTIONS)
def test_every_option_of_a_sampler_is_read(name: str) -> None:
    if name in NEEDS and find_spec(NEEDS[name][0]) is None:
        pytest.skip(f"{name} needs a package: pip install {NEEDS[name][1]}")
    options = SAMPLER_OPTIONS[name]()
    made, read = recorded(options)
    if name in samplers.SAMPLERS:
        samplers.SAMPLERS[name](made, 0)
    else:
        content = {"name": "x", "data": {"source": "sklearn:iris"}, "space": {"l2": [0, 1]}}
        space = parsing.study(Document(content, {}, "study")).space
        next(designs.DESIGNS[name](made, space, 0))
    expect_all_read(options, read)


@pytest.mark.parametrize("name", PRUNER_OPTIONS)
def test_every_option_of_a_pruner_is_read(name: str) -> None:
    options = PRUNER_OPTIONS[name](**({"upper": 1.0} if name == "threshold" else {}))
    made, read = recorded(options)
    history = pruners.History(epochs=20)
    for number in range(12):
        costs = np.linspace(1, 0, 21) + number
        history.add(pruners.PastTrial(number, True, costs, costs[:, None]))
    pruners.PRUNERS[name](made, history, 12)
    expect_all_read(options, read)
