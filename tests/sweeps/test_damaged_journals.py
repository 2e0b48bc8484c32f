"""A journal whose lines are whole but wrong: the same study as ever, or a fault; never another."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeps import engines
from sweeps.base.errors import UserError
from tests.sweeps.test_search import Scrambled, run, study, table

CREATE, END = 4, 6  # Optuna's codes: a trial is made, and gets its state
COMPLETE, PRUNED, FAIL = 1, 2, 3
OF = {"search": {"sampler": {"tpe": {"startup": 3}}, "pruner": {"median": {"startup": 2}}}}

Lines = list[dict[str, Any]]
SAME = ""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A run that was left with some trials done and others running; and its table when whole."""
    folder = tmp_path_factory.mktemp("known")
    with pytest.MonkeyPatch.context() as patch:
        here = engines.EngineKind(lambda work, _: Scrambled(work.shared, work.jobs))
        patch.setitem(engines.ENGINES, "loky", here)
        whole = table(run(study(**OF), folder / "whole"))
        run(study(**OF), folder / "left", jobs=4, stop=12)
    return folder / "left", whole


def of(lines: Lines, code: int) -> list[int]:
    """Where the lines of that code stand."""
    return [at for at, line in enumerate(lines) if line["op_code"] == code]


def running(lines: Lines) -> list[int]:
    """Where the trials stand that have no end."""
    ended = {lines[at]["trial_id"] for at in of(lines, END)}
    return [at for trial, at in enumerate(of(lines, CREATE)) if trial not in ended]


def drop(code: int, which: int) -> Callable[[Lines], None]:
    return lambda lines: lines.pop(of(lines, code)[which]) and None


def double(which: int) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        at = of(lines, CREATE)[which]
        lines.insert(at, lines[at])

    return change


def swap(code: int) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        one, other = of(lines, code)[3], of(lines, code)[6]
        lines[one], lines[other] = lines[other], lines[one]

    return change


def parameter(value: float) -> Callable[[Lines], None]:
    return lambda lines: lines[of(lines, CREATE)[5]]["params"].update(keep_prob=value)


def digit(lines: Lines) -> None:
    values = lines[of(lines, CREATE)[5]]["params"]
    values["keep_prob"] = float(f"{values['keep_prob']:.15g}"[:-1] + "1")


def of_one_that_runs(lines: Lines) -> None:
    """Of which no record tells: its sampler is asked."""
    lines[running(lines)[0]]["params"]["keep_prob"] = 0.75


def one_more_that_runs(lines: Lines) -> None:
    lines.append(lines[running(lines)[-1]])


def no_such_parameter(lines: Lines) -> None:
    for of_names in (lines[of(lines, CREATE)[5]][key] for key in ("params", "distributions")):
        of_names["other"] = of_names.pop("keep_prob")


def other_range(lines: Lines) -> None:
    made = lines[of(lines, CREATE)[5]]["distributions"]
    made["keep_prob"] = made["keep_prob"].replace("0.5", "0.25")


def state(value: int, which: int = 4) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        line = next(lines[at] for at in of(lines, END)[which:] if lines[at]["state"] == COMPLETE)
        line["state"] = value

    return change


def end(key: str, value: Any) -> Callable[[Lines], None]:
    return lambda lines: lines[of(lines, END)[4]].update({key: value})


def end_of_another(lines: Lines) -> None:
    """Which is made, and ends later."""
    made, ends = of(lines, CREATE), of(lines, END)
    pairs = [(one, lines[late]["trial_id"]) for one in ends for late in ends if one < late]
    at, trial = next((one, trial) for one, trial in pairs if made[trial] < one)
    lines[at]["trial_id"] = trial


def directions(lines: Lines) -> None:
    lines[0]["directions"] = [2]


RECORD, ASKED = "as its record in artifacts has it, got", "which the sampler asks for, got"
DAMAGES: dict[str, tuple[Callable[[Lines], None], str]] = {
    "a trial is lost": (drop(CREATE, 5), RECORD),
    "the last trial is lost": (drop(CREATE, -1), SAME),
    "a trial is doubled": (double(5), RECORD),
    "a running trial is doubled": (one_more_that_runs, ASKED),
    "two trials are exchanged": (swap(CREATE), RECORD),
    "a parameter": (parameter(0.75), RECORD),
    "the last digit of a parameter": (digit, RECORD),
    "a parameter out of its range": (parameter(7.0), "expected parameters within their ranges"),
    "a parameter of a running trial": (of_one_that_runs, ASKED),
    "another parameter": (no_such_parameter, "expected parameters within their ranges"),
    "a range": (other_range, "expected parameters within their ranges"),
    "an end is lost": (drop(END, 4), SAME),
    "two ends are exchanged": (swap(END), SAME),
    "complete turned to failed": (state(FAIL), "state: expected complete, as its record"),
    "complete turned to pruned": (state(PRUNED), "state: expected complete, as its record"),
    "complete turned to nothing known": (state(9), "is not a valid TrialState"),
    "another value": (end("values", [0.125]), "value: expected ["),
    "no value": (end("values", None), "value: expected ["),
    "the end of another trial": (end_of_another, "value: expected ["),
    "the study's direction": (directions, "expected to minimize, got maximize"),
    "a create-line that is none": (lambda lines: lines[0].update(directions=3), "is damaged"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_never_another_study(
    known: tuple[Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(
        engines.ENGINES,
        "loky",
        engines.EngineKind(lambda work, _: Scrambled(work.shared, work.jobs)),
    )
    left, whole = known
    shutil.copytree(left, tmp_path / "run")
    journal = tmp_path / "run" / "journal.log"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    damage, said = DAMAGES[name]
    damage(lines)
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    if said == SAME:
        assert table(run(study(**OF), tmp_path / "run", jobs=2)) == whole
        return
    with pytest.raises(UserError) as fault:
        run(study(**OF), tmp_path / "run", jobs=2)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)
    # What is said to do about it does it.
    journal.unlink()
    assert table(run(study(**OF), tmp_path / "run", jobs=2)) == whole


def test_a_trial_without_its_record_is_asked_again(known: tuple[Path, Any], tmp_path: Path) -> None:
    """As after `clean --all`."""
    left, whole = known
    shutil.copytree(left, tmp_path / "run")
    for path in (tmp_path / "run" / "artifacts").glob("trial-*.npz"):
        path.unlink()
    shutil.copytree(tmp_path / "run", tmp_path / "other")
    assert table(run(study(**OF), tmp_path / "run", jobs=2)) == whole
    journal = tmp_path / "other" / "journal.log"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    parameter(0.75)(lines)
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    with pytest.raises(UserError, match=r"trial 5 of the storage: keep_prob: expected .* asks for"):
        run(study(**OF), tmp_path / "other", jobs=2)
