"""The bench of fault rules finds what it put in."""

from simulators.bench import faults


def test_the_programmes_last_hours_are_judged() -> None:
    figures = faults.measure(share=50)

    # 126 lamps, 44 PV sets and some stations; the first of each hundred ails.
    assert figures["devices"].value > 170
    assert figures["at_night_faults"].value >= 2
    assert figures["at_noon_faults"].value >= 6
    assert {
        name: measured.unit for name, measured in figures.items() if measured.unit == "s"
    } == dict.fromkeys(
        (
            "at_night_rules",
            "at_night_read_and_judged",
            "at_noon_rules",
            "at_noon_read_and_judged",
            "silence",
        ),
        "s",
    )
