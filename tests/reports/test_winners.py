"""The winners' table: the same values for the page, the terminal and the notes."""

import math
from collections.abc import Callable
from pathlib import Path

from reports import summary, text, winners
from reports.frames import load
from reports.sections.confirmed import winners_table
from sweeps.dashboard import texts


def test_the_columns_stand_in_the_order_of_what_is_asked(make: Callable[..., Path]) -> None:
    names = [column.name for column in winners.table(load(make())).columns]
    assert names == [
        *("objective", "test_objective", "test_error", "dev_error", "gap", "epochs_to_target")
    ]


def test_page_and_note_say_the_same_of_every_kind_of_run(kind: Path) -> None:
    run = load(kind)
    made = winners.table(run)
    assert len(made.entries) == len(summary.table(run))
    if not made.entries:
        assert texts.of_winners(run) == []
        return
    page = winners_table(run)
    *_, note, _ = texts.of_winners(run)
    for n, line in enumerate(note.splitlines()[2:]):
        cells = {cell.text for cell in page.rows[n].cells}
        for column in made.columns:
            score = column.scores[n]
            assert f"| {score.in_words} |" in line
            assert score.number in cells or "objective" in column.name
    if run.folds is not None:
        assert "Dev loss" in [column.label for column in page.columns], "by which it decides"


def test_what_diverged_is_no_winner_and_has_no_errors(
    folder_of: Callable[[str], Path],
) -> None:
    made = winners.table(load(folder_of("all diverged")))
    assert not any(entry.wins for entry in made.entries)
    assert made.entries[0].role == "rank 1"
    assert made.entries[0].label == made.entries[0].config
    said = {column.name: column.scores[0] for column in made.columns}
    assert said["test_error"].short == "diverged"
    assert said["gap"].number == "–"
    assert said["dev_error"].key == math.inf


def test_a_short_score_leaves_its_unit_to_the_head(make: Callable[..., Path]) -> None:
    columns = {column.name: column for column in winners.table(load(make())).columns}
    error, gap = columns["test_error"], columns["gap"]
    assert (error.short_head, gap.short_head) == ("test error %", "dev − train %")
    assert error.scores[0].in_words == "4.2\N{NO-BREAK SPACE}% [1.9, 8.7]"
    assert error.scores[0].short == "4.2 [1.9,8.7]"
    assert gap.scores[0].in_words == "+1.5\N{NO-BREAK SPACE}points [−0.3, +6.0]"
    assert gap.scores[0].short == "1.5 [−0.3,6.0]"
    assert (
        columns["epochs_to_target"].scores[0].in_words == "13.2 (100\N{NO-BREAK SPACE}% reached it)"
    )
    assert columns["epochs_to_target"].scores[0].short == "13 (100%)"


def test_columns_that_say_the_same_say_it_once(make: Callable[..., Path]) -> None:
    notes = winners.notes(winners.table(load(make())).columns)
    assert [note.partition(":")[0] for note in notes] == [
        *("dev loss", "test loss", "error", "epochs to target")
    ]
    assert f"{text.LEVEL} interval for new rows and seeds, for this training set" in notes[2]
