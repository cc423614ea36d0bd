"""Chance by name."""

from datetime import date

import numpy as np
import pytest

from simulators.world.noise import day_level, generator, wander

DAY = date(2026, 10, 1)


def test_the_same_names_draw_the_same_and_others_do_not() -> None:
    first = generator(1, "lamp-1", DAY).random(4).tolist()

    assert generator(1, "lamp-1", DAY).random(4).tolist() == first
    assert generator(2, "lamp-1", DAY).random(4).tolist() != first
    assert generator(1, "lamp-2", DAY).random(4).tolist() != first
    assert generator(1, "lamp", "1", DAY).random(4).tolist() != first


def test_noise_wanders_with_memory_and_rests_at_midnight() -> None:
    noise = np.stack([wander(generator(1, n), 288, memory=0.9) for n in range(200)])
    middle = noise[:, 72:216]

    assert (noise[:, 0] == 0.0).all()
    assert middle.std() == pytest.approx(0.96, abs=0.05)
    assert np.corrcoef(middle[:, :-1].ravel(), middle[:, 1:].ravel())[0, 1] == pytest.approx(
        0.9, abs=0.02
    )


def test_a_level_goes_over_midnight_without_a_jump() -> None:
    today = day_level(1, DAY, 288, "zone", "pressure")
    tomorrow = day_level(1, date(2026, 10, 2), 288, "zone", "pressure")

    assert abs(tomorrow[0] - today[-1]) == pytest.approx(abs(today[-1] - today[-2]))
