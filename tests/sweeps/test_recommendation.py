"""The recommendation of a run is one, wherever it is read; its lines are those of a study file."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import sweeps
from reports.advice import space_steps, steps
from reports.advice.recommendation import recommendation
from reports.advice.step import Step
from reports.stats.answer import recommending
from reports.stats.lints import search_lints
from sweeps.dashboard import texts
from sweeps.results.result import Result
from sweeps.study.file import documents, parsing
from sweeps.views import tables
from tests.sweeps.helpers import TEXT, study

SHORT = TEXT.replace("trials: 24", "trials: 3").replace("epochs: 12", "epochs: 3")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("advised")
    return sweeps.run(study(folder, SHORT), out=folder, jobs=1, quiet=True)


def words(text: str) -> str:
    return " ".join(text.split())


def test_it_is_the_same_in_the_terminal_json_the_dashboard_and_the_page(result: Result) -> None:
    made = recommendation(result.run)
    stream = io.StringIO()
    of = parsing.study(documents.read(result.folder / "study.yaml"))
    tables.closing(result, of, None, Console(file=stream, width=100))
    told = stream.getvalue()
    first = words(told.strip().partition("\n\n")[0])
    note = words("\n".join(texts.of_recommendation(result.run)).replace("\\", ""))
    page = words(re.sub("</?a[^>]*>", "", result.report.read_text().partition("</section>")[0]))
    saved = json.loads((result.folder / "summary.json").read_text())
    assert next(iter(saved)) == "finished"
    assert saved["recommendation"] == json.loads(json.dumps(made.plain()))
    for place in (first, note, page, words(str(result))):
        for said in (made.headline, made.why, *(step.do for step in made.steps)):
            assert words(said) in place.replace("&#39;", "'")
        for step in made.steps:
            assert words(step.lines) in place
    assert first.startswith(made.headline)
    assert made.how_for(result.folder).splitlines()[-1] in first
    assert words(f"{made.facts[0].value}, {made.facts[0].beside}") in first


def every_step(result: Result) -> Iterator[Step]:
    """All that a rule can say of a run, and of each range as if the best lay at either end."""
    run, choice = result.run, recommending.choice(result.run)
    assert choice is not None
    for rule in steps.RULES:
        yield from rule(run, choice)
    yield from space_steps._held_back(run)
    yield from space_steps._more_room(run)
    yield space_steps.known_error(run)
    for entry in run.provenance["space"]:
        if entry["kind"] == "range":
            for end in ("low", "high"):
                one = search_lints.NearEdge(entry["name"], entry[end], end, entry)
                yield from space_steps._wider(run, one)


def merged(values: Any, more: Any) -> Any:
    if not isinstance(values, dict) or not isinstance(more, dict) or "low" in more:
        return more
    return values | {name: merged(values.get(name), own) for name, own in more.items()}


def test_every_step_is_lines_of_a_study_file(result: Result) -> None:
    found = list(every_step(result))
    starts = {step.lines.split(":")[0] for step in found}
    assert starts >= {"data", "search", "space", "confirm", "reference"}
    for step in found:
        values = documents.read(result.folder / "study.yaml").values
        for name in documents.parse(step.lines, "lines").values.get("space") or ():
            values["fixed"].pop(name, None)
        whole = merged(values, documents.parse(step.lines, "lines").values)
        assert parsing.study(documents.Document(whole, {}, step.lines)).name == "small"


def test_of_a_search_alone_it_says_to_confirm(tmp_path: Path) -> None:
    searched = sweeps.run(study(tmp_path, SHORT), out=tmp_path, jobs=1, quiet=True, confirm=False)
    made = searched.recommendation
    assert made.use == ""
    assert made.headline.startswith("Nothing is confirmed yet: trial ")
    assert (
        json.loads((searched.folder / "summary.json").read_text())["recommendation"]["use"] is None
    )
