"""Chance that depends on a seed and names alone: neither neighbors nor the span matter."""

from datetime import date, timedelta
from hashlib import blake2b
from typing import Final

import numpy as np

from simulators.world.arrays import Floats

_NOON: Final = 0.5  # of a day


def generator(seed: int, *names: object) -> np.random.Generator:
    """Return the generator of the thing that the names name."""
    text = "\x1f".join(str(name) for name in names)
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    return np.random.default_rng([seed, number])


def wander(chance: np.random.Generator, steps: int, *, memory: float) -> Floats:
    """Return one local day of first-order autoregressive noise of unit spread, at rest at midnight.

    Args:
        chance: The day's generator.
        steps: Steps of the day.
        memory: Correlation of a step with the next. [0, 1)
    """
    shocks = chance.standard_normal(steps) * np.sqrt(1.0 - memory**2)
    wandering = np.empty(steps)
    level = 0.0
    for step, shock in enumerate(shocks.tolist()):
        level = memory * level + shock
        wandering[step] = level
    return wandering * np.sin(np.pi * np.arange(steps) / steps) ** 0.25


def day_level(seed: int, day: date, steps: int, *names: object) -> Floats:
    """Return a standard normal level per day, taken at noon and drawn out straight in between."""
    before, here, after = (
        generator(seed, *names, day + timedelta(days=shift)).standard_normal()
        for shift in (-1, 0, 1)
    )
    share = np.arange(steps) / steps
    return np.interp(share, [_NOON - 1, _NOON, _NOON + 1], [before, here, after])
