"""The course's own runs, repeated: the same parameters, the same data, its costs and accuracies.

The data are not part of the project; the tests skip without them.
"""

from pathlib import Path

import numpy as np
import pytest

from dnn import Data, Network, Replay, Settings, Streams, fit, gradcheck, predict

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the course's data are not here (a folder beside the project)"
)

COSTS = {
    "zeros": [0.6931471805599453] * 15,
    "normal": [
        *(np.inf, 0.6247924745506072, 0.5980258056061102, 0.5637539062842213),
        *(0.5501256393526495, 0.5443826306793814, 0.5373895855049121, 0.47157979220550006),
        *(0.39770475516243037, 0.3934560146692851, 0.3920227137490125, 0.38913700035966736),
        *(0.3861358766546214, 0.38497629552893475, 0.38276694641706693),
    ],
    "he": [
        *(0.8830537463419761, 0.6879825919728063, 0.6751286264523371, 0.6526117768893805),
        *(0.6082958970572938, 0.5304944491717495, 0.4138645817071794, 0.3117803464844441),
        *(0.23696215330322562, 0.1859728720920684, 0.15015556280371808, 0.12325079292573551),
        *(0.09917746546525937, 0.08457055954024283, 0.07357895962677366),
    ],
}
ACCURACIES = {"zeros": (0.5, 0.5), "normal": (0.83, 0.86), "he": (0.9933333333333333, 0.96)}


def read(name: str) -> tuple[Data, Data]:
    """Training and test rows of one of the course's files."""
    lines = [line.split(",") for line in (SEEDS / name).read_text().splitlines()[1:]]
    parts = sorted({line[3] for line in lines}, key=lambda part: part != "train")
    data = []
    for part in parts:
        rows = np.array([[float(v) for v in line[:3]] for line in lines if line[3] == part])
        data.append(Data(rows[:, :2].copy(), rows[:, 2:].copy()))
    return data[0], data[1]


def legacy_theta(network: Network, scales: list[float]) -> np.ndarray:
    """W1, W2, … from the course's generator with seed 3, each times its scale; biases 0."""
    rng = np.random.RandomState(3)
    theta = np.zeros((1, network.n_columns))
    for block, scale in zip(network.blocks(theta), scales, strict=True):
        block.w[0] = rng.randn(*block.w.shape[1:]) * scale
    return theta


def full_batch(
    network: Network,
    theta: np.ndarray,
    train: Data,
    rate: float,
    iterations: int,
    **change: object,
) -> np.ndarray:
    """Costs without penalty before each iteration; an epoch is an iteration here."""
    settings = Settings(
        "gradient_descent", rate, batch_size=len(train), epochs=iterations, **change
    )
    records = fit(network, theta, train, None, Streams.spawn(0, 1), settings)
    return np.array([record.train_loss[0] for record in records])


def accuracy(network: Network, theta: np.ndarray, data: Data) -> float:
    return float((predict(network, theta, data.x)[0].argmax(axis=1) == data.y[:, 0]).mean())


@pytest.mark.parametrize("initializer", list(COSTS))
def test_initialization_on_circles(initializer: str) -> None:
    train, test = read("circles.csv")
    network = Network(2, (10, 5), 1)
    scales = {
        "zeros": [0.0] * 3,
        "normal": [10.0] * 3,
        "he": [np.sqrt(2 / n_in) for _, n_in in network.shapes],
    }[initializer]
    theta = legacy_theta(network, scales)
    costs = full_batch(network, theta, train, 0.01, 15_000)[:15_000:1000]
    expected = np.array(COSTS[initializer])
    if initializer == "normal":  # chaotic: another order of summation moves it so far
        assert np.isfinite(costs[0])
        np.testing.assert_allclose(costs[1:], expected[1:], rtol=0, atol=5e-3)
    else:
        np.testing.assert_allclose(costs, expected, rtol=0, atol=1e-9)
    accuracies = accuracy(network, theta, train), accuracy(network, theta, test)
    assert accuracies == pytest.approx(ACCURACIES[initializer], abs=1e-12)


