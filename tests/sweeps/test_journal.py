"""The journal's writes: what is said together is one write with one sync, whole or not at all."""

import os
import random
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from sweeps.storage import backends
from sweeps.storage.optuna_private import storage, trial_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.log"


def study(path: Path, **options: Any) -> optuna.Study:
    return optuna.create_study(study_name="s", storage=backends.journal(path), **options)


def tell(made: optuna.Study, trial: int) -> None:
    for step in range(10):
        storage(made).set_trial_intermediate_value(trial, step, step / 10)
    storage(made).set_trial_user_attr(trial, "scores", {"a": 1.0})
    storage(made).set_trial_state_values(trial, TrialState.COMPLETE, [0.9])


def told(path: Path) -> list[tuple[Any, ...]]:
    """As a process that reads the file anew sees it."""
    (name,) = optuna.get_all_study_names(backends.journal(path))
    trials = optuna.load_study(study_name=name, storage=backends.journal(path)).trials
    return [(t.state.name, t.value, t.user_attrs, t.intermediate_values) for t in trials]


DONE = ("COMPLETE", 0.9, {"scores": {"a": 1.0}}, {step: step / 10 for step in range(10)})


def test_together_is_what_it_is_apart(tmp_path: Path) -> None:
    for name in ("apart", "together"):
        made = study(tmp_path / name)
        trial = trial_id(made.ask())
        if name == "apart":
            tell(made, trial)
        else:
            with backends.together(storage(made)):
                tell(made, trial)
        assert told(tmp_path / name) == [DONE]
        assert made.trials[0].value == 0.9


def test_together_syncs_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = study(path)
    trial = trial_id(made.ask())
    synced: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(file), fsync(file)))
    with backends.together(storage(made)):
        tell(made, trial)
    assert len(synced) == 1


def test_unsynced_is_written_and_synced_with_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = study(path)
    synced: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(file), fsync(file)))
    with backends.unsynced(storage(made)):
        trial = trial_id(made.ask())
    assert not synced
    assert told(path) == [("RUNNING", None, {}, {})]
    storage(made).set_trial_user_attr(trial, "status", "ok")
    assert len(synced) == 1


def test_after_a_fault_nothing_of_it_is_there(path: Path) -> None:
    made = study(path)
    trial = trial_id(made.ask())

    def tell_and_fail() -> None:
        with backends.together(storage(made)):
            storage(made).set_trial_intermediate_value(trial, 0, 0.5)
            raise OSError("mid-trial")

    with pytest.raises(OSError, match="mid-trial"):
        tell_and_fail()
    assert told(path) == [("RUNNING", None, {}, {})]
    tell(made, trial)
    assert told(path) == [DONE]


def test_others_may_write_meanwhile(path: Path) -> None:
    """The Dashboard, say, which saves its notes in the journal."""
    made = study(path)
    trial = trial_id(made.ask())
    other = optuna.load_study(study_name="s", storage=backends.journal(path))
    with backends.together(storage(made)):
        tell(made, trial)
        other.set_user_attr("note", "seen")
    assert made.user_attrs == other.user_attrs == {"note": "seen"}
    assert told(path) == [DONE]
    assert made.trials[0].value == other.trials[0].value == 0.9


def test_other_storages_write_at_once() -> None:
    made = optuna.create_study()
    trial = trial_id(made.ask())
    with backends.together(storage(made)):
        tell(made, trial)
        assert made.trials[0].value == 0.9


def test_what_is_held_back_is_not_read_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Optuna reads the file again after each thing that is said to it."""
    made = study(path)
    trial = trial_id(made.ask())
    opened: list[Any] = []
    read = open
    monkeypatch.setattr("builtins.open", lambda *a, **k: (opened.append(a[0]), read(*a, **k))[1])
    with backends.together(storage(made)):
        tell(made, trial)
        assert opened == []
    assert made.trials[0].value == 0.9


def test_a_journal_to_which_nothing_was_added_is_not_opened(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = study(path)
    trial = made.ask()
    opened: list[Any] = []
    monkeypatch.setattr("builtins.open", lambda *given, **_: opened.append(given))
    assert storage(made).get_trial(trial_id(trial)).number == 0
    assert not opened


def test_what_we_wrote_is_not_read_from_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = study(path)
    opened: list[Any] = []
    monkeypatch.setattr("builtins.open", lambda *given, **_: opened.append(given))
    trial = trial_id(made.ask())
    with backends.together(storage(made)):
        tell(made, trial)
    assert made.trials[0].value == 0.9
    assert not opened


@pytest.mark.parametrize("seed", range(5))
def test_two_that_write_in_turns_see_the_same(path: Path, seed: int) -> None:
    """What each remembers of its own is good only where nobody has written since."""
    rng = random.Random(seed)
    first = study(path)
    both = [first, optuna.load_study(study_name="s", storage=backends.shared(path))]
    for step in range(60):
        one = rng.choice(both)
        if rng.random() < 0.5:
            one.ask()
        else:
            with backends.together(storage(one)):
                for name in rng.sample("abcd", rng.randrange(4)):
                    one.set_user_attr(name, step)
        if rng.random() < 0.3:
            assert len({len(each.trials) for each in both}) == 1
    fresh = optuna.load_study(study_name="s", storage=backends.shared(path))
    for one in both:
        assert one.user_attrs == fresh.user_attrs
        assert one.trials == fresh.trials
