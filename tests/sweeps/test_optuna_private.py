"""Optuna's private names do what storage/optuna_private.py says of them."""

import logging
from pathlib import Path

import optuna
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock
from optuna.trial import TrialState

from sweeps.storage import backends, optuna_private
from sweeps.storage.journal import Journal, JournalFile, JournalLock


def made(trials: int = 0) -> optuna.Study:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for number in range(trials):
        study.tell(asked(study), float(number))
    return study


def asked(study: optuna.Study) -> optuna.trial.Trial:
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    return trial


def test_the_release_that_they_were_seen_with() -> None:
    installed = ".".join(optuna.__version__.split(".")[:2])
    assert installed == optuna_private.SEEN_WITH, (
        f"Optuna {optuna.__version__} is installed, and sweeps/storage/optuna_private.py was read "
        f"beside {optuna_private.SEEN_WITH}: hold each of its functions against the new source, "
        "run this file and tests/sweeps/test_journal*.py, and set SEEN_WITH"
    )


def test_a_study_and_its_trials_in_their_storage() -> None:
    memory = optuna.storages.InMemoryStorage()
    optuna.create_study(storage=memory, study_name="first").ask()
    study = optuna.create_study(storage=memory, study_name="second")
    trial = asked(study)
    assert optuna_private.storage(study) is memory
    (summary,) = [s for s in memory.get_all_studies() if s.study_name == "second"]
    assert optuna_private.study_id(study) == optuna_private.study_id(summary) != 0
    assert optuna_private.trial_id(trial) == optuna_private.trial_id(study.trials[0]) != 0
    assert optuna_private.stored(study, optuna_private.trial_id(trial)).params == trial.params


def test_attributes_that_the_dashboard_does_not_list() -> None:
    study = made()
    optuna_private.set_system_attribute(study, "name", "value")
    assert optuna_private.system_attributes(study) == {"name": "value"}
    assert study.user_attrs == {}


def test_constraints_are_optunas_own() -> None:
    study = made()
    ours, theirs = asked(study), asked(study)
    theirs.set_constraint("gap <= 1", 0.5)
    kept_in = optuna_private.storage(study)
    optuna_private.set_constraints(kept_in, optuna_private.trial_id(ours), {"gap <= 1": 0.5})
    first, second = study.trials
    assert first.system_attrs == second.system_attrs
    assert first.constraints == {"gap <= 1": 0.5}


def test_a_trial_is_added_as_it_is() -> None:
    template = made(1).trials[0]
    study = made()
    added = optuna_private.add(study, template)
    (trial,) = study.trials
    assert optuna_private.trial_id(trial) == added
    assert (trial.state, trial.params) == (TrialState.COMPLETE, template.params)


def test_a_trial_in_memory_is_asked_again() -> None:
    study = made()
    trial = asked(study)
    first = trial.params["x"]
    again = optuna_private.reset_suggestions(study, optuna_private.trial_id(trial))
    assert study.trials[0].params == {}
    assert again.suggest_float("x", 0, 1) != first
    assert len(study.trials) == 1
    assert study.trials[0].params == again.params


def test_a_sampler_takes_the_search_space_of_another() -> None:
    study, seen = made(3), optuna.search_space.IntersectionSearchSpace(include_pruned=True)
    sampler = TPESampler(n_startup_trials=0, seed=1)
    own = vars(sampler)["_search_space"]
    assert type(own) is type(seen)
    optuna_private.give_search_space(sampler, seen)
    study.sampler = sampler
    asked(study)
    assert seen.calculate(study).keys() == {"x"}
    assert vars(own) != vars(seen)  # nobody has asked the sampler's own


def test_the_database_behind_the_cache(tmp_path: Path) -> None:
    database = RDBStorage(f"sqlite:///{tmp_path / 'a.db'}")
    study = optuna.create_study(storage=database)
    cached = optuna_private.storage(study)
    assert cached is not database
    assert optuna_private.without_cache(cached) is database
    assert optuna_private.without_cache(database) is database
    backends.close(database)


def test_where_a_journals_operations_begin(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    file = JournalFile(str(path), JournalLock(str(path)))
    file.append_logs([{"op_code": 0}, {"op_code": 1, "more": 2}])
    assert len(list(file.read_logs(0))) == 2
    lines = path.read_bytes().splitlines(keepends=True)
    assert optuna_private.offsets(file) == {
        0: 0,
        1: len(lines[0]),
        2: len(lines[0]) + len(lines[1]),
    }


def test_our_journal_overrides_nothing_that_is_private(tmp_path: Path) -> None:
    path = str(tmp_path / "journal.log")
    theirs = {
        JournalLock: JournalFileSymlinkLock(path),
        JournalFile: JournalFileBackend(path),
        Journal: JournalStorage(JournalFileBackend(path)),
    }
    for ours, base in theirs.items():
        private = {name for name in vars(ours) if name.startswith("_") and not name.endswith("__")}
        assert not (private - {"_abc_impl"}) & {*dir(base)}, ours


def test_the_loggers_are_those_that_warn() -> None:
    import optuna.artifacts._backoff
    import optuna.storages._rdb.storage

    loggers = (optuna.storages._rdb.storage._logger, optuna.artifacts._backoff._logger)
    assert [logger.name for logger in loggers] == [
        optuna_private.DATABASE_LOGGER,
        optuna_private.UPLOAD_LOGGER,
    ]
    assert all(isinstance(logger, logging.Logger) for logger in loggers)
