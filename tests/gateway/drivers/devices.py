"""Profiles and devices to test with."""

from collections.abc import Mapping

from gateway.driver import PolledDevice
from gateway.profile import Encoding, Point, Profile, Segment, WordOrder
from gateway.profile_file import load_profiles
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

SHIPPED: Mapping[str, Profile] = load_profiles()
SRNE = SHIPPED["srne_streetlight"]
SUNSPEC = SHIPPED["sunspec_three_phase"]
AIR = SHIPPED["air_station_template"]


def a_device(profile: Profile = SRNE, *, unit: int = 1) -> PolledDevice:
    """A device of a profile."""
    return PolledDevice(id=DeviceId(f"device-{unit}"), unit=unit, profile=profile)


def a_profile(
    *points: Point,
    word_order: WordOrder = WordOrder.HIGH_FIRST,
    segments: tuple[Segment, ...] = (Segment(function=3, first=0, last=9),),
) -> Profile:
    """A profile of some points in ten registers."""
    return Profile(
        id="made-up",
        device_classes=(DeviceClass.STREETLIGHT,),
        source="made for this test",
        accuracy="none",
        word_order=word_order,
        layout=segments,
        points=points,
        faults={},
    )


def a_point(
    encoding: Encoding,
    *,
    metric: str = "load_power",
    place: int = 0,
    decimals: int = 0,
    sentinel: int | None = None,
    bits: tuple[int, int] | None = None,
) -> Point:
    """A point at the first register."""
    return Point(
        metric=metric,
        place=place,
        encoding=encoding,
        decimals=decimals,
        sentinel=sentinel,
        bits=bits,
    )
