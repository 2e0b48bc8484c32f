"""Every optimizer: against its formula written naively, and on problems it must solve."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest

from dnn import OPTIMIZERS, Network
from dnn.settings import Settings, for_population
from dnn.stepping import CHUNK_NUMBERS, FLUSH_EVERY, Stepper

Array = np.ndarray
# Learning rates that suit the bowl and Rosenbrock's valley, the slowest coordinate included.
BOWL = {
    "gradient_descent": 0.1,
    "momentum": 0.1,
    "classical_momentum": 0.02,
    "nesterov": 0.02,
    "adagrad": 0.5,
    "adadelta": 0.2,
    "rmsprop": 0.01,
    "rmsprop_centred": 0.005,
    "adam": 0.05,
    "adam_epsilon_inside": 0.05,
    "amsgrad": 0.05,
    "adamw": 0.05,
    "nadam": 0.05,
    "lion": 0.005,
}


def bind(name: str, theta: Array, grad: Array, rate: float, **given: float) -> Stepper:
    settings = Settings(name, rate, optimizer_settings=given)
    own = for_population(settings, Network(1, (), 1), len(theta)).optimizer_settings
    return Stepper(OPTIMIZERS[name], theta, grad, own, n_weights=theta.shape[1] // 2)


def naive(name: str, alpha: float) -> Callable[[Array], Iterator[tuple[Array, Array]]]:
    """The textbook's formulas, one array at a time: gradients in, (decay factor, change) out."""
    s = OPTIMIZERS[name].settings

    def moments(g: Array, t: int, m: Array, v: Array) -> tuple[Array, Array]:
        m = s["beta1"] * m + (1 - s["beta1"]) * g
        v = s["beta2"] * v + (1 - s["beta2"]) * g**2
        return m, v

    def run(grads: list[Array]) -> Iterator[tuple[float, Array]]:
        m = v = u = largest = np.zeros_like(grads[0])
        product = 1.0
        for t, g in enumerate(grads, 1):
            keep = 1 - alpha * s.get("weight_decay", 0)
            if name == "gradient_descent":
                yield keep, alpha * g
            elif name == "momentum":
                v = s["beta"] * v + (1 - s["beta"]) * g
                yield keep, alpha * v
            elif name in ("classical_momentum", "nesterov"):
                v = s["beta"] * v + g
                yield keep, alpha * (v if name != "nesterov" else g + s["beta"] * v)
            elif name == "adagrad":
                v = v + g**2
                yield keep, alpha * g / (np.sqrt(v) + s["epsilon"])
            elif name == "adadelta":
                v = s["rho"] * v + (1 - s["rho"]) * g**2
                change = g * np.sqrt(u + s["epsilon"]) / np.sqrt(v + s["epsilon"])
                u = s["rho"] * u + (1 - s["rho"]) * change**2
                yield keep, alpha * change
            elif name.startswith("rmsprop"):
                v = s["beta"] * v + (1 - s["beta"]) * g**2
                m = s["beta"] * m + (1 - s["beta"]) * g
                spread = v - m**2 if name == "rmsprop_centred" else v
                yield keep, alpha * g / (np.sqrt(spread) + s["epsilon"])
            elif name == "lion":
                direction = np.sign(s["beta1"] * m + (1 - s["beta1"]) * g)
                m = s["beta2"] * m + (1 - s["beta2"]) * g
                yield keep, alpha * direction
            else:
                m, v = moments(g, t, m, v)
                largest = np.maximum(largest, v)
                v_hat = (largest if name == "amsgrad" else v) / (1 - s["beta2"] ** t)
                m_hat = m / (1 - s["beta1"] ** t)
                if name == "nadam":
                    mu, coming = (
                        s["beta1"] * (1 - 0.5 * 0.96 ** (k * s["momentum_decay"]))
                        for k in (t, t + 1)
                    )
                    product *= mu
                    m_hat = coming * m / (1 - product * coming) + (1 - mu) * g / (1 - product)
                if name == "adam_epsilon_inside":
                    yield keep, alpha * m_hat / np.sqrt(v_hat + s["epsilon"])
                else:
                    yield keep, alpha * m_hat / (np.sqrt(v_hat) + s["epsilon"])

    return run


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 5e-5)])
def test_formula_and_dtype(name: str, dtype: type, tolerance: float) -> None:
    """The first half of the columns are weights; only they decay."""
    rng = np.random.default_rng(0)
    start = rng.standard_normal((3, 8)).astype(dtype)
    grads = [rng.standard_normal((3, 8)).astype(dtype) for _ in range(50)]
    theta, grad = start.copy(), np.empty_like(start)
    stepper = bind(name, theta, grad, 0.01)
    for g in grads:
        grad[:] = g
        stepper.step()
    assert theta.dtype == dtype
    assert {values.dtype for values in stepper.state.values()} <= {np.dtype(dtype)}
    expected = start.astype(float)
    for keep, change in naive(name, 0.01)([g.astype(float) for g in grads]):
        expected[:, :4] *= keep
        expected = expected - change
    np.testing.assert_allclose(theta, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_reaches_the_bottom_of_a_bowl(name: str) -> None:
    curvature = np.array([[1.0, 3.0, 10.0]])
    theta, grad = np.array([[3.0, -2.0, 1.0]]), np.empty((1, 3))
    stepper = bind(name, theta, grad, BOWL[name])
    for _ in range(3000):
        grad[:] = curvature * theta
        stepper.step()
    assert np.abs(theta).max() < 0.02


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_goes_down_rosenbrocks_valley(name: str) -> None:
    """f = (1 − x)² + 100(y − x²)², from (−1, 1): along the curved valley to near (1, 1)."""
    theta, grad = np.array([[-1.0, 1.0]]), np.empty((1, 2))
    rates = {"gradient_descent": 2e-3, "momentum": 2e-3, "classical_momentum": 2e-4}
    rates |= {"nesterov": 2e-4, "adadelta": 0.05, "rmsprop": 1e-3, "rmsprop_centred": 1e-3}
    rates |= {"lion": 1e-3}
    given = {"weight_decay": 0.0} if "weight_decay" in OPTIMIZERS[name].settings else {}
    stepper = bind(name, theta, grad, rates.get(name, 0.02), **given)
    for _ in range(20_000):
        x, y = theta[0]
        grad[0] = -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)
        stepper.step()
    np.testing.assert_allclose(theta, 1, atol=0.05)


