"""Every random number of a study comes from its one seed: by phase, then replicate, then purpose.

A replicate's seeds are the same for every trial (so trials are paired), and those of the search,
the confirmation, the learning curve and the final networks are disjoint. No seed is ever searched.
"""

import numpy as np

import dnn

SEARCH, CONFIRM, SAMPLER, CURVE, FINAL = range(5)
INITIAL, ORDER, DROPOUT, TRAINER = range(4)


def streams(seed: int, phase: int, replicates: range) -> dnn.Streams:
    """The generators of these replicates."""

    def generators(purpose: int) -> list[np.random.Generator]:
        return [_generator(seed, (phase, replicate, purpose)) for replicate in replicates]

    return dnn.Streams(generators(INITIAL), generators(ORDER), generators(DROPOUT))


def trainer(seed: int, phase: int, replicate: int) -> int:
    """The one seed of 32 bits that a user's training function gets for a replicate."""
    key = (phase, replicate, TRAINER)
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1)[0])


def sampler(seed: int, number: int, attempt: int = 0) -> int:
    """The seed of the sampler made for trial `number`; `attempt` > 0: to ask once more."""
    key = (SAMPLER, number, attempt) if attempt else (SAMPLER, number)
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1)[0])


def _generator(seed: int, key: tuple[int, ...]) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
