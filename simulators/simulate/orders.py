"""What equipment a command line asks for, or why there is none such."""

import argparse
from collections.abc import Callable, Coroutine
from datetime import timedelta

from gateway.drivers.hj212.station_map import load_maps
from gateway.profile_file import UnknownProfileError, load_profiles, named
from simulators.boxes.hj212 import Manners
from simulators.simulate.boxes import (
    LINE_MANNERS,
    STATION_MANNERS,
    UNIT_MANNERS,
    StationOrders,
    play_line,
    play_station,
)


class OrdersError(ValueError):
    """Equipment or manners that nobody has."""


def equipment(args: argparse.Namespace) -> Callable[[], Coroutine[None, None, None]]:
    """Return what plays the equipment that arguments ask for, or raise OrdersError."""
    if args.station is not None:
        orders = _station_orders(args)
        return lambda: _station(orders)
    try:
        profiles = [named(load_profiles(), each) for each in args.line.split(",")]
    except UnknownProfileError as error:
        raise OrdersError(str(error)) from None
    known = (*UNIT_MANNERS, *LINE_MANNERS) if args.port is None else UNIT_MANNERS
    if args.misbehave not in (None, *known):
        raise OrdersError(f"--misbehave: expected one of {', '.join(known)}")
    return lambda: play_line(
        profiles,
        port=args.port,
        misbehaves=args.misbehave,
        clock=timedelta(hours=args.clock),
        seed=args.seed,
    )


def _station_orders(args: argparse.Namespace) -> StationOrders:
    maps = load_maps()
    if args.map not in maps:
        raise OrdersError(f"--map: expected one of {', '.join(maps)}")
    if args.misbehave not in (None, *STATION_MANNERS):
        raise OrdersError(f"--misbehave: expected one of {', '.join(STATION_MANNERS)}")
    host, port = args.station
    return StationOrders(
        host=host,
        port=port,
        mn=args.mn,
        map=maps[args.map],
        manners=STATION_MANNERS.get(args.misbehave or "", Manners()),
        every=timedelta(seconds=args.every),
        count=args.count,
        clock=timedelta(hours=args.clock),
        seed=args.seed,
    )


async def _station(orders: StationOrders) -> None:
    await play_station(orders)
