"""The study file's samplers and pruners, and the tables that say how they work, name the same."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from sweeps.search import designs, pruners, samplers
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
