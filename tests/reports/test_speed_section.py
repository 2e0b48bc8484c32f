"""What the section on speed says where there is little or nothing to compare."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reports import labels
from reports.frames import Run, load
from reports.sections.blocks import Paragraphs, Table
from reports.sections.speed import speed
from reports.sections.verdict import verdict
from reports.stats.speed import convergence


def said(run: Run) -> tuple[str, Table]:
    found = speed(run)
    assert found is not None
    lead = next(block for block in found.blocks if isinstance(block, Paragraphs)).paragraphs[0]
    table = next(block for block in found.blocks if isinstance(block, Table))
    return lead, table


@pytest.mark.parametrize("kind", ["one setting", "defaults alone"])
def test_one_setting_is_compared_with_nothing(folder_of: Callable[[str], Path], kind: str) -> None:
    lead, table = said(load(folder_of(kind)))
    assert [column.label for column in table.columns][1:] == [
        "Reached it", "Mean epochs",
    ]  # fmt: skip
    assert "Speed-up" not in table.note
    assert "the same for all" not in lead


def test_a_target_met_before_training_is_said(folder_of: Callable[[str], Path]) -> None:
    lead, _ = said(load(folder_of("defaults alone")))
    assert "All of 10 networks met it before they were trained" in lead


def test_a_target_never_reached_has_no_time(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("never reached"))
    lead, table = said(run)
    assert "No network reached the target" in lead
    assert {row.cells[2].text for row in table.rows} == {">\N{NO-BREAK SPACE}60"}
    numbers = verdict(run).blocks[1].items
    last = numbers[-1]
    assert (last.value, last.bounds) == (">\N{NO-BREAK SPACE}60", "")
    assert last.note == "0 of 10 networks reached it"


def test_pruned_trials_are_counted_where_there_are_any(
    folder_of: Callable[[str], Path], make: Callable[..., Path]
) -> None:
    run = load(folder_of("ordinary"))
    assert f"{run.provenance['counts']['pruned']} pruned trials" in said(run)[0]
    run = load(make(states="complete"))
    assert "pruned" not in said(run)[0]


def test_costs_and_the_chance_of_being_sooner_have_their_bounds(
    folder_of: Callable[[str], Path],
) -> None:
    found = speed(load(folder_of("ordinary")))
    epochs, costs = (block for block in found.blocks if isinstance(block, Table))
    assert epochs.columns[-1].label == "Chance of being sooner"
    chances = [row.cells[-1].quiet for row in epochs.rows if row.cells[-1].text != "\N{EN DASH}"]
    assert chances
    assert all(note.startswith("[") for note in chances)
    for row, first in zip(costs.rows, epochs.rows, strict=True):
        is_known = first.cells[2].quiet.startswith("[")
        assert [cell.quiet.startswith("[") for cell in row.cells[1:]] == [is_known] * (
            len(row.cells) - 1
        )


def test_the_first_sentence_is_of_the_fastest_and_of_those_as_fast(
    folder_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load(folder_of("ordinary"))
    aim = convergence.target(run)
    found = convergence.speed(run, aim)
    means = {row.config: row.restricted.estimate for row in found.itertuples() if row.reached}
    first = min(means, key=means.__getitem__)
    assert said(run)[0].startswith(
        f"Soonest at a {aim.least(run)}: {labels.named(run)(first)}, aft"
    )
    alike = found.assign(restricted=[found["restricted"].iloc[0]] * len(found), reached=1)
    monkeypatch.setattr(convergence, "speed", lambda *_: alike)
    assert f"{len(found)} settings alike" in said(run)[0]
