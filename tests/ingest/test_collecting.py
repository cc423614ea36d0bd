"""The garbage collector is put back as it was."""

import gc

import pytest

from ingest.collecting import rare_collections


def test_what_was_there_before_is_left_out_of_collections() -> None:
    before = gc.get_threshold()

    with rare_collections():
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold() > before

    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == before


def test_the_collector_is_put_back_after_a_failure() -> None:
    before = gc.get_threshold()

    with pytest.raises(KeyError), rare_collections():
        raise KeyError

    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)
