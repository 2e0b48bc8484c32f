"""The benchmark compares the same training: losses, steps and counts agree; what it says is so."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from dnn import Data, Network, Settings, score
from dnn.bench import __main__ as cli
from dnn.bench import report, tables, works
from dnn.bench.engines import CEILINGS, ENGINES, PEERS
from dnn.bench.measure import Measurement, Plan, joined, race
from dnn.bench.problem import INSTALL, MissingLibraryError, Problem, library
from dnn.bench.workers import BenchmarkJob, Worker, WorkerError

POPULATION, ROWS = 3, 50
# 50 rows are three batches of 14 and one of 8, or one of all.
BATCHES = {"partial": 14, "full": 64}
TASKS = {"binary_cross_entropy": 1, "softmax_cross_entropy": 10}
TINY = Plan(rounds=2, cold_rounds=1, turn_seconds=0.01, budget_seconds=60.0)


def need(engine: str) -> None:
    """Skip where the engine's library is not installed."""
    top = ENGINES[engine].library.partition(".")[0]
    if not importlib.util.find_spec(top):
        pytest.skip(f"{top} is not installed: {INSTALL}")


def problem(loss: str, batch_size: int) -> Problem:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((ROWS, 4)).astype(np.float32)
    y = (x[:, :1] > 0) if TASKS[loss] == 1 else np.eye(10)[np.arange(ROWS) % 10]
    network = Network(4, (6, 5), TASKS[loss], loss=loss)
    return Problem(network, Data(x, y.astype(np.float32)), Settings(batch_size=batch_size))


