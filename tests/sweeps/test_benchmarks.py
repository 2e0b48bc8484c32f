"""The benchmarks of the sweep run, on sizes that measure nothing; and race over the same rows."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import studies
from sweeps.data.loading import load
from sweeps.study.file import parsing
from sweeps.study.file.documents import read
from sweeps.study.search_section import Search
from sweeps.training.task import Task
from tests.benchmarks import peer, portfolio
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
    assert f"replicates: {peer.REPLICATES}\n" in text
    assert studies.path("tabular_full").is_file()