@pytest.mark.parametrize(
    ("l2", "expected", "accuracies"),
    [
        (
            0.0,
            [0.6557412523481002, 0.16329987525724204, 0.13851642423234922],
            (0.9478672985781991, 0.915),
        ),
        (
            0.7,
            [0.6974484493131264, 0.2684918873282238, 0.26809163371273004],
            (0.9383886255924171, 0.93),
        ),
    ],
    ids=["plain", "l2"],
)
def test_regularization_on_the_football_field(
    l2: float, expected: list[float], accuracies: tuple[float, float]
) -> None:
    """The cost of L2 has the penalty in it: λ/(2m)·Σ‖W‖² of the weights at that moment."""
    train, test = read("football.csv")
    network = Network(2, (20, 3), 1)
    theta = legacy_theta(network, [1 / np.sqrt(n_in) for _, n_in in network.shapes])
    settings = Settings("gradient_descent", 0.3, batch_size=len(train), epochs=30_000, l2=l2)
    costs = []
    for record in fit(network, theta, train, None, Streams.spawn(0, 1), settings):
        if record.epoch % 10_000 == 0 and record.epoch < 30_000:
            penalty = l2 / (2 * len(train)) * (theta[0, : network.n_weights] ** 2).sum()
            costs.append(record.train_loss[0] + penalty)
    np.testing.assert_allclose(costs, expected, rtol=0, atol=1e-9)
    seen = accuracy(network, theta, train), accuracy(network, theta, test)
    assert seen == pytest.approx(accuracies, abs=1e-12)


def test_dropout_with_the_courses_masks_is_the_courses_loop() -> None:
    """Its masks are the same at every iteration; beside it a plain loop over the formulas."""
    train, _ = read("football.csv")
    network, keep = Network(2, (20, 3), 1), 0.86
    theta = legacy_theta(network, [1 / np.sqrt(n_in) for _, n_in in network.shapes])
    weights = [b.w[0].copy() for b in network.blocks(theta)]
    biases = [b.b[0].copy() for b in network.blocks(theta)]
    rng = np.random.RandomState(1)
    masks = [rng.rand(width, len(train)) < keep for width in network.hidden]
    settings = Settings("gradient_descent", 0.3, batch_size=len(train), epochs=300, keep_prob=keep)
    replay = Replay(masks=lambda update: masks)
    list(fit(network, theta, train, None, Streams.spawn(0, 1), settings, replay=replay))
    x, y, m = train.x.T, train.y.T, len(train)
    for _ in range(300):
        a, kept = [x], []
        for layer in range(2):
            hidden = np.maximum(weights[layer] @ a[-1] + biases[layer], 0)
            a.append(hidden * masks[layer] / keep)
            kept.append(hidden > 0)
        z = weights[2] @ a[2] + biases[2]
        dz = 1 / (1 + np.exp(-z)) - y
        for layer in (2, 1, 0):
            dw, db = dz @ a[layer].T / m, dz.sum(axis=1, keepdims=True) / m
            if layer:
                dz = (weights[layer].T @ dz) * masks[layer - 1] / keep * kept[layer - 1]
            weights[layer] = weights[layer] - 0.3 * dw
            biases[layer] = biases[layer] - 0.3 * db
    for block, w, b in zip(network.blocks(theta), weights, biases, strict=True):
        np.testing.assert_allclose(block.w[0], w, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(block.b[0], b, rtol=1e-9, atol=1e-11)


def course_check() -> tuple[Network, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.RandomState(1)
    x, y = rng.randn(4, 3).T, np.array([[1.0], [1.0], [0.0]])
    network = Network(4, (5, 3), 1)
    theta = np.zeros((1, network.n_columns))
    for block in network.blocks(theta):
        block.w[0] = rng.randn(*block.w.shape[1:])
        block.b[0] = rng.randn(*block.b.shape[1:])
    return network, theta[0], x, y


def test_gradient_check_passes_when_correct() -> None:
    network, theta, x, y = course_check()
    records = fit(network, theta[None].copy(), Data(x, y), None, Streams.spawn(0, 1), Settings())
    assert next(records).train_loss[0] == pytest.approx(2.407833389834357, abs=1e-12)
    done = gradcheck.check(network, theta, x, y)
    assert done.passed
    assert done.difference <= 2e-7


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({"W2": 2, "b1": 4}, 0.2850931567761624),
        ({"W2": 2}, 0.17344196893145924),
        ({"b1": 4}, 0.2544229712458523),
    ],
    ids=["both", "W2", "b1"],
)
def test_gradient_check_finds_the_planted_bugs(faults: dict[str, float], expected: float) -> None:
    network, theta, x, y = course_check()
    done = gradcheck.check(network, theta, x, y, faults=faults)
    assert not done.passed
    assert done.difference == pytest.approx(expected, abs=1e-6)
    broken = {name for name, value in done.blocks.items() if value > gradcheck.PASS_MARK}
    assert broken == set(faults)