def losses(engine: str, given: Problem, turns: list[int]) -> np.ndarray:
    """Train losses (turns + 1, P) from the start that all engines have, after each turn."""
    trainer = ENGINES[engine].start(given, *given.draw(POPULATION, seed=7))
    curve = [score(given.network, trainer.theta(), given.data)[0]]
    for epochs in turns:
        turn = trainer.train(epochs)
        assert turn.updates == epochs * -(-ROWS // given.batch_size)
        assert turn.flops == given.flops(POPULATION, epochs)
        curve.append(score(given.network, trainer.theta(), given.data)[0])
    return np.array(curve)


@pytest.mark.parametrize(
    ("loss", "batches"),
    [(loss, "partial") for loss in TASKS] + [("binary_cross_entropy", "full")],
)
@pytest.mark.parametrize("engine", [peer for peer in PEERS if peer != "sklearn"])
def test_peers_train_as_we_do(engine: str, loss: str, batches: str) -> None:
    """The same start and batches give the same curve, over several turns."""
    need(engine)
    given, turns = problem(loss, BATCHES[batches]), [1, 2, 60]
    ours, theirs = losses("ours", given, turns), losses(engine, given, turns)
    assert (ours[-1] < ours[0] - 0.01).all()
    np.testing.assert_allclose(theirs, ours, rtol=1e-4)
    assert np.ptp(ours[-1]) > 1e-3  # networks in a wrong order would be seen


@pytest.mark.parametrize("loss", list(TASKS))
def test_sklearn_trains_as_we_do(loss: str) -> None:
    """All rows in one batch: the same curve. Its Adam adds ε before the correction, not after."""
    need("sklearn")
    given = problem(loss, BATCHES["full"])
    ours, theirs = losses("ours", given, [30]), losses("sklearn", given, [30])
    np.testing.assert_allclose(theirs, ours, rtol=1e-4)


@pytest.mark.parametrize("loss", list(TASKS))
def test_sklearn_in_an_order_of_its_own_falls_as_we_do(loss: str) -> None:
    need("sklearn")
    given = problem(loss, BATCHES["partial"])
    ours, theirs = losses("ours", given, [40]), losses("sklearn", given, [40])
    np.testing.assert_allclose(theirs[0], ours[0], rtol=1e-6)
    np.testing.assert_allclose(theirs[0] - theirs[1], ours[0] - ours[1], rtol=0.15)


@pytest.mark.parametrize("engine", PEERS)
@pytest.mark.parametrize("extra", [{"l2": 1.0}, {"keep_prob": 0.8}, {"optimizer": "momentum"}])
def test_peers_refuse_what_they_would_not_do(engine: str, extra: dict) -> None:
    need(engine)
    given = problem("binary_cross_entropy", 14)
    given = Problem(given.network, given.data, Settings(batch_size=14, **extra))
    with pytest.raises(ValueError, match="expected relu and Adam with its defaults"):
        ENGINES[engine].start(given, *given.draw(1))


@pytest.mark.parametrize("work", list(works.WORKS))
def test_works_are_what_their_networks_take(work: str) -> None:
    given = works.problem(work)
    assert given.data.x.dtype == given.data.y.dtype == np.float32
    assert given.data.x.shape[1] == given.network.n_in
    assert given.data.y.shape[1] == given.network.n_out
    assert set(np.unique(given.labels)) == set(range(max(2, given.network.n_out)))


def test_the_ceiling_counts_the_products_that_training_needs() -> None:
    given = works.problem("tabular")
    turn = CEILINGS["products"].start(given, *given.draw(2)).train(3)
    whole = len(given.data) // 32 * 32  # the last, partial batch is left out
    assert turn.flops == given.flops(2, 3) * whole // len(given.data)


def test_a_missing_library_says_how_to_install_it() -> None:
    with pytest.raises(MissingLibraryError, match=r"pip install -e '\.\[bench\]'"):
        library("no_such_library.part")


def test_a_missing_peer_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "jax" else name)
    request = cli._request(cli.parser().parse_args(["--quick"]))
    assert "jax" not in request.engines
    assert "torch" in request.engines
    assert capsys.readouterr().err == f"jax: jax is not installed, left out: {INSTALL}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--works", "moon"], "got 'moon' (did you mean 'moons'?)"),
        (["--works", "moons,cirles"], "got 'cirles' (did you mean 'circles'?)"),
        (["--against", "pytorch"], "got 'pytorch' (did you mean 'torch'?)"),
        (["--against", "ours"], "got 'ours'"),
        (["--populations", "16,0"], "expected a number of 1 or more, got '0'"),
        (["--json", "nowhere/bench.json"], "a folder that exists, got 'nowhere/bench.json'"),
        (["--rounds", "many"], "expected a number of 1 or more, got 'many'"),
    ],
    ids=str,
)
def test_bad_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(arguments)
    assert done.value.code == 2
    assert message in capsys.readouterr().err


