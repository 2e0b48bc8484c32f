"""What an epoch does: orders, masks, groups, limits, own rows, early stopping at its edges."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dnn
from dnn import Data, Network, Replay, Settings, Streams, Training, fit, groups, score
from dnn.binding import bind
from dnn.stepping import CHUNK_NUMBERS

NETWORK = Network(4, (6, 5), 1)
PLAIN = Settings("gradient_descent", 0.05, batch_size=10, epochs=3)


def rows(n: int = 40, seed: int = 0, scale: float = 1.0) -> Data:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 4))
    return Data(x, scale * (x[:, :1] > 0).astype(float))


def start(
    network: Network = NETWORK,
    settings: Settings = PLAIN,
    population: int = 3,
    train: Data | None = None,
    dev: Data | None = None,
    **own: Any,
) -> Training:
    streams = Streams.spawn(7, population)
    theta = network.initialize("he", streams.initial, np.float64)
    return fit(network, theta, train or rows(), dev, streams, settings, **own)


def test_every_epoch_and_network_has_an_order_of_its_own() -> None:
    training = start()
    seen = []
    for record in training:
        if record.epoch:
            seen += [order.copy() for order in training._groups[0].order]
    assert all((np.sort(order) == np.arange(40)).all() for order in seen)
    assert len({order.tobytes() for order in seen}) == len(seen) == 9


def test_an_epochs_order_is_drawn_afresh() -> None:
    """It does not depend on the epochs before, but through the generator."""
    training = start(population=1)
    next(training)
    next(training)
    expected = np.arange(40)
    np.random.default_rng(np.random.SeedSequence(7, spawn_key=(0, 1))).shuffle(expected)
    np.testing.assert_array_equal(training._groups[0].order[0], expected)


def test_units_layers_and_draws_of_dropout_are_independent() -> None:
    """More bits than are drawn at once; no pair of neighbours, layers or draws agrees too often."""
    network = Network(4, (300, 300), 1)
    theta = network.initialize("he", [np.random.default_rng(0)], np.float64)
    batch = bind(network, theta, theta.copy(), 40, np.full((1, 2), 0.5))
    rng = [np.random.default_rng(1)]
    batch.draw(rng)
    first = batch.bits[0].astype(float)
    batch.draw(rng)
    second = batch.bits[0].astype(float)
    half = 300 * 40
    pairs = [(first, second), (first[:half], first[half:]), (first[:-1], first[1:])]
    pairs += [(first[:-4], first[4:]), (first[: half - 8192], first[8192:half])]
    for one, other in pairs:
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(len(one))
    shares = np.histogram(first, bins=16, range=(0, 65536))[0] / len(first)
    np.testing.assert_allclose(shares, 1 / 16, atol=4 * np.sqrt(1 / 16 / len(first)))


@pytest.mark.parametrize("columns", [4, 8], ids=["by unit", "by row"])
def test_layers_drop_units_independently(columns: int) -> None:
    """Weights of 0 and biases of 1: a hidden activation is its mask, scaled."""
    network = Network(columns, (200, 200), 1)
    theta = np.zeros((1, network.n_columns))
    for block in network.blocks(theta):
        block.b[:] = 1
    batch = bind(network, theta, theta.copy(), 50, np.full((1, 2), 0.5))
    batch.draw([np.random.default_rng(0)])
    batch.forward()
    first, second = (hidden[0].ravel() for hidden in batch.hidden)
    assert set(np.unique(first)) == set(np.unique(second)) == {0.0, 2.0}
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(first.size)


def test_a_generator_of_32_bits_is_refused_for_dropout() -> None:
    def generators(bits: Any) -> list[np.random.Generator]:
        return [np.random.Generator(bits(k)) for k in range(3)]

    fine, narrow = generators(np.random.SFC64), generators(np.random.MT19937)
    theta = NETWORK.initialize("he", fine, np.float64)
    with pytest.raises(ValueError, match=r"streams\.dropout: expected generators of 64 bits"):
        fit(NETWORK, theta, rows(), None, Streams(fine, fine, narrow), PLAIN)
    with pytest.raises(ValueError, match="a generator of its own for each network and purpose"):
        fit(NETWORK, theta, rows(), None, Streams(fine, fine, fine), PLAIN)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_how_a_population_is_grouped_changes_nothing(
    dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wide networks in several groups, whose parameters are cut into pieces."""
    network = Network(30, (1000, 220), 3, loss="softmax_cross_entropy")
    assert network.n_parameters > CHUNK_NUMBERS
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 30)).astype(dtype)
    data = Data(x, np.eye(3, dtype=dtype)[rng.integers(0, 3, 50)])
    settings = Settings(
        "adamw", batch_size=20, epochs=2, l2=5.0, l1=0.1, keep_prob=0.8, clip_norm=1.0
    )
    results = []
    for most in (groups.GROUP_BYTES, 8, 10**12):
        monkeypatch.setattr(groups, "GROUP_BYTES", most)
        streams = Streams.spawn(0, 5)
        theta = network.initialize("he", streams.initial, dtype)
        training = fit(network, theta, data, None, streams, settings)
        results.append((len(training._groups), training.run().train_loss, theta))
    assert [count for count, *_ in results] == [results[0][0], 5, 1]
    for _, loss, theta in results[1:]:
        np.testing.assert_array_equal(loss, results[0][1])
        np.testing.assert_array_equal(theta, results[0][2])


