"""What a run says before it begins: few lines, what may mislead first; the rest is `check`'s."""

import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sweeps.commands.work import new
from sweeps.phases.options import Options
from sweeps.phases.prepared_run import accept
from sweeps.study.file import documents
from sweeps.views import announcing

ROWS = 300


def visits() -> pd.DataFrame:
    """A stranger's table: an id, dates, words, free text, numbers with gaps, numbers in order."""
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 600, ROWS), "D")
    missed = rng.poisson(0.7, ROWS)
    return pd.DataFrame(
        {
            "appointment_id": [f"A{number}" for number in range(ROWS)],
            "booked": days.strftime("%Y-%m-%d"),
            "row": range(ROWS),
            "age": np.where(rng.random(ROWS) < 0.1, np.nan, rng.integers(18, 90, ROWS)),
            "clinic": rng.choice(["north", "south", "east", "west"], ROWS),
            "doctor": rng.choice(list("ABCDEFGHIJKL"), ROWS),
            "distance": rng.gamma(2, 5, ROWS).round(1),
            "reminder": rng.choice(["sms", "mail", None], ROWS),
            "missed": missed,
            "notes": [f"note {number * 7919 % 10007}" for number in range(ROWS)],
            "income": rng.normal(40000, 9000, ROWS).round(),
            "shown": np.where(missed + rng.normal(size=ROWS) > 1, "no", "yes"),
        }
    )


def announced(path: Path) -> list[str]:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=100)
    options = Options(jobs=1)
    announcing.announce(accept(documents.read(path), path.parent, [], options, console), 0)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_strangers_table_is_told_in_few_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    visits().to_csv("visits.csv", index=False)
    lines = announced(new.create("visits", "visits.csv", "shown").path)
    assert len(lines) <= 17, "\n".join(lines)
    named = {line.split()[0]: line[10:] for line in lines if not line.startswith(" ")}
    assert list(named)[1:3] == ["warning", "target"]
    assert named["target"] == "'shown', 2 classes (no, yes)"
    assert named["rows"].startswith("300 of visits.csv: 5 folds of 240 rows, and 60 test rows")
    assert "booked, age, clinic, doctor, distance" in named["columns"]
    assert named["searched"].startswith("hidden, activation, learning_rate")
    assert "appointment_id, row, notes (the study says so)" in "\n".join(lines)
    assert named["more"] == "sweeps check visits.yaml shows the whole plan"
    assert named["estimate"].startswith("about ")


def test_many_columns_are_told_in_a_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(60, 300))).add_prefix("a_long_name_")
    table.assign(y=np.arange(60) % 2).to_csv(tmp_path / "t.csv", index=False)
    path = tmp_path / "w.yaml"
    path.write_text("name: w\ndata: {source: t.csv, target: y}\nspace: {l2: [0, 0.1]}\n")
    (line,) = [line for line in announced(path) if line.startswith("columns")]
    assert line.startswith("columns   300: a_long_name_0, a_long_name_1, ")
    told = line.count("a_long_name_")
    assert told < 8
    assert line.endswith(f" and {300 - told} more")
    assert "searched  l2 0 | 0.1" in announced(path)


@pytest.mark.parametrize(
    ("sampler", "trials", "is_told"),
    [("tpe", 5, True), ("tpe", 60, False), ("qmc", 5, False), ("random", 5, False)],
)
def test_a_search_too_short_to_learn_is_told(
    tmp_path: Path, sampler: str, trials: int, is_told: bool
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "name: s\ndata: {source: 'synthetic:moons', options: {rows: 60}}\n"
        "fixed: {hidden: [2], epochs: 1}\nspace: {l2: {low: 0.1, high: 1}}\n"
        f"search: {{sampler: {sampler}, trials: {trials}}}\n"
    )
    named = [line for line in announced(path) if line.startswith("guided")]
    assert bool(named) == is_told