def test_the_command_imports_no_peer() -> None:
    code = (
        "import sys, dnn.bench.__main__, dnn.bench.engines\n"
        "print(sorted({'sklearn', 'torch', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_contestants_count_the_same_steps_and_keep_every_round() -> None:
    """Networks shared out unevenly, too: three of them over two processes."""
    core = tables.Request([], [], [], cli.machine.cores(), TINY).core[0]
    for cores in ([core], [core, core]):
        jobs = [BenchmarkJob("ours", "moons", 3), BenchmarkJob("ours", "moons", 3, feature="l2")]
        for m in race("warm", jobs, cores, TINY):
            assert len(m.seconds) == TINY.rounds
            assert m.updates == 5 * m.epochs
            assert m.flops == works.problem("moons").flops(3, m.epochs)
            assert m.rate == 3 * m.updates / median(m.seconds)
            assert m.first_seconds > 0


def test_turns_of_several_processes_are_compared_by_the_epoch() -> None:
    job = BenchmarkJob("ours", "moons", 1)
    runs = [Measurement("costs", job, 1, epochs, 5 * epochs) for epochs in (4, 2)]
    runs[0].seconds, runs[1].seconds = [0.4, 0.8], [0.3]
    both = joined(runs)
    assert both.seconds == pytest.approx([0.4, 0.8, 0.6])
    assert both.rate == pytest.approx(20 / 0.6)


def test_a_worker_that_fails_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    """Its reason is on stderr, which is the parent's."""
    with (
        Worker(BenchmarkJob("ours", "no such work", 1), cli.machine.cores()[-1]) as worker,
        pytest.raises(
            WorkerError, match="ours on no such work: its process ended with exit code 1"
        ),
    ):
        worker.hear()
    assert "KeyError: 'no such work'" in capfd.readouterr().err


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str]:
    """The JSON and the Markdown of a small run of every table, against one peer."""
    need("sklearn")
    folder, cores = tmp_path_factory.mktemp("bench"), cli.machine.cores()
    json_path, markdown_path = folder / "bench.json", folder / "bench.md"
    line = "--quick --against sklearn --works moons --populations 3 --tables"
    arguments = [*line.split(), ",".join(tables.TABLES), "--json", str(json_path)]
    arguments += ["--markdown", str(markdown_path)]
    with pytest.MonkeyPatch.context() as patch:  # the same tables of smaller works
        patch.setattr(cli, "QUICK", TINY)
        patch.setattr(cli.machine, "cores", lambda: cores[-1:])
        for table in ("FLOPS", "LOAD"):
            patch.setattr(tables, f"{table}_WORK", "moons")
            patch.setattr(tables, f"{table}_POPULATION", 3)
        assert cli.main(arguments) == 0
    return json.loads(json_path.read_text()), markdown_path.read_text()


def test_the_json_has_every_field(outcome: tuple[dict, str]) -> None:
    document, _ = outcome
    assert set(document) == {"machine", "plan", "measurements"}
    assert set(document["machine"]) == {"cpu", "cores", "system", "versions"}
    assert document["machine"]["versions"]["numpy"] == np.__version__
    for m in document["measurements"]:
        assert {*Measurement.__dataclass_fields__, "rate", "flop_rate"} == set(m)
        assert m["rate"] == m["job"]["population"] * m["updates"] / median(m["seconds"])
        assert m["flop_rate"] == m["flops"] / median(m["seconds"])
    assert {m["table"] for m in document["measurements"]} == set(tables.TABLES)
    raced = {m["job"]["engine"] for m in document["measurements"]}
    assert raced == {"ours", "sklearn", *CEILINGS}


def test_the_markdown_has_every_table(outcome: tuple[dict, str]) -> None:
    document, text = outcome
    titles = ["Warm", "First epoch", "Memory", "Matrix products", "FLOP/s", "Costs", "All cores"]
    assert [line[3:] for line in text.splitlines() if line[:3] == "## "] == [*titles, "Cold"]
    warm = [m for m in document["measurements"] if m["table"] == "warm"]
    assert all(f"{m['rate']:,.0f}" in text for m in warm)
    assert str(Path.cwd()) not in text


def measured(engine: str, population: int, rate: float) -> Measurement:
    return Measurement(
        "warm", BenchmarkJob(engine, "moons", population), 1, 1, 100, seconds=[1 / rate]
    )


def test_targets_are_held_against_the_best_peer() -> None:
    """At 16 the target is a ratio to the fastest peer; alone, to PyTorch."""
    rates = {"ours": 30, "sklearn": 5, "torch": 20, "jax": 25}
    for population, target in ((16, "best: 1.20 < 1.5 ✗"), (1, "torch: 1.50 < 2 ✗"), (4, "—")):
        ms = [measured(engine, population, rate) for engine, rate in rates.items()]
        (row,) = report.warm(ms)[0].rows
        assert row[-3:] == ["jax", "1.20×", target]


@pytest.mark.parametrize(
    ("value", "sign", "said"),
    [(1.5, "≥", "1.50 ≥ 1.5 ✓"), (1.2, "≥", "1.20 < 1.5 ✗"), (1.6, "≤", "1.60 > 1.5 ✗")],
)
def test_verdicts(value: float, sign: str, said: str) -> None:
    assert report.verdict(value, sign, 1.5) == said
