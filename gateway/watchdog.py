"""What systemd is told: that the gateway is ready, alive, or stopping.

A word is a datagram to the socket that NOTIFY_SOCKET names (sd_notify(3)); without one, as anywhere
but under systemd, nothing is said. A gateway that stops saying that it is alive is killed and
started again, and loses nothing by it.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_UNWATCHED_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """Says what there is to say, at half of the time within which it is waited for."""

    address: str | None  # None: nobody listens
    every_s: float = _UNWATCHED_S

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Watchdog":
        """Read what systemd has set."""
        within_us = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watched = within_us.isdecimal() and int(within_us) > 0 and ours
        every_s = int(within_us) / 2e6 if watched else _UNWATCHED_S
        return cls(address=environment.get("NOTIFY_SOCKET") or None, every_s=every_s)

    async def run(self, alive: Callable[[], bool]) -> None:
        """Say that the gateway is ready, and as long as it is alive that it is, until cancelled."""
        self.say("READY=1")
        try:
            while True:
                if alive():
                    self.say("WATCHDOG=1")
                await asyncio.sleep(self.every_s)
        finally:
            self.say("STOPPING=1")

    def say(self, word: str) -> None:
        """Send a word; where nobody takes it, it is not missed."""
        if self.address is None:
            return
        to = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
            try:
                sender.sendto(word.encode(), to)
            except OSError:
                return