def test_the_penalty_reaches_the_last_weight_of_a_wide_network() -> None:
    network = Network(30, (8000,), 1)
    assert network.n_weights > CHUNK_NUMBERS
    x = np.zeros((6, 30))
    settings = Settings("gradient_descent", 1.0, batch_size=6, epochs=1, l2=0.6)
    streams = Streams.spawn(0, 2)
    theta = network.initialize("he", streams.initial, np.float64)
    # Rows of zeros and biases of 0: the first layer's gradient is the penalty's alone.
    before = network.blocks(theta.copy())[0].w
    fit(network, theta, Data(x, x[:, :1]), None, streams, settings).run()
    np.testing.assert_allclose(network.blocks(theta)[0].w, 0.9 * before, rtol=1e-12)


def test_a_finite_loss_beyond_sense_is_divergence() -> None:
    network = Network(4, (6,), 1, loss="mean_squared_error")
    streams = Streams.spawn(0, 2)
    theta = network.initialize("he", streams.initial, np.float64)
    theta[1] *= 1e3  # a loss of about 10^9 times the constant predictor's
    (record,) = fit(network, theta, rows(), rows(20, 1), streams, replace(PLAIN, epochs=0))
    assert record.diverged.tolist() == [False, True]
    for name in ("train_loss", "train_error", "dev_loss", "dev_error"):
        values = getattr(record, name)
        assert np.isfinite(values[0])
        assert np.isnan(values[1])


def test_infinite_parameters_are_divergence_whatever_the_loss() -> None:
    """An infinite bias leaves tanh at 1, and the loss finite."""
    network = Network(4, (6,), 1, "tanh")
    streams = Streams.spawn(0, 2)
    theta = network.initialize("he", streams.initial, np.float64)
    network.blocks(theta)[0].b[1, 0] = np.inf
    assert np.isfinite(score(network, theta, rows())[0]).all()
    (record,) = fit(network, theta, rows(), None, streams, replace(PLAIN, epochs=0))
    assert record.diverged.tolist() == [False, True]


def test_the_limit_is_that_of_a_networks_own_rows() -> None:
    """The same loss is sense where targets are large, and beyond it where they are small."""
    network = Network(4, (), 1, loss="mean_squared_error")
    y = np.concatenate([rows(20).y * 1e-6, rows(20).y * 1e3])
    data = Data(np.concatenate([rows(20).x, rows(20).x]), y)
    folds = [np.arange(20), np.arange(20, 40)]
    streams = Streams.spawn(0, 2)
    theta = network.initialize("normal", streams.initial, np.float64, scale=1.0)
    (record,) = fit(network, theta, data, None, streams, replace(PLAIN, epochs=0), rows=folds)
    assert record.diverged.tolist() == [True, False]


def test_a_target_that_does_not_vary_is_no_divergence() -> None:
    network = Network(4, (6,), 1, loss="mean_squared_error")
    constant = Data(rows().x, np.full((40, 1), 3.0))
    assert not start(network, train=constant).run().diverged.any()


