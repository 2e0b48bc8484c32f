"""What a run writes for the Dashboard: its form, its safety, its size, its pace."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import optuna_dashboard
import pytest
from optuna_dashboard._custom_plot_data import get_plotly_graph_objects
from rich.console import Console

from sweeps.base.interrupts import Shield
from sweeps.dashboard import pictures, plots, texts
from sweeps.dashboard.board import YOURS, Board
from sweeps.dashboard.pace import EVERY, SHARE, Pace
from sweeps.dashboard.writer import PICTURED, DashboardWriter, artifacts
from sweeps.results.result import Result
from sweeps.running.callbacks import Callbacks
from sweeps.search import Finished
from sweeps.storage import backends, optuna_private
from sweeps.storage.attributes import of as attributes_of
from sweeps.study import spec
from sweeps.study.file import documents, parsing
from sweeps.training.task import Outcome
from tests.needs import missing

HOSTILE = (
    "<img src=x onerror=alert(1)> [x](javascript:alert(2)) | `a` **b** &lt; $x$ \n# c \x1b[31m"
)
EPOCHS, P = 12, 3


@pytest.fixture
def known(tmp_path: Path) -> optuna.Study:
    return optuna.create_study(study_name="s", storage=backends.journal(tmp_path / "journal.log"))


def study(**changes: Any) -> spec.Study:
    values = {
        "name": "s",
        "data": {"source": "synthetic:moons"},
        "fixed": {"epochs": EPOCHS},
        "space": {"l2": {"low": 1e-6, "high": 1.0, "log": True}, "optimizer": ["adam", "momentum"]},
        "targets": {"dev_error": 0.3},
    }
    return parsing.study(documents.Document(values | changes, {}, "study"))


def finished(number: int, state: str = "complete", new: bool = True) -> Finished:
    rng = np.random.default_rng(number)
    curve = np.exp(-np.arange(EPOCHS + 1) / 4)[:, None] + rng.random((EPOCHS + 1, P)) / 10
    names = ("train_loss", "train_error", "dev_loss", "dev_error")
    curves = dict.fromkeys(names, curve)
    curves |= {"epoch": np.arange(EPOCHS + 1), "seconds": np.arange(EPOCHS + 1) / 100}
    outcome = Outcome(
        number=number,
        state=state,
        values=(float(curve[-1].mean()),),
        curves=curves,
        reports=curve.mean(axis=1),
        final={name: curve[-1] + 0.01 * rng.random(P) for name in names},
        arrays={"gone": np.array([False, True, False])},
    )
    optimizer = ["adam", "momentum"][number % 2]
    return Finished(number, {"l2": 10.0 ** -(number % 7), "optimizer": optimizer}, outcome, new)


def ask(known: optuna.Study, count: int) -> None:
    for _ in range(count):
        known.add_trial(optuna.trial.create_trial(value=1.0))


def test_the_form_is_the_dashboards_own(known: optuna.Study, tmp_path: Path) -> None:
    board = Board(known, tmp_path / "files")
    for text in ("long " * 1000, "short"):  # the second has to empty the first one's pieces
        board.note(text)
        assert optuna_dashboard.get_note(known) == f"{text.rstrip()}\n\n---\n{YOURS}"
    points = [plots.Point(n, "complete", 10.0**-n, "adam", 0.1, 0.01) for n in range(200)]
    for some in (points, points[:2]):
        figure = plots.gap_by_l2(some)
        board.plot("gap", figure)
        attributes = optuna_private.system_attributes(known)
        (text,) = get_plotly_graph_objects(attributes).values()
        assert json.loads(text) == figure
    board.artifact("page.html", b"<p>", "text/html")
    (meta,) = optuna.artifacts.get_all_artifact_meta(known)
    assert (meta.filename, meta.mimetype) == ("page.html", "text/html")
    assert (tmp_path / "files" / meta.artifact_id).read_bytes() == b"<p>"


def test_what_is_there_is_not_written_again(known: optuna.Study, tmp_path: Path) -> None:
    board, journal = Board(known, tmp_path / "files"), tmp_path / "journal.log"

    def write() -> None:
        board.note("a")
        board.note("b", trial=0)
        board.plot("p", plots.spread_of_seeds({1: np.array([0.1, 0.2])}, "dev_loss"))
        board.artifact("x.svg", b"<svg/>", "image/svg+xml", trial=0)

    write()
    before = journal.read_bytes()
    write()
    assert journal.read_bytes() == before


def test_what_the_reader_wrote_stays(known: optuna.Study, tmp_path: Path) -> None:
    board = Board(known, tmp_path)
    optuna_dashboard.save_note(known, "my own words")
    board.note("one")
    assert optuna_dashboard.get_note(known).endswith(f"{YOURS}\n\nmy own words")
    optuna_dashboard.save_note(known, optuna_dashboard.get_note(known) + " and more")
    board.note("two")
    text = optuna_dashboard.get_note(known)
    assert text.startswith("two\n")
    assert text.endswith(f"{YOURS}\n\nmy own words and more")
    assert text.count(YOURS) == 1


def test_a_text_holds_no_markup() -> None:
    shown = texts.text(HOSTILE)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", shown)  # without what is escaped
    assert not set(bare) & set("<>[]()|`*_&$#:@.\n\x1b")
    # What a reader sees is what was written, but for line breaks and control characters.
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown)
    assert plain == " ".join(HOSTILE.split()).replace("\x1b", "\N{REPLACEMENT CHARACTER}")
    assert len(texts.text("x" * 10**6)) == texts.LONGEST


def test_a_note_shows_a_hostile_study_as_text() -> None:
    best = [finished(3)]
    progress = texts.StudyProgress("searching", {"complete": 1}, 9, best)
    note = texts.of_study(study(description=HOSTILE), progress, "/at")
    assert not re.search(r"(?<!\\)<", note)
    assert "\\<img src\\=x" in note
    assert "](javascript" not in note
    (row,) = [line for line in note.splitlines() if line.startswith("| [trial 3](/at?numbers=3)")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_a_note_says_how_was_searched() -> None:
    progress = texts.StudyProgress("searching", {"complete": 1}, 9, [finished(3)])
    for search, words in (
        ({}, "tpe, median pruning, seed 0"),
        ({"sampler": "random", "pruner": "none"}, "random, no pruning, seed 0"),
        ({"sampler": "qmc", "pruner": "hyperband"}, "qmc, hyperband pruning, seed 0"),
    ):
        assert words in texts.of_study(study(search=search), progress, "/at")


def test_the_plots_are_plotlys(known: optuna.Study) -> None:
    try:
        from plotly import graph_objects as go
    except ImportError:
        missing("plotly", "pip install plotly")
    points = [
        plots.Point(n, ("complete", "pruned")[n % 2], n / 7, "adam", np.nan, np.nan)
        for n in range(1001)
    ]
    reaches = {p.number: plots.EpochsToTarget(3.0, 1.0) for p in points}
    gap = plots.gap_by_l2(points)
    reach = plots.epochs_to_target_by_optimizer(points, reaches, "dev error ≤ 0.1", 12)
    seeds = plots.spread_of_seeds({4: np.array([0.1, np.inf])}, "dev_loss")
    for figure in (gap, reach, seeds):
        go.Figure(figure)  # refuses what plotly does not know
        json.dumps(figure, allow_nan=False)
    assert sum(len(trace["x"]) for trace in gap["data"]) == plots.MOST
    assert "500 of 1000 trials" in gap["layout"]["title"]["text"]
    assert "1 with λ = 0 not shown" in gap["layout"]["title"]["text"]


def test_epochs_to_the_target_are_the_reports() -> None:
    from reports.stats.speed import convergence

    rng = np.random.default_rng(0)
    values = rng.random((50, EPOCHS + 1))
    values[3:5, 6:] = np.nan
    hits = convergence.first_hits(values, 0.4)
    expected = np.where(hits >= 0, hits, EPOCHS)
    found = plots.epochs_to_target(values, 0.4, EPOCHS)
    assert found.epochs == expected.mean()
    assert found.share == (hits >= 0).mean()
    assert plots.epochs_to_target(values[:, :1], 2.0, EPOCHS) == plots.EpochsToTarget(EPOCHS, 0.0)


def test_a_curve_is_a_picture_whatever_diverged() -> None:
    from xml.etree import ElementTree

    whole = finished(1).outcome
    for name in ("dev_loss", "train_loss"):
        whole.curves[name][4:, 0] = np.nan
    svg = ElementTree.fromstring(pictures.curve(whole, "loss"))
    assert len(svg.findall(".//{*}polyline")) == 2
    assert "nan" not in pictures.curve(whole, "loss")
    for name in ("dev_loss", "train_loss"):
        whole.curves[name][:] = np.nan
    assert "nothing to draw" in pictures.curve(whole, "loss")


def test_what_a_function_of_ones_own_does_not_say_is_not_drawn() -> None:
    outcome = finished(1).outcome
    del outcome.curves["train_error"]
    picture = pictures.curve(outcome, "error")
    assert "dev error" in picture
    assert "train error" not in picture
    del outcome.curves["dev_error"]
    assert "nothing to draw" in pictures.curve(outcome, "error")


def test_the_attributes_of_a_trial() -> None:
    shown = attributes_of(finished(0).outcome)
    assert shown["status"] == "1 of 3 diverged"
    said = r"train error \S+ ± \S+; dev error .*; train loss .*; dev loss .* s"
    assert re.fullmatch(said, shown["scores"])
    failed = Outcome(0, "failed", (), cause="out of memory")
    assert attributes_of(failed) == {"status": "failed", "cause": "out of memory"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_pace_is_a_share_of_the_time_however_much_the_work_costs() -> None:
    clock, worked = Clock(), []
    pace = Pace(1.0, clock)
    for count in range(1, 5001):
        clock.now += 1.0
        if pace.due(count):
            with pace.working(count):
                clock.now += 0.2
            worked.append(clock.now)
    assert 0.2 * len(worked) <= SHARE * clock.now + 0.2
    assert len(worked) > 0.8 * SHARE * clock.now / 0.2
    assert min(np.diff(worked)) >= EVERY


@pytest.mark.parametrize("seconds", [0.1, 100.0])
def test_a_thousand_trials_cost_little_space(
    known: optuna.Study, tmp_path: Path, seconds: float
) -> None:
    """Less than 2 MB of journal, and three pictures, at whatever length of a trial."""
    ask(known, 1000)
    journal, clock = tmp_path / "journal.log", Clock()
    before = journal.stat().st_size
    writer = DashboardWriter(study(description="d" * 300), known, tmp_path, 1000, clock)
    for number in range(1000):
        clock.now += seconds
        writer.on_trial(finished(number))
    writer.on_search_end()
    assert 10_000 < journal.stat().st_size - before < 2_000_000
    assert len(list(artifacts(tmp_path).iterdir())) == PICTURED
    assert len(Board(known, artifacts(tmp_path)).at_trials()) == PICTURED


def test_a_run_that_stops_says_so_and_a_later_one_takes_its_pictures_over(
    known: optuna.Study, tmp_path: Path
) -> None:
    ask(known, 9)
    first = DashboardWriter(study(), known, tmp_path, 9)
    for number in range(3):
        first.on_trial(finished(number))
    first.on_close()
    assert "**Stopped; run it again to go on**: 3 of 9 trials" in optuna_dashboard.get_note(known)
    second = DashboardWriter(study(), known, tmp_path, 9)
    for number in range(9):
        second.on_trial(finished(number, new=number >= 3))
    second.on_search_end()
    order = sorted(range(9), key=lambda n: finished(n).outcome.value)
    assert set(order[:3]) != {0, 1, 2}
    shown = Board(known, artifacts(tmp_path)).at_trials()
    assert set(shown) == {f"trial-{n}.svg" for n in order[:3]}
    assert len(list(artifacts(tmp_path).iterdir())) == PICTURED
    assert known.metric_names == ["dev_loss"]


@pytest.mark.parametrize(
    ("objective", "drawn"), [("auc", "loss"), ("parameters", "loss"), ("balanced_error", "error")]
)
def test_the_best_have_pictures_whatever_they_are_the_best_by(
    known: optuna.Study, tmp_path: Path, objective: str, drawn: str
) -> None:
    ask(known, 1)
    writer = DashboardWriter(study(objective=objective), known, tmp_path, 1)
    one = finished(0)
    one.outcome.final[objective] = one.outcome.final["dev_loss"]
    writer.on_trial(one)
    writer.on_search_end()
    (picture,) = artifacts(tmp_path).iterdir()
    assert f"dev {drawn}" in picture.read_text()


def test_a_function_that_says_its_dev_error_alone_is_shown_by_it(
    known: optuna.Study, tmp_path: Path
) -> None:
    ask(known, 1)
    one = finished(0)
    for name in ("train_loss", "train_error", "dev_loss"):
        del one.outcome.curves[name], one.outcome.final[name]
    writer = DashboardWriter(
        study(objective="dev_error", targets={"dev_loss": 1}), known, tmp_path, 1
    )
    writer.on_trial(one)
    writer.on_search_end()
    attributes = optuna_private.system_attributes(known)
    (note,) = [v for k, v in attributes.items() if k.startswith("dashboard:0:note_str")]
    assert "| train | – | – |" in note
    assert re.search(r"\| dev \| – \| 0.* ± ", note)


class Failing:
    def __init__(self) -> None:
        self.asked = 0

    def on_trial(self, one: Finished) -> None:
        self.asked += 1
        raise OSError(28, "No space left on device", "postgresql://me:secret@host/db")

    def on_search_end(self) -> None:
        raise RuntimeError("again")

    def on_report(self, result: Result) -> None:
        raise RuntimeError("again")

    def on_close(self) -> None:
        raise RuntimeError("again")


def test_a_fault_is_told_once_without_passwords_and_ends_nothing() -> None:
    told = io.StringIO()
    callbacks = Callbacks(Shield(), Console(file=told, width=200))
    failing, other = Failing(), Failing()
    callbacks.add("dashboard", failing)
    callbacks.add("artifacts", other)
    for number in range(3):
        callbacks.on_trial(finished(number))
    callbacks.on_search_end()
    callbacks.on_report(Result(Path()))
    callbacks.on_close()
    assert failing.asked == other.asked == 3
    lines = told.getvalue().splitlines()
    assert [line.split(":")[0].split()[-1] for line in lines] == ["dashboard", "artifacts"]
    assert "No space left on device" in lines[0]
    assert "secret" not in told.getvalue()


def luminance(colour: str) -> float:
    """Relative, of #rrggbb: WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("colour", [plots.GREY, plots.COLORS["complete"], pictures.COLORS["dev"]])
def test_plots_are_read_on_a_light_and_on_a_dark_page(colour: str) -> None:
    layout = plots.spread_of_seeds({1: np.array([0.1, 0.2])}, "dev_loss")["layout"]
    assert {layout["plot_bgcolor"], layout["paper_bgcolor"]} == {"rgba(0,0,0,0)"}
    assert layout["font"]["color"] == plots.GREY
    assert "#fff" not in pictures.curve(finished(0).outcome, "loss")
    for page in ("#ffffff", "#1e1e1e"):  # the Dashboard's cards
        dark, light = sorted((luminance(colour), luminance(page)))
        assert (light + 0.05) / (dark + 0.05) >= 3
