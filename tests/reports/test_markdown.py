"""The report as Markdown, and its figures as files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reports import frames, markdown
from reports.advice.recommendation import recommendation
from reports.figures import saving
from reports.sections.links import link
from reports.sections.recommendation import recommendation as first_screen


def test_it_says_what_the_page_says(make: Callable[..., Path]) -> None:
    run = frames.load(make())
    made, said = recommendation(run), markdown.of(run)
    plain = said.replace("\\", "")
    for text in (made.headline, made.why, made.sure, *(step.do for step in made.steps)):
        assert text in plain
    for step in made.steps:
        assert all(line in said for line in step.lines.splitlines())
    assert "`sweeps next RUN`" in said
    rows = [line for line in plain.splitlines() if line.startswith("| ")]
    assert any(made.facts[0].value in row for row in rows)
    for config in run.configs:
        assert any(row.startswith(f"| {link(run, config).in_words} |") for row in rows)


@pytest.mark.parametrize("text", ["a|b", "*a*", "<b>", "`c`", "# d", "e_f_", "[g](h)"])
def test_a_name_is_no_markup(text: str) -> None:
    said = markdown.escaped(text)
    assert said != text
    assert said.replace("\\", "") == text


def test_figures_are_files_and_the_same_again(make: Callable[..., Path], tmp_path: Path) -> None:
    for again in ("a", "b"):
        with saving.saved_to(tmp_path / again):
            first_screen(frames.load(make()))
    found = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert found == [f"recommended-{one}" for one in ("narrow.pdf", "narrow.png", "narrow.svg")] + [
        f"recommended-{one}" for one in ("wide.pdf", "wide.png", "wide.svg")
    ]
    for name in found:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
