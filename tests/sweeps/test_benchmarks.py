"""The benchmarks of the sweep run, on sizes that measure nothing; and race over the same rows."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import studies
from sweeps.data.datasets.loading import load
from sweeps.study.file import parsing
from sweeps.study.file.documents import read
from sweeps.study.search_section import Search
from sweeps.training.task import Task
from tests.benchmarks import (
    decide,
    decide_report,
    earlier,
    known_tables,
    peer,
    portfolio,
    search,
    search_report,
    setting_truth,
)
from tests.benchmarks.known_tables import CLASSES, KNOWN_TABLES, TARGET
from tests.benchmarks.window import Trials, simulated
from tests.sweeps.helpers import environment

ROOT = Path(__file__).parents[2]
SMALL = ("--rounds", "1", "--trials", "6", "--jobs", "2")


def benchmark(name: str, *options: str) -> str:
    """What it prints."""
    call = [sys.executable, "-m", f"tests.benchmarks.{name}", *SMALL, *options]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


def cells(table: str, row: str) -> list[str]:
    """A row of a Markdown table, by its first cell."""
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {row} ")]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.slow
@pytest.mark.parametrize("race", ["common", "shipped"])
def test_a_sweep_races_its_peer(race: str) -> None:
    printed = benchmark("sweep", "--races", race)
    _, ours, theirs, ratio = cells(printed, "search, s")
    assert float(ratio.split()[0]) == pytest.approx(float(theirs) / float(ours), rel=0.02)


@pytest.mark.slow
def test_efficiency_and_its_rest_are_one() -> None:
    printed = benchmark("efficiency")
    efficiency = float(printed.split("2 jobs over 1: ")[1].split()[0])
    rest = printed.split("## What eats the rest")[1].split("## The parent")[0]
    shares = [
        float(part.split("|")[0].strip(" %")) / 100 for part in rest.split("|") if "%" in part
    ]
    assert efficiency + sum(shares) == pytest.approx(1, abs=0.02)


@pytest.mark.slow
def test_overhead_has_its_parts() -> None:
    printed = benchmark("overhead", "--many", "20")
    for sampler in ("random", "tpe"):
        _, alone, loop, overhead, *_ = cells(printed, sampler)
        assert float(overhead.split()[0]) == pytest.approx(float(loop) - float(alone), abs=0.02)
    _, before, peak, _ = cells(printed, "20")
    assert float(peak.split()[0]) >= float(before) - 1


@pytest.mark.slow
def test_the_window_and_the_free_search_take_at_least_their_trials_lengths() -> None:
    printed = benchmark("window").split("## Any order")[0]
    _, _, window, free, best, _ = cells(printed, "2")
    assert min(float(window), float(free)) >= float(best) - 0.01


@pytest.mark.slow
def test_a_window_as_wide_as_the_search_is_random() -> None:
    tables = ("--tables", "iris", "wine")
    printed = benchmark("width", *tables, "--contestants", "window 16", "window 8", "window 4")
    assert cells(printed, "window 8")[1:] == ["1.000 [1.000, 1.000]"] * 2
    assert cells(printed, "window 4")[1:] == ["1.000 [1.000, 1.000]"] * 2  # none was guided


@pytest.mark.slow
def test_a_search_that_is_too_short_to_race_is_the_same() -> None:
    tables = ("--tables", "iris", "wine")
    printed = benchmark("racing", *tables, "--sizes", "as proposed")
    _, found, _, epochs, stopped = cells(printed, "as proposed")
    assert (found, epochs, stopped) == (*["1.000 [1.000, 1.000]"] * 2, "0.0")


@pytest.mark.slow
def test_a_portfolio_is_chosen() -> None:
    printed = benchmark("portfolio", "--settings", "4", "--tables", "linear", "counts")
    assert len(json.loads(printed[printed.index("{") :])["portfolio"]) <= 3
    _, behind = cells(printed, "portfolio of 6")
    assert float(behind) >= 0


def test_a_portfolio_takes_what_lowers_the_mean_most_and_stops_where_nothing_does() -> None:
    losses = np.array([[5.0, 4, 9, 1], [5, 4, 0, 6], [5, 4, 9, 6]])
    assert portfolio.choose(losses, most=6) == [2, 3, 1]
    assert portfolio.choose(losses, most=1) == [2]
    assert portfolio.choose(losses[:, [1, 0]], most=6) == []


@pytest.mark.slow
def test_folds_stand_beside_seeds() -> None:
    alone, _ = benchmark("folds", "--studies", "quickstart").split("| quickstart ")[1:]
    _, seeds, folds, ratio, *_ = [cell.strip() for cell in alone.strip(" |").split("|")]
    assert float(ratio) == pytest.approx(float(folds) / float(seeds), abs=0.02)


@pytest.mark.slow
def test_a_longer_horizon_stands_beside_a_short_one() -> None:
    sizes = ("--tables", "wine", "--networks", "2", "--rules", "2 last", "9 shared")
    printed = benchmark("horizon", *sizes).split("## How long")[1]
    short, longer = (cell.split(", ") for cell in cells(printed, "wine")[1:])
    assert cells(printed, "geometric mean")[1] == "× 1.000, × 1.00"
    (errors, seconds) = cells(printed, "geometric mean")[2].split(", ")
    assert float(errors.strip("× ")) == pytest.approx(float(longer[0]) / float(short[0]), rel=0.05)
    spent, first = (float(cell[1].strip(" s")) for cell in (longer, short))  # to a tenth
    ratio = float(seconds.strip("× "))
    assert (spent - 0.05) / (first + 0.05) - 0.01 < ratio < (spent + 0.05) / (first - 0.05) + 0.01


def waited(lengths: list[float], jobs: int, window: int) -> float:
    """Seconds of trials of which nothing is known but how old they are."""
    numbers = range(len(lengths))
    tasks = [Task(number, {}, 0, 0, range(1), (), "float32") for number in numbers]
    trials = Trials(dict(enumerate(lengths)), {}, tasks)
    return simulated(trials, numbers, None, jobs, Search(window=window, growth=1), is_free=False)


def test_a_window_waits_for_its_oldest_trial() -> None:
    lengths = [10.0, 1.0, 1.0, 1.0, 1.0]
    assert waited(lengths, jobs=2, window=100) == 10
    # The third waits for the first, the fifth for the third.
    assert waited(lengths, jobs=2, window=2) == 12
    assert waited(lengths, jobs=1, window=2) == sum(lengths)


@pytest.mark.parametrize(
    "study", ["studies/tabular_full.yaml", "tests/benchmarks/common_space.yaml"]
)
def test_the_peer_has_our_rows(study: str) -> None:
    data = load(parsing.study(read(ROOT / study)).data, ROOT, "float32")
    for part, (x, y) in peer.data().items():
        assert np.allclose(data.parts[part].x, x, atol=1e-5)
        assert (data.labels[part] == y).all() or (data.labels[part] == 1 - y).all()


def test_the_peer_has_our_epochs() -> None:
    text = (ROOT / "tests/benchmarks/common_space.yaml").read_text()
    assert f"epochs: {peer.EPOCHS} " in text
    assert f"replicates: {{count: {peer.REPLICATES}, resample: none}} " in text
    assert "at: last" in text, "which is what scikit-learn's networks are judged by"
    assert studies.path("tabular_full").is_file()


@pytest.mark.parametrize("name", KNOWN_TABLES)
def test_a_known_table_keeps_to_what_its_rule_expects(name: str) -> None:
    table = KNOWN_TABLES[name]
    rows = table.draw(1, 20_000)
    if table.regression:
        names, expected = rows.frame[TARGET].to_numpy()[:, None], rows.expected[:, None]
        assert (names - expected).std() == pytest.approx(table.noise, rel=0.03)
    else:
        names = rows.frame[TARGET].to_numpy()[:, None] == np.array(
            CLASSES[: rows.expected.shape[1]]
        )
        expected = rows.expected
    apart = names - expected
    # Calibrated, and wherever the rule is sure, too: no expectation is of use for what is left.
    assert np.abs(apart.mean(axis=0)).max() < 5 * apart.std() / math.sqrt(len(rows.frame))
    assert abs(np.corrcoef(apart.ravel(), expected.ravel())[0, 1]) < 0.03
    assert not rows.frame.equals(table.draw(2, 20_000).frame)


def test_the_least_error_is_that_of_the_labels() -> None:
    for table in (KNOWN_TABLES["clouds"], KNOWN_TABLES["straight"]):
        rows = table.draw(1, 20_000)
        target = rows.frame[TARGET].to_numpy()
        if table.regression:
            met = math.sqrt(((target - rows.expected) ** 2).mean())
        else:
            met = (np.array(CLASSES)[rows.expected.argmax(axis=1)] != target).mean()
        assert known_tables.least(table, rows.expected) == pytest.approx(met, rel=0.03)


def test_the_truth_of_a_setting_is_of_training_sets_of_their_own(tmp_path: Path) -> None:
    sets = setting_truth.training_sets(KNOWN_TABLES["linear"], rows=60, sets=3, fresh=500)
    assert sets.n_train == 60
    assert len(np.unique(sets.parts["train"].x, axis=0)) == 180
    study = tmp_path / "study.yaml"
    study.write_text("{name: fresh, data: {source: fresh.csv}, space: {}, search: {seed: 3}}")
    settings = {"hidden": [], "epochs": 3}
    alone = setting_truth.training_sets(KNOWN_TABLES["linear"], rows=60, sets=3, fresh=500)
    one = setting_truth.of_setting(study, settings, alone)
    assert len(set(one.loss)) == 3
    assert (setting_truth.of_setting(study, settings, sets).loss == one.loss).all()
    baseline = setting_truth.of_baseline("logistic regression", sets)
    assert (
        baseline.error.mean() < 0.4 < setting_truth.of_baseline("majority class", sets).error.mean()
    )


@pytest.mark.parametrize(
    ("said", "truth", "false", "wrong"),
    [
        ("better", -0.2, False, False),
        ("better", 0.05, False, True),
        ("better", 0.2, True, True),
        ("worse", -0.2, True, True),
        ("worse", 0.2, False, False),
        ("the same", 0.05, False, False),
        ("the same", -0.2, True, True),
        ("not decided", 9.0, False, False),
    ],
)
def test_an_answer_is_false_by_the_truth(said: str, truth: float, false: bool, wrong: bool) -> None:
    answer = {"answer": said, "truth": truth, "margin": 0.1}
    assert decide_report.is_false(answer, 0.1) == false
    assert decide_report.is_false(answer, 0.0) == wrong


@pytest.mark.slow
def test_what_is_decided_is_kept_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = ("--trials", "3", "--fresh", "500", "--scored", "300", "--sets", "2", "--draws", "1")
    where = ("--out", str(tmp_path), "--tables", "linear", "--designs", "split", "hand")

    def printed(*options: str) -> str:
        decide.main(decide.arguments().parse_args([*where, *options]))
        return capsys.readouterr().out

    assert len(printed(*sizes).splitlines()) == 2
    assert printed(*sizes) == ""
    table = printed("--markdown").split("## What is advised")[1].split("##")[0]
    found = {
        design: json.loads((tmp_path / design / "linear-0.json").read_text())
        for design in ("split", "hand")
    }
    _, draws, least, *errors = cells(table, "linear")
    assert draws == "1"
    assert errors == [f"{one['recommended']['error']:.3f}" for one in found.values()]
    assert float(least) < min(map(float, errors))
    assert {one["question"] for one in found["split"]["answers"]} >= {"baseline"}


def searched(values: list[float], seconds: list[float], true_error: float) -> dict[str, object]:
    return {"values": values, "seconds": seconds, "true_error": {"2": true_error}}


def test_searches_are_held_beside_each_other_by_trials_and_by_seconds() -> None:
    # The first trial of ours ends last, and is the best.
    ours = searched([0.1, 0.4, math.nan], [3.0, 1.0, 2.0], 0.2)
    theirs = searched([0.8, 0.4, 0.2], [0.5, 1.5, 9.0], 0.4)
    known = ({("a", 0): ours}, {("a", 0): theirs})
    (row,) = search_report.beside(*known, "tpe", [2]).rows
    assert row == ["2", "0.25", "1.00", "0.50", "2.00"]
    assert search_report.time_to(ours, 0.2) == 3.0
    assert search_report.time_to(theirs, 0.1) == math.inf


def test_a_search_ends_with_the_true_error_of_its_best(tmp_path: Path) -> None:
    sizes = ("--seeds", "1", "--counts", "3", "5", "--fresh", "300", "--sides", "ours", "tpe")
    where = ("--out", str(tmp_path), "--tables", "straight")
    search.main(search.arguments().parse_args([*where, *sizes]))
    for side in ("ours", "tpe"):
        found = json.loads((tmp_path / side / "straight-0.json").read_text())
        assert len(found["values"]) == len(found["seconds"]) == 5
        assert found["true_error"].keys() == {"3", "5"}
        assert search.is_kept(tmp_path / side / "straight-0.json", [5])
        assert not search.is_kept(tmp_path / side / "straight-0.json", [5, 9])


def test_the_verdict_of_an_earlier_version_is_read_from_its_sentences() -> None:
    said = """verdict   Better than the defaults: −0.6 points [−1.2, −0.1] (95 %).
          A network is not shown to be worth it: −2.9 points [−11.3, +5.4] against gradient
          boosting (31.2 %; 95 %), the best baseline on dev."""
    found = earlier.verdict(said)
    assert found["against_defaults"] is not None
    assert (found["against_defaults"]["other"], found["against_defaults"]["answer"]) == (
        "defaults",
        "better",
    )
    assert found["against_baseline"] is not None
    assert (found["against_baseline"]["other"], found["against_baseline"]["answer"]) == (
        "gradient boosting",
        "not decided",
    )
    with pytest.raises(ValueError, match="no verdict on the best baseline"):
        earlier.verdict("verdict   Better than the defaults.")
