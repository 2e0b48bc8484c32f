"""What more rows would bring: the power law is found, its interval holds, the words are right."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.frames import RunFolderError, load
from reports.sections import answer_words, answers
from reports.sections.blocks import Paragraphs, Plot, Table
from reports.sections.growth import growth as section
from reports.sections.methods import methods
from reports.stats.bias_variance import growth as stats
from reports.stats.sampling.power_law import fit
from reports.stats.settings.all_rows import all_rows
from tests.reports import folders

N = np.geomspace(40, 400, 6).round()


def frame(values: Any, rows: Any = N, config: str = "trial 1") -> pd.DataFrame:
    """Of (sizes, folds) errors; losses are three times as large."""
    values = np.asarray(values, float)
    sizes, folds = values.shape
    return pd.DataFrame(
        {
            "config": config,
            "kind": "network",
            "size": np.repeat(np.arange(sizes), folds),
            "rows": np.repeat(rows, folds).astype(int),
            "fold": np.tile(np.arange(folds), sizes),
            "status": "ok",
            "epochs": 60,
            "train_error": 0.0,
            "train_loss": 0.0,
            "dev_error": values.ravel(),
            "dev_loss": 3 * values.ravel(),
        }
    )


def grown(values: Any, **changes: Any) -> stats.Growth:
    return stats.growth(frame(values, **changes), "trial 1", "error", regression=False)


def folds(a: float, b: float, c: float, of_fold: float, of_cell: float, seed: int) -> Any:
    """(6, 5) errors of folds that differ at all sizes alike, and by themselves."""
    rng = np.random.default_rng(seed)
    shared = of_fold * rng.normal(size=5)
    return a + b * N[:, None] ** -c + shared + of_cell * rng.normal(size=(6, 5))


@pytest.mark.parametrize(("a", "b", "c"), [(0.1, 2, 0.7), (0, 1, 0.3), (0.2, 30, 1.9), (0.1, 0, 1)])
def test_a_power_law_is_found_where_there_is_one(a: float, b: float, c: float) -> None:
    means = a + b * N**-c
    found = fit(N, means[None], 0.01 * (1 + np.arange(6)))
    assert found.misfit[0] < 1e-6
    np.testing.assert_allclose(found.at(N)[0], means, rtol=1e-3)
    np.testing.assert_allclose(found.at(800.0)[0], a + b * 800.0**-c, rtol=5e-3)


def test_a_fit_is_the_least_squares_of_all_that_is_allowed() -> None:
    """No a, b at or above 0 and c up to 2 of a fine grid comes closer; b is 0 for what rises."""
    rng = np.random.default_rng(1)
    means, errors = rng.uniform(0.05, 0.2, (3, 6)), rng.uniform(0.01, 0.03, 6)
    means[2] = np.linspace(0.05, 0.2, 6)
    found = fit(N, means, errors)
    assert (found.a >= 0).all()
    assert (found.b >= 0).all()
    assert (found.c <= 2).all()
    assert found.b[2] == 0
    a, b, c = (one[..., None] for one in np.meshgrid(*[np.linspace(0, 0.25, 41)] * 2, EXPONENTS))
    law = a + b * (N / N[-1]) ** -c
    for one, misfit in zip(means, found.misfit, strict=True):
        squares = (((one - law) / errors) ** 2).sum(axis=-1) / 3
        assert misfit <= squares.min() * (1 + 1e-9)


EXPONENTS = np.linspace(0.02, 2, 60)


def test_intervals_hold_the_truth_and_flat_curves_gain_nothing() -> None:
    """Of twice the rows, over 40 draws each of a falling curve and a flat one."""
    for a, b, c in ((0.05, 1.0, 0.5), (0.15, 0.0, 1.0)):
        truth, held, answers = a + b * 800.0**-c, 0, []
        for seed in range(40):
            one = grown(folds(a, b, c, 0.02, 0.005, seed))
            answers.append(one.answer)
            held += one.twice.low <= truth <= one.twice.high
        assert held >= 35
        assert ("help" in answers) == (b > 0)
        assert answers.count("help" if b else "little") > 30


@pytest.mark.parametrize(
    ("values", "answer", "why"),
    [
        (folds(0.05, 2.0, 0.6, 0.01, 0.001, 0), "help", ""),
        (folds(0.2, 0.0, 1.0, 0.01, 0.001, 0), "little", ""),
        (folds(0.1, 0.5, 0.5, 0.02, 0.02, 0), "not decided", ""),
        (folds(0.2, 0.0, 1.0, 0.01, 0.001, 0)[:3], "not known", "fewer than 4 sizes, or 3 folds"),
        (
            0.2 + 0.1 * (np.arange(6)[:, None] % 2) + folds(0, 0, 1, 0.01, 0.001, 0),
            "not known",
            "it does not fall evenly with more of them",
        ),
    ],
)
def test_answers(values: Any, answer: str, why: str) -> None:
    one = grown(values, rows=N[: len(values)])
    assert (one.answer, one.why) == (answer, why)
    assert one.twice.known == (not why)


def test_a_size_at_which_a_network_diverged_leaves_it_unknown() -> None:
    given = frame(folds(0.05, 2.0, 0.6, 0.01, 0.001, 0))
    given.loc[3, "status"] = "diverged"
    assert stats.growth(given, "trial 1", "error", regression=False).answer == "not known"


# --- on the page ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = folders.Made(confirmed=10, folds=(5, 1, 2), trials=6, epochs=8)
    return folders.write(tmp_path_factory.mktemp("grown") / "run", made)


def put(folder: Path, *parts: pd.DataFrame) -> None:
    pd.concat(parts).to_parquet(folder / "learning_curve.parquet", index=False)


def test_the_page_tells_it_and_the_answers_too(folder: Path) -> None:
    assert section(load(folder)) is None
    winner = str(load(folder).winner)
    own = frame(folds(0.05, 2.0, 0.6, 0.01, 0.001, 0), config=winner)
    put(folder, own, frame(folds(0.2, 0.0, 1.0, 0.01, 0.001, 1), config="gradient boosting"))
    run = load(folder)
    found = section(run)
    assert found is not None
    said, plot, table = found.blocks
    assert isinstance(said, Paragraphs)
    assert "with twice the rows (800 in training) the error would fall from" in said.paragraphs[0]
    assert "more rows help" in said.paragraphs[0]
    assert "more rows of the same kind change little" in said.paragraphs[1]
    assert isinstance(plot, Plot)
    assert len(plot.figure.panels) == 2
    assert isinstance(table, Table)
    assert len(table.rows) == 4
    assert dict(answer_words.lines(run))["More rows"] == stats.in_words(run)
    plain = answers.plain(run)
    assert plain is not None
    assert plain["more_rows"]["answer"] == "help"
    assert any(label == found.title for label, _ in methods(run).blocks[0].items)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": "trial 77"}, "expected one of confirm.parquet, got 'trial 77'"),
        ({"fold": 0}, "expected a row for each size and fold"),
        ({"rows": 0}, "expected rows above 0"),
        ({"status": "odd"}, "status: expected one of diverged, ok, got 'odd'"),
    ],
)
def test_a_foreign_curve_is_refused(folder: Path, change: dict[str, Any], message: str) -> None:
    winner = str(load(folder).winner) if "status" not in change else "trial 1"
    put(folder, frame(folds(0.2, 0, 1, 0.01, 0.001, 0), config=winner).assign(**change))
    with pytest.raises(RunFolderError) as raised:
        stats.grown(load(folder))
    assert str(raised.value).startswith(f"{folder / 'learning_curve.parquet'}: ")
    assert message in str(raised.value)
    (folder / "learning_curve.parquet").unlink()


def of_all_rows(said: Any) -> Any:
    return SimpleNamespace(folder=Path("run"), provenance={"final": said})


def test_what_is_saved_is_told_where_it_is_not_what_was_scored() -> None:
    known = all_rows(of_all_rows({"networks": 20, "rows": 569, "judged": 364, "epochs": 60}))
    assert known is not None
    assert (
        "every error here is that of networks trained on 64\N{NO-BREAK SPACE}% of" in known.in_words
    )
    assert all_rows(SimpleNamespace(provenance={})) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ["all", {"rows": 3}, {"networks": 1, "rows": True, "judged": 1}])
def test_an_odd_word_on_what_is_saved_is_refused(said: Any) -> None:
    with pytest.raises(RunFolderError, match="final: expected whole numbers above 0"):
        all_rows(of_all_rows(said))