def test_dev_rows_are_each_networks_own() -> None:
    dev = rows(30, 1)
    own = [np.arange(10), np.arange(10, 30), np.array([3, 3, 7])]
    training = start(dev=dev, dev_rows=own)
    record = training.run()
    for member, numbers in enumerate(own):
        subset = Data(dev.x[numbers], dev.y[numbers])
        loss, error = score(NETWORK, training.theta[[member]], subset)
        assert record.dev_loss[member] == loss[0]
        assert record.dev_error[member] == error[0]
    with pytest.raises(ValueError, match=r"dev_rows\[0\]: expected whole row numbers 0 … 29"):
        start(dev=dev, dev_rows=[np.array([30])] * 3)
    with pytest.raises(ValueError, match="dev_rows: expected none without the data"):
        start(dev_rows=own)


def test_class_weights_are_those_of_a_networks_own_rows() -> None:
    """A fold of its own is a data set of its own, weighted too."""
    data = rows()
    folds = [np.arange(25), np.arange(15, 40)]
    settings = replace(PLAIN, class_weights="balanced")
    together = start(settings=settings, population=2, train=data, rows=folds)
    together.run()
    for member, fold in enumerate(folds):
        everyone = Streams.spawn(7, 2)
        streams = Streams([], [everyone.order[member]], [everyone.dropout[member]])
        theta = NETWORK.initialize("he", [everyone.initial[member]], np.float64)
        fit(NETWORK, theta, Data(data.x[fold], data.y[fold]), None, streams, settings).run()
        np.testing.assert_array_equal(theta[0], together.theta[member])


def test_balanced_weights_give_each_class_the_same_total() -> None:
    y = np.array([[1.0], [0], [0], [0]])
    weights = dnn.labels.row_weights(y, "balanced")
    np.testing.assert_allclose(weights, [2, 2 / 3, 2 / 3, 2 / 3])
    np.testing.assert_allclose(dnn.labels.row_weights(y, [1, 6]), [6 / 2.25, *[1 / 2.25] * 3])


def test_smoothing_spreads_over_two_classes_where_one_column_holds_them() -> None:
    smooth = dnn.labels.smooth
    np.testing.assert_allclose(smooth(np.array([[1.0], [0.0]]), 0.2), [[0.9], [0.1]])
    np.testing.assert_allclose(smooth(np.eye(4)[:1], 0.2), [[0.85, 0.05, 0.05, 0.05]])


def test_values_are_clipped_before_the_norm() -> None:
    """A single huge number must not take the rest down with it."""

    def moved(**change: float) -> np.ndarray:
        training = start(settings=replace(PLAIN, batch_size=40, epochs=1, **change))
        before = training.theta.copy()
        training.run()
        return (before - training.theta) / PLAIN.learning_rate

    clipped = np.clip(moved(), -0.01, 0.01)
    norms = np.linalg.norm(clipped, axis=1, keepdims=True)
    expected = clipped * np.minimum(1, 0.03 / norms)
    assert (norms > 0.03).any()
    np.testing.assert_allclose(moved(clip_value=0.01, clip_norm=0.03), expected, atol=1e-12)


def test_patience_without_dev_watches_the_training_rows() -> None:
    training = start(settings=replace(PLAIN, epochs=60, patience=2, learning_rate=3.0))
    losses = np.array([record.train_loss for record in training])
    np.testing.assert_array_equal(losses[-1], losses.min(axis=0))


def test_an_improvement_is_more_than_min_delta() -> None:
    lax, strict = (
        start(settings=replace(PLAIN, epochs=40, patience=3, min_delta=delta)).run()
        for delta in (0.0, 0.05)
    )
    assert (strict.updates < lax.updates).all()


def test_a_dropped_network_never_gets_another_ones_best() -> None:
    training = start(settings=replace(PLAIN, epochs=10, patience=50), dev=rows(30, 1))
    for record in training:
        if record.epoch == 4:
            training.drop([1])
            kept = training.theta[1].copy()
    np.testing.assert_array_equal(training.theta[1], kept)
    assert record.active.tolist() == [False, False, False]


def test_a_strange_dev_loss_changes_no_neighbours_patience() -> None:
    """A network with NaN on dev does not improve; it does so alone as well."""
    settings = replace(PLAIN, epochs=12, patience=2)
    dev = Data(np.full((3, 4), 1e200), np.ones((3, 1)))
    network = Network(4, (6,), 1, "tanh", "mean_squared_error")

    def run(members: list[int]) -> np.ndarray:
        everyone = Streams.spawn(7, 2)
        streams = Streams(
            *([getattr(everyone, n)[m] for m in members] for n in ("initial", "order", "dropout"))
        )
        theta = network.initialize("he", streams.initial, np.float64)
        if 1 in members:
            network.blocks(theta)[0].w[members.index(1), 0] = np.array([1, -1, 1, -1]) * 1e200
        fit(network, theta, rows(), dev, streams, settings).run()
        return theta

    together = run([0, 1])
    np.testing.assert_array_equal(together[[0]], run([0]))
    np.testing.assert_array_equal(together[[1]], run([1]))