def mixed(name: str, population: int, seed: int = 1) -> list[Mapping[str, float]]:
    """Hyperparameters that all differ from network to network."""
    rng = np.random.default_rng(seed)
    given = {
        key: value * rng.uniform(0.9, 1, population)
        for key, value in OPTIMIZERS[name].settings.items()
    }
    settings = Settings(name, rng.uniform(0.01, 0.1, population), optimizer_settings=given)
    return for_population(settings, Network(1, (), 1), population).optimizer_settings


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_each_network_takes_its_own_hyperparameters(name: str, dtype: type) -> None:
    """Bit for bit as alone with scalars for coefficients; and however it is cut into pieces."""
    rng = np.random.default_rng(1)
    columns = CHUNK_NUMBERS + 1000 if name == "adamw" else 300
    start = rng.standard_normal((4, columns)).astype(dtype)
    grads = rng.standard_normal((5, 4, columns)).astype(dtype)
    own = mixed(name, 4)

    def run(rows: slice) -> Array:
        theta = start[rows].copy()
        grad = np.empty_like(theta)
        stepper = Stepper(OPTIMIZERS[name], theta, grad, own[rows], 100, shared=len(theta) == 1)
        for g in grads:
            grad[:] = g[rows]
            stepper.step()
        return theta

    together = run(slice(4))
    for row in range(4):
        np.testing.assert_array_equal(together[row : row + 1], run(slice(row, row + 1)))


def test_another_learning_rate_from_the_next_step_on() -> None:
    theta, grad = np.zeros((2, 3)), np.empty((2, 3))
    stepper = bind("gradient_descent", theta, grad, 1.0)
    for rates in ([1.0, 1.0], [0.5, 0.25]):
        stepper.set_rates(rates)
        grad[:] = 1
        stepper.step()
    np.testing.assert_array_equal(theta[:, 0], [-1.5, -1.25])


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("adam", {"beta": 0.9}, r"adam: expected one of beta1, .*; got 'beta'; did you mean 'beta"),
        ("adam", {"beta1": 1.0}, r"adam.beta1: expected a number >= 0 and < 1, got 1.0"),
        ("gradient_descent", {"beta": 0.9}, "gradient_descent: expected no settings; got 'beta'"),
        ("rmsprop", {"epsilon": np.nan}, "rmsprop.epsilon: expected a number > 0, got nan"),
    ],
)
def test_settings_that_cannot_be(name: str, given: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bind(name, np.zeros((2, 3)), np.zeros((2, 3)), 0.1, **given)


def test_state_that_has_decayed_to_subnormal_numbers_becomes_zero() -> None:
    """Left alone it would stay there: 0.9 of four units in the last place rounds to four."""
    theta, grad = np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32)
    stepper = bind("adam", theta, grad, 0.01)
    smallest = np.finfo(np.float32).smallest_subnormal
    stepper.state["m"][:] = [4 * smallest, 1.0, np.inf, np.nan]
    for _ in range(FLUSH_EVERY - 1):
        stepper.step()
    assert stepper.state["m"][0, 0] == 4 * smallest
    stepper.step()
    m = stepper.state["m"][0]
    assert m[0] == 0
    assert m[1] == pytest.approx(0.9**FLUSH_EVERY, rel=1e-5)
    assert not np.isfinite(m[2:]).any()
