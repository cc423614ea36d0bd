"""The summary's bench asks what it says, of what it says is there."""

from simulators.bench import summary


def test_every_client_asks_once_a_second_in_quiet_and_beside_figures() -> None:
    figures = summary.measure(2, 1, share=400)

    for when in ("quiet", "while_figures_are_computed"):
        assert figures[f"{when}_requests"].value == summary.CLIENTS
        assert 0 < figures[f"{when}_median"].value <= figures[f"{when}_p95"].value
    assert figures["figures_of_all_zones"].unit == "s"