def test_no_limit_beside_a_limit_stays_none() -> None:
    """The squares of its weights overflow: an infinite norm, of which no limit is no share."""
    network = Network(4, (6,), 1, "tanh")

    def run(limits: np.ndarray, members: list[int]) -> np.ndarray:
        streams = Streams(*([np.random.default_rng([m, k]) for m in members] for k in range(3)))
        theta = network.initialize("he", streams.initial, np.float32)
        theta[members.index(1), : network.n_weights - 6] *= 1e25
        data = Data(rows().x.astype(np.float32), rows().y.astype(np.float32))
        settings = replace(PLAIN, max_norm=limits)
        fit(network, theta, data, None, streams, settings).run()
        return theta

    together = run(np.array([1.0, np.inf]), [0, 1])
    np.testing.assert_array_equal(together[[1]], run(np.array([np.inf]), [1]))
    assert np.isfinite(together).all()


@pytest.mark.parametrize(("every", "scored"), [(0, [5]), (2, [0, 2, 4, 5]), (1, range(6))])
def test_scores_only_where_they_are_asked_for(every: int, scored: Any) -> None:
    """The training is the same; the last record always has scores."""
    whole = start(settings=replace(PLAIN, epochs=5), dev=rows(30, 1))
    expected = list(whole)
    training = start(settings=replace(PLAIN, epochs=5, score_every=every), dev=rows(30, 1))
    records = list(training)
    np.testing.assert_array_equal(training.theta, whole.theta)
    for record, other in zip(records, expected, strict=True):
        assert not record.diverged.any()
        for name in ("train_loss", "train_error", "dev_loss", "dev_error"):
            wanted = getattr(other, name) if record.epoch in scored else np.full(3, np.nan)
            np.testing.assert_array_equal(getattr(record, name), wanted)
    with pytest.raises(ValueError, match="score_every: expected 1 with patience, got 2"):
        start(settings=replace(PLAIN, patience=3, score_every=2))


def test_networks_that_are_gone_cost_nothing_more() -> None:
    """Their scores stay; only the others are evaluated."""
    training = start(dev=rows(30, 1))
    first = next(training)
    training.drop([0, 2])
    seen = []
    scorer = training._scorer
    training._scorer = lambda m: (seen.append(m.tolist()), scorer(m))[1]
    second = next(training)
    assert seen == [[1]]
    np.testing.assert_array_equal(second.train_loss[[0, 2]], first.train_loss[[0, 2]])
    assert second.train_loss[1] != first.train_loss[1]


