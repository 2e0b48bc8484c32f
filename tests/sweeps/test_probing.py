"""What a training function does to the process that first imports and calls it: never to ours."""

import os
from pathlib import Path

import pytest

import sweeps
from sweeps.base.errors import Expected, UserError
from sweeps.commands.work import check
from sweeps.phases import prepare
from sweeps.study.file import documents
from sweeps.views import estimates
from tests.sweeps.helpers import sweeps as run

STUDY = """
name: own
data: {source: 'synthetic:moons', options: {rows: 60}}
trainer: mine:train
fixed: {epochs: 3}
space: {learning_rate: {low: 1e-3, high: 10, log: true}}
replicates: 2
budgets: {trial_time: 0.4s}
search: {trials: 2}
retries: 0
"""
LINE = "import os, signal, time\n"
TRAIN = """
def train(config, data, seed):
    {body}
    for _ in range(config["epochs"]):
        yield {{"dev_loss": 0.5, "test_error": 0.5}}
"""
# What it does, and what is said of it.
DEEDS = {
    "os.kill(os.getpid(), signal.SIGSEGV)": "its worker died",
    "os._exit(3)": "its worker died",
    "time.sleep(1000)": "in 0.4 s, got more",
    "raise SystemExit(1)": "SystemExit: 1",
}


def write(folder: Path, imported: str = "", called: str = "pass") -> documents.Document:
    (folder / "mine.py").write_text(LINE + imported + "\n" + TRAIN.format(body=called))
    (folder / "own.yaml").write_text(STUDY)
    return documents.read(folder / "own.yaml")


@pytest.mark.parametrize("deed", list(DEEDS))
def test_when_it_is_imported(tmp_path: Path, deed: str) -> None:
    with pytest.raises(UserError) as told:
        prepare.prepare(write(tmp_path, imported=deed), tmp_path, [], allow_code=True)
    (fault,) = told.value.faults
    assert str(fault).startswith(f"{tmp_path / 'own.yaml'}:4: trainer: ")
    assert DEEDS[deed] in str(fault)
    assert "\n" not in str(fault)


@pytest.mark.parametrize("deed", list(DEEDS))
def test_when_it_is_first_called(tmp_path: Path, deed: str) -> None:
    document = write(tmp_path, called=deed)
    study, dataset = prepare.prepare(document, tmp_path, [])
    with pytest.raises(Expected) as told:
        estimates.span(study, dataset, 2, confirmations=0, jobs=1)
    assert DEEDS[deed] in told.value.message
    assert "\n" not in told.value.message


def test_a_check_gives_it_rows_as_they_are(tmp_path: Path) -> None:
    """Networks of ours are timed on zeros; what a function makes of such is not known."""
    document = write(tmp_path, called="assert data.train.x.std() > 0")
    options = ["replicates={count: 2, resample: kfold, folds: 2}"]
    study, dataset, _ = prepare.with_rows(document, tmp_path, options, True, is_checked=True)
    assert estimates.seconds_per_trial(study, dataset, study.space.default) >= 0


def test_a_run_goes_on_without_an_estimate(tmp_path: Path) -> None:
    """What it prints stays out of the summary; a fault in C code says no more than one line."""
    write(tmp_path, called="print('hello', flush=True); os.kill(os.getpid(), signal.SIGSEGV)")
    arguments = ("--allow-code", "--no-confirm", "--jobs", "1", "--json")
    done = run("own.yaml", *arguments, cwd=tmp_path, code=1)
    assert done.stdout.startswith("{")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("estimate")]
    assert "not known, since the trainer cannot train the defaults" in line
    assert "Fatal" not in done.stderr


def test_none_of_it_runs_in_the_process_that_started_it(tmp_path: Path) -> None:
    log = tmp_path / "processes"
    note = f"open({str(log)!r}, 'a').write(f'{{os.getpid()}}\\n')"
    document = write(tmp_path, imported=note, called=note)
    path = tmp_path / "own.yaml"
    path.write_text(STUDY.replace("0.4s", "60s"))
    study, dataset = prepare.prepare(document, tmp_path, [], allow_code=True)
    list(check.costs(study, dataset, 2, 1))
    sweeps.run(path, out=tmp_path, jobs=1, confirm=False, quiet=True, allow_code=True)
    known = set(map(int, log.read_text().split()))
    assert len(known) >= 3
    assert os.getpid() not in known
