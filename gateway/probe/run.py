"""A probe of a whole site, told while it goes on."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.config import LineConfig, SiteConfig
from gateway.drivers.hj212.config import ListenerConfig
from gateway.probe.lines import Probed, probe_line
from gateway.probe.report import told
from gateway.probe.stations import listen
from gateway.profile import Profile
from ingest.contract.clock import Clock


@dataclass(slots=True, kw_only=True)
class SiteProbe:
    """Asks every device and listens to every station of a site, all lines at the same time."""

    profiles: Mapping[str, Profile]
    clock: Clock
    pause: timedelta  # between two readings of a device
    patience: timedelta  # until stations have spoken
    say: Callable[[str], None]
    _answered: list[bool] = field(default_factory=list, init=False)

    async def run(self, config: SiteConfig) -> bool:
        """Tell of each device what came of it; return whether all of them answered."""
        async with asyncio.TaskGroup() as tasks:
            for number, line in enumerate(config.lines):
                tasks.create_task(self._ask(line), name=f"line-{number}")
            for number, listener in enumerate(config.listeners):
                tasks.create_task(self._hear(listener), name=f"listener-{number}")
        return all(self._answered)

    async def _ask(self, line: LineConfig) -> None:
        local = self.clock.now().astimezone().utcoffset() or timedelta(0)
        asked = probe_line(line, self.profiles, clock=self.clock, local=local, pause=self.pause)
        async for each in asked:
            self._tell(each)

    async def _hear(self, listener: ListenerConfig) -> None:
        try:
            stations, strangers = await listen(listener, clock=self.clock, patience=self.patience)
        except OSError as error:
            self._answered.append(False)
            self.say(f"{listener.endpoint}: cannot listen: {error.strerror or error}")
            return
        for each in stations:
            self._tell(each)
        for stranger in strangers:
            self.say(f"STRANGER: {stranger}")

    def _tell(self, probed: Probed) -> None:
        self._answered.append(probed.silent is None)
        for line in told(probed, self.profiles):
            self.say(line)