class TestReplay:
    """Orders and masks that are handed in."""

    def masks(self, update: int, share: float = 0.5) -> list[np.ndarray]:
        rng = np.random.default_rng(update)
        return [rng.random((3, width, 10)) < share for width in NETWORK.hidden]

    def test_each_network_gets_its_own_in_whatever_group(self) -> None:
        orders = [
            [np.random.default_rng([e, p]).permutation(40) for p in range(3)] for e in range(4)
        ]
        sizes = np.array([10, 20, 10])

        def run(members: list[int]) -> np.ndarray:
            everyone = Streams.spawn(7, 3)
            streams = Streams(
                *(
                    [getattr(everyone, n)[m] for m in members]
                    for n in ("initial", "order", "dropout")
                )
            )
            theta = NETWORK.initialize("he", streams.initial, np.float64)
            replay = Replay(order=lambda e: np.array([orders[e - 1][m] for m in members]))
            settings = replace(PLAIN, batch_size=sizes[members])
            fit(NETWORK, theta, rows(), None, streams, settings, replay=replay).run()
            return theta

        together = run([0, 1, 2])
        for member in range(3):
            np.testing.assert_array_equal(together[[member]], run([member]))

    def test_a_choice_is_asked_for_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(groups, "GROUP_BYTES", 8)
        asked: list[int] = []

        def order(epoch: int) -> np.ndarray:
            asked.append(epoch)
            return np.arange(40)[::-1]

        start(replay=Replay(order=order)).run()
        assert asked == [1, 2, 3]

    def test_masks_are_each_networks_own_in_whatever_group(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thetas = []
        for most in (groups.GROUP_BYTES, 8):
            monkeypatch.setattr(groups, "GROUP_BYTES", most)
            settings = replace(PLAIN, keep_prob=0.5)
            training = start(settings=settings, replay=Replay(masks=self.masks))
            training.run()
            thetas.append(training.theta)
        np.testing.assert_array_equal(*thetas)

    def test_masks_count_for_a_network_that_keeps_all(self) -> None:
        """Alone or beside one that does not: what is handed in is what happens."""
        replay = Replay(masks=self.masks)
        both = start(settings=replace(PLAIN, keep_prob=np.array([1.0, 0.5, 1.0])), replay=replay)
        both.run()
        only = start(settings=PLAIN, replay=replay)
        only.run()
        np.testing.assert_array_equal(both.theta[[0, 2]], only.theta[[0, 2]])
        without = start(settings=PLAIN)
        without.run()
        assert (without.theta != only.theta).any()

    @pytest.mark.parametrize(
        ("order", "message"),
        [
            (np.arange(1, 41), r"replay\.order: epoch 1: expected each network's rows"),
            (np.zeros(40, int), r"replay\.order: epoch 1: expected each network's rows"),
            (np.arange(39), r"replay\.order: epoch 1: expected each network's rows"),
            (np.arange(40.0), r"replay\.order: epoch 1: expected each network's rows"),
            (np.tile(np.arange(40), (2, 1)), r"replay\.order: epoch 1: expected each"),
            (None, r"replay\.order: epoch 1: expected each network's rows"),
        ],
        ids=str,
    )
    def test_orders_that_are_none(self, order: Any, message: str) -> None:
        training = start(replay=Replay(order=lambda epoch: order))
        next(training)
        with pytest.raises(ValueError, match=message):
            next(training)

    def test_an_order_is_of_a_networks_own_rows(self) -> None:
        own = [np.arange(0, 30), np.arange(10, 40), np.arange(5, 35)]
        good = start(replay=Replay(order=lambda epoch: np.array(own)[:, ::-1]), rows=own)
        assert good.run().active.all()
        bad = start(replay=Replay(order=lambda epoch: np.arange(30)), rows=own)
        next(bad)
        with pytest.raises(ValueError, match="expected each network's rows in some order"):
            next(bad)

    @pytest.mark.parametrize(
        ("masks", "message"),
        [
            ([], r"replay\.masks: update 1: expected one mask a hidden layer \(2\), got 0"),
            ([np.ones((6, 10))], r"expected one mask a hidden layer \(2\), got 1"),
            ([np.ones((6, 10))] * 2, r"update 1, layer 2: expected 0 and 1 of shape \(5, 10\)"),
            ([np.full((6, 10), 0.5), np.ones((5, 10))], "layer 1: expected 0 and 1"),
            ([np.full((6, 10), np.nan), np.ones((5, 10))], "layer 1: expected 0 and 1"),
            ([np.ones(()), np.ones((5, 10))], "layer 1: expected 0 and 1"),
        ],
        ids=["none", "one", "shape", "half", "nan", "scalar"],
    )
    def test_masks_that_are_none(self, masks: list[np.ndarray], message: str) -> None:
        replay = Replay(masks=lambda update: masks)
        training = start(settings=replace(PLAIN, keep_prob=0.5), replay=replay)
        next(training)
        with pytest.raises(ValueError, match=message):
            next(training)


@pytest.mark.parametrize("given", [None, [3], [-4], ["a"], [1.5], np.ones(2, bool), {0}, 1])
def test_networks_that_cannot_be_dropped(given: Any) -> None:
    with pytest.raises(ValueError, match=r"drop: expected network numbers 0 … 2 or a mask \(3,\)"):
        start().drop(given)


def test_run_is_the_last_record_and_a_training_says_where_it_is() -> None:
    training = start()
    assert repr(training) == "Training(epoch 0 of 3, 3 of 3 networks active)"
    assert training.run().epoch == 3
    assert repr(training) == "Training(epoch 3 of 3, 3 of 3 networks active)"
    with pytest.raises(ValueError, match="run: expected a training with epochs to come"):
        training.run()
