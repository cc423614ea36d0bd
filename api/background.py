"""What goes on behind the pages: people are told, signed periods are kept, reports go out."""

import asyncio
from dataclasses import dataclass
from typing import Self

from api.closing.keeper import Keeper
from api.duty import Duty, duty_of, on_duty
from api.notices.building import Notices
from api.notices.settings import NoticeSettings
from api.sources import Sources
from api.subscriptions.mail import MailServer
from api.subscriptions.sender import Sender
from ingest.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Works over some sources; of all that do over one catalog, one at a time."""

    keeper: Keeper
    notices: Notices
    sender: Sender
    duty: Duty

    @classmethod
    def of(
        cls, sources: Sources, home: Home, *, telling: NoticeSettings, mail: MailServer | None
    ) -> Self:
        """Wire it over some sources and a home's keys."""
        return cls(
            keeper=Keeper(sources=sources, home=home),
            notices=Notices.of(sources, home, telling),
            sender=Sender(sources=sources, home=home, mail=mail),
            duty=duty_of(sources.catalog, home),
        )

    async def run(self) -> None:
        """Work, or wait until it is our turn, until cancelled."""
        await on_duty(self.duty, self._work)

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.notices.stage.run(), name="notices")
            tasks.create_task(self.keeper.run(), name="keeper")
            tasks.create_task(self.sender.run(), name="sender")
