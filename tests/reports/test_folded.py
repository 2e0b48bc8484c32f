"""What of the page is folded: every name of the tables is somewhere on a page, and has its gist."""

import html
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from reports import folded
from reports.figures.figure import Figure
from reports.sections.blocks import Findings, Paragraphs, Plot, Table, section
from reports.stats.lints.findings import NOTE, Lint

GROWTH = "growth-table"
NOTE_OF_FIGURE = Paragraphs(("How it was measured.",), "quiet")


def figure(name: str, caption: str = "It is calibrated. On 500 rows.") -> Plot:
    return Plot(Figure(name, name.title(), caption, (), pd.DataFrame()))


def test_what_is_open_comes_before_what_is_folded_with_its_notes() -> None:
    blocks = [figure("calibration"), NOTE_OF_FIGURE, Paragraphs(("Said.",)), figure("plane")]
    first, *rest = folded.parts(section("learned", "Learned", blocks))
    assert first == folded.Part((blocks[2], blocks[3]))
    assert rest == [folded.Part(tuple(blocks[:2]), "Calibration", "It is calibrated.")]


def test_a_gist_is_a_short_first_sentence_or_none() -> None:
    said = section("classes", "Classes", [Paragraphs(("Errs most on 8: 8.1 % [2, 9]. And so.",))])
    assert folded.gist(said) == "Errs most on 8: 8.1 % [2, 9]."
    assert folded.gist(section("runs", "Runs", [Paragraphs(("long " * 50,))])) == ""
    assert all(len(words) <= folded.GIST for words in folded.GISTS.values())


def test_dots_are_folded_beside_a_map_of_the_same_arms_alone() -> None:
    dots, heat = figure("arms-figure"), figure("arms-map")
    assert [part.title for part in folded.parts(section("arms", "", [dots]))] == [""]
    both = folded.parts(section("arms", "", [dots, heat]))
    assert [part.title for part in both] == ["", "Arms-Figure"]


def test_a_note_stands_with_its_figure_and_others_by_themselves() -> None:
    note, plot, said = NOTE_OF_FIGURE, figure("plane"), Paragraphs(("Said.",))
    found = folded.with_notes((note, plot, note, said, note))
    assert found == [(note, ()), (plot, note.paragraphs), (said, ()), (note, ())]


def test_findings_are_open_and_none_of_them_is_not() -> None:
    found = Findings((Lint("a", NOTE, "b", "c", "runs"),))
    assert not folded.is_folded(section("findings", "Findings", [found]), set())
    assert folded.is_folded(section("findings", "Findings", [Paragraphs(("None.",))]), set())


def test_the_confirmed_settings_are_open_unless_a_question_compares_them() -> None:
    confirmed = section("confirmed", "Confirmed", [Table("confirmed-table", "", (), ())])
    assert not folded.is_folded(confirmed, {"confirmed", "ledger"})
    assert folded.is_folded(confirmed, {"confirmed", "arms"})


def test_no_name_of_what_is_folded_is_of_nothing(
    page_of: Callable[[Path], Path], folder_of: Callable[[str], Path]
) -> None:
    kinds = ("arms", "front", "multiclass", "folds")
    pages = html.unescape("".join(page_of(folder_of(kind)).read_text("utf-8") for kind in kinds))
    known = {name for name in folded.BLOCKS if f'id="{name}"' in pages or f"<h3>{name}<" in pages}
    assert known == set(folded.BLOCKS) - {GROWTH}, "none of these has learning curves over rows"
    assert all(f'id="{name}"' in pages for name in (*folded.SECTIONS, *folded.GISTS))
