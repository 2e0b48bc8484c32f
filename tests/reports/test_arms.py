"""The arms of a study: which they are, how likely each is the best, and the answer in words."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports import frames
from reports.advice.answer import answer
from reports.advice.recommendation import recommendation
from reports.figures.arms import Cells, heat
from reports.frames import Run
from reports.sections.arms import arms as section_of
from reports.sections.blocks import Plot, Table
from reports.sections.recommendation import recommendation as recommended
from reports.stats.answer import arms
from reports.stats.settings import measures, searched
from reports.stats.settings.rows import rows_of_split
from reports.stats.speed import convergence, pace
from reports.thumbnail import thumbnail

PER = {"search": {"per": "optimizer", "sampler": "random"}, "top": 12, "rows": 200}


@pytest.fixture
def compared(make: Callable[..., Path]) -> Run:
    """A study that compares optimizers."""
    return frames.load(make(**PER))


def with_grid(run: Run, **columns: list[Any]) -> Run:
    """With no other searched words than these, as a grid has them; the first trials alone."""
    count = len(next(iter(columns.values())))
    kept = [name for name in run.trials if not str(name).startswith("param.")]
    trials = run.trials.loc[run.trials["trial"] < count, kept].assign(
        **{f"param.{name}": values for name, values in columns.items()},
        state="complete",
        diverged=0,
        value=np.linspace(0.1, 0.2, count),
        rank=range(1, count + 1),
    )
    space = [
        {"name": name, "kind": "choice", "choices": [str(x) for x in values]}
        for name, values in columns.items()
    ]
    search = run.provenance["search"] | {"sampler": "grid", "per": None}
    provenance = run.provenance | {"space": space, "search": search}
    return replace(run, trials=trials, provenance=provenance, memo={})


def test_arms_are_those_of_per_and_the_best_trial_of_each_stands_for_it(compared: Run) -> None:
    assert arms.words(compared) == ("optimizer",)
    found = arms.arms(compared)
    assert [arm.key for arm in found] == [("adam",), ("momentum",), ("rmsprop",)]
    done = compared.trials[compared.trials["state"] == "complete"]
    for arm in found:
        mine = done[done["param.optimizer"] == arm.key[0]].sort_values("rank")
        assert (arm.trial, arm.trials) == (mine["trial"].iloc[0], len(mine))
        assert arm.config in (f"trial {arm.trial}", compared.winner)


def test_the_winner_stands_for_its_arm(compared: Run) -> None:
    """Though the search had another first: the best of the confirmation is chosen for its luck."""
    winner = str(compared.winner)
    mine = compared.trials["trial"] == int(winner.removeprefix("trial "))
    worse = compared.trials.assign(rank=compared.trials["rank"].mask(mine, 39))
    (arm,) = (
        one for one in arms.arms(replace(compared, trials=worse, memo={})) if one.config == winner
    )
    assert arm.trial != int(winner.removeprefix("trial "))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"l2": [0.0, 0.1, 0.3]}, ("l2",)),
        ({"l2": [0.0, 0.1, 0.0], "keep_prob": [1.0, 1.0, 0.5]}, ("l2", "keep_prob")),
        ({"l2": [0.0, 0.1], "keep_prob": [1.0, 0.5], "batch_size": [8, 16]}, ()),
        ({"l2": [0.1, 0.1, 0.1]}, ()),
        ({"l2": list(np.linspace(0, 1, 13))}, ()),
    ],
)
def test_a_small_grid_over_one_or_two_words_has_arms(
    make: Callable[..., Path], columns: dict[str, list[Any]], words: tuple[str, ...]
) -> None:
    run = with_grid(frames.load(make()), **columns)
    assert arms.words(run) == words
    assert bool(arms.arms(run)) == bool(words)


def test_a_search_over_more_has_no_arms(kind: Path) -> None:
    run = frames.load(kind)
    is_asked = bool(run.provenance["search"].get("per"))
    assert bool(arms.arms(run)) == is_asked
    assert (answer(run) is not None) == is_asked
    assert (section_of(run) is not None) == is_asked


def test_arms_stand_in_the_order_of_their_values(make: Callable[..., Path]) -> None:
    run = with_grid(frames.load(make()), batch_size=["full", "64", "4", "16"])
    assert [arm.key[0] for arm in arms.arms(run)] == ["4", "16", "64", "full"]
    assert arms.is_ordered(run, "batch_size")
    assert not arms.is_ordered(with_grid(run, activation=["relu", "tanh"]), "activation")


def test_the_probability_of_being_best_shares_ties() -> None:
    worse_by = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, -1.0, 0.0, 1.0], [1.0, -1.0, 1.0, 2.0]])
    assert arms.chances(worse_by) == pytest.approx([2.5 / 4, 1 / 4, 0.5 / 4])


def simulated(base: Run, rng: np.random.Generator, spread: float) -> tuple[np.ndarray, int]:
    """The probabilities of four arms, the first chosen on dev, and which of them is truly best.

    Each errs on rows that are hard, the more the larger a number of its own, which scatters by
    `spread` between the arms; networks differ, too.
    """
    names, count, rows = list(base.configs), 8, 200
    own, networks = rng.normal(-1.0, spread, 4), rng.normal(0, 0.1, (2, 4, count, 1))
    wrong = []
    for off in networks:
        hard = rng.normal(size=rows) + 0.8 * rng.normal(size=(4, count, rows))
        wrong.append((hard + own[:, None, None] + off > 0).astype(float))
    order = np.argsort(wrong[0].mean(axis=(1, 2)), kind="stable")
    assert base.confirm is not None
    confirm, memo = base.confirm.copy(), dict(base.memo)
    for config, arm in zip(names, order, strict=True):
        for split, each in zip(("dev", "test"), wrong, strict=True):
            memo[f"rows/{config}/{split}/error"] = each[arm]
            confirm.loc[confirm["config"] == config, f"{split}_error"] = each[arm].mean(axis=1)
    run = replace(base, confirm=confirm.assign(status="ok"), memo=memo)
    worse_by = arms.apart(run, names, measures.plain())
    return arms.chances(arms.closer(worse_by)), int(own[order].argmin())


def simulate(base: Run, spread: float, count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """(count, 4) probabilities, and whether each arm was the best."""
    rng = np.random.default_rng(5)
    found = [simulated(base, rng, spread) for _ in range(count)]
    is_best = np.arange(4) == np.array([best for _, best in found])[:, None]
    return np.array([each for each, _ in found]), is_best


def test_the_probability_of_being_best_is_as_often_right(make: Callable[..., Path]) -> None:
    base = frames.load(make(top=3, confirmed=8, rows=200))
    for split in ("dev", "test"):
        rows_of_split(base, split)
    said, is_best = simulate(base, 0.1)
    first = said.argmax(axis=1)
    right = is_best[np.arange(len(first)), first].mean()
    assert said.max(axis=1).mean() == pytest.approx(right, abs=0.15)
    assert is_best[said > 0.9].mean() > 0.8
    assert is_best[said < 0.1].mean() < 0.06
    # Of equals none is said to be the best: drawn as they were seen, the first of them has .56.
    alike, _ = simulate(base, 0.0)
    assert alike.max(axis=1).mean() < 0.45


def test_an_arm_of_much_noise_does_not_make_the_others_alike() -> None:
    rng = np.random.default_rng(0)
    drawn = np.stack([np.zeros(2000), rng.normal(0.1, 0.03, 2000), rng.normal(0.07, 0.2, 2000)])
    found = arms.chances(arms.closer(drawn))
    assert found[1] < 0.02
    assert 0.4 < found[2] < 0.6


def test_differences_are_those_of_the_paired_intervals(compared: Run) -> None:
    """The draws behind the probabilities lie about the estimates, and spread as the intervals."""
    found = arms.judged(compared)
    assert found[0].difference is None
    assert found[0].config == compared.winner
    names = [one.config for one in found]
    drawn = arms.apart(compared, names, measures.measure(compared))
    for each, one in zip(drawn[1:], found[1:], strict=True):
        assert one.difference is not None
        interval = one.difference.found.decisive
        assert np.quantile(each, [0.025, 0.975]) == pytest.approx(
            [interval.low, interval.high], abs=0.1 * (interval.high - interval.low)
        )
    assert sum(one.chance for one in found) == pytest.approx(1)


def test_the_answer_says_who_is_ahead_and_the_rest_in_four_words(compared: Run) -> None:
    found = answer(compared)
    assert found is not None
    best = arms.judged(compared)[0].arm.key[0]
    assert found.sentence.lower().startswith(f"{best} ")
    assert "error of" in found.sentence
    for one in arms.judged(compared)[1:]:
        assert one.arm.key[0] in found.others.lower() or "all the others" in found.others.lower()
        assert one.difference is not None
        word = {"the same": "as good"}.get(one.difference.word, one.difference.word)
        assert word in found.others.lower()
    assert json.loads(json.dumps(found.plain()))["best"] == best
    assert recommendation(compared).plain()["answer"] == found.whole


def test_speed_comes_first_where_the_study_has_a_target_of_its_own(
    make: Callable[..., Path],
) -> None:
    run = frames.load(make(**PER, targets={"dev_error": 0.15}))
    found, aim = answer(run), convergence.target(run)
    assert found is not None
    assert aim is not None
    first, *others = pace.paces(run, aim)
    name = next(one.arm.key[0] for one in arms.judged(run) if one.config == first.config)
    assert found.sentence.lower().startswith(f"{name} reached a dev error of")
    assert all(first.time.estimate <= one.time.estimate for one in others)
    assert all(one.ratio.estimate >= 1 for one in others if one.reached)
    assert "error of" in found.more[-1]


def test_the_first_screen_draws_what_the_answer_says(make: Callable[..., Path]) -> None:
    """Times where it tells times, also on a phone and in the small picture; else how good."""
    soon, good = (frames.load(make(**PER, **aim)) for aim in ({"targets": {"dev_error": 0.2}}, {}))
    (block,) = recommended(soon).blocks
    assert len(block.asked.panels) == 2
    assert block.asked.title.startswith("epochs to a dev error of")
    first = pace.paces(soon, convergence.target(soon))[0]
    assert block.asked.data["value"].iloc[0] == first.time.estimate
    assert "asked-narrow" in thumbnail(soon)
    (block,) = recommended(good).blocks
    (wide,) = block.asked.panels
    assert wide.title == "difference to the best in loss"
    assert block.asked.data["value"].iloc[0] == 0.0


def test_where_nobody_arrives_no_speed_is_told(make: Callable[..., Path]) -> None:
    found = answer(frames.load(make(**PER, targets={"dev_error": 0.0001})))
    assert found is not None
    assert found.sentence.startswith("No arm reached a dev error of")


def test_of_a_search_alone_nothing_is_decided(make: Callable[..., Path]) -> None:
    run = frames.load(make(**PER | {"confirmed": None}))
    found = answer(run)
    assert found is not None
    assert found.sentence.startswith("Which is best is not decided")
    section = section_of(run)
    assert section is not None
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert all("search alone" in row.cells[1].quiet for row in table.rows)


def test_a_trial_of_the_search_has_an_interval_where_it_was_not_chosen(
    make: Callable[..., Path],
) -> None:
    run = frames.load(make())
    trial = int(run.trials.loc[run.trials["diverged"] == 0, "trial"].iloc[0])
    trials = run.trials.assign(dev_error=0.2, dev_error_sd=0.0, replicates=5)
    run = replace(run, trials=trials, memo={})
    alone = searched.error(run, trial)
    rows = run.provenance["data"]["dev"]
    assert alone.high - 0.2 == pytest.approx(1.98 * (0.2 * 0.8 / rows) ** 0.5, rel=0.01)
    assert not searched.error(run, trial, of=4).known
    folds = replace(run, provenance=run.provenance | {"search": {"resample": "5 folds"}})
    folds = replace(folds, trials=trials.assign(dev_error_sd=0.05))
    # t of 4 degrees of freedom, and 1.2 times as wide
    assert searched.error(folds, trial).high - 0.2 == pytest.approx(
        1.2 * 2.776 * 0.05 / 5**0.5, 1e-3
    )


def test_a_map_says_every_number_and_frames_the_lowest() -> None:
    errors = np.array([[0.1, np.nan], [0.2, 0.05]])
    cells = Cells(("a", "b"), ("0", "1"), ("x", "y"), errors, np.zeros((2, 2)), (1, 1))
    figure = heat(cells, True, "", "the lowest")
    svg = figure.panels[0].svg
    for number in ("10.0", "20.0", "5.0"):
        assert f">{number}<" in svg
    assert figure.data["error"].tolist()[3] == 0.05
    assert "1, y: 5" in figure.panels[0].description


def test_letters_are_large_enough_for_a_phone(compared: Run) -> None:
    """The figure is 343 pixels wide there."""
    section = section_of(compared)
    assert section is not None
    for plot in (block for block in section.blocks if isinstance(block, Plot)):
        for panel in plot.figure.panels:
            width = float(panel.svg.split('viewBox="0 0 ')[1].split()[0])
            sizes = [float(x) for x in re.findall(r'font-size="([\d.]+)"', panel.svg)]
            assert sizes
            assert min(sizes) * 343 / width >= 11


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"task": "regression", "folds": (3, 1, 2), "confirmed": 6}, "did best by loss"),
        ({"objectives": ("auc",), "direction": "maximize"}, "did best, with an AUC of 0."),
        ({"confirmed": 1, "replicates": 1}, "Not decided: adam"),
        ({"diverge_all": True}, "Which is best is not decided"),
        ({"confirmed": None, "states": "failed"}, "no trial was completed"),
    ],
)
def test_every_sort_of_study_has_an_answer(
    make: Callable[..., Path], what: dict[str, Any], said: str
) -> None:
    run = frames.load(make(**PER | {"top": 8, "rows": 60} | what))
    found = answer(run)
    assert found is not None
    assert said in found.whole
    assert section_of(run) is not None
