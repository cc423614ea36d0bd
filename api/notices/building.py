"""Notices wired: the stage that sends, and the desk where answers come in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from api.notices.channels import Sender
from api.notices.desk import Desk
from api.notices.entering import Entering
from api.notices.kept import KeptNotices
from api.notices.links import Links
from api.notices.sending import Sending
from api.notices.settings import NoticeSettings
from api.notices.source import NoticeSource
from api.notices.stage import NoticeStage
from api.sources import Sources
from ingest.contract.clock import SystemClock
from ingest.home import Home

_PAST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Both ways: to people, and back from them."""

    stage: NoticeStage
    desk: Desk

    @classmethod
    def of(
        cls,
        sources: Sources,
        home: Home,
        settings: NoticeSettings,
        source: NoticeSource | None = None,
    ) -> Self:
        """Wire them over some sources and a home's key."""
        given = source or KeptNotices()
        links = Links(home.keys_dir, settings.url)
        channels = settings.channels if settings.channels.by_name else None
        return cls(
            stage=NoticeStage(
                sources=sources,
                entering=Entering(source=given, links=links),
                sending=Sending(source=given, sender=lambda: _live(sources, channels)),
            ),
            desk=Desk(
                source=given,
                links=links,
                secret=settings.secret,
                targets=settings.channels.targets,
            ),
        )


def _live(sources: Sources, channels: Sender | None) -> Sender | None:
    """Return the channels, or none while a demo still plays what is past."""
    behind = SystemClock().now() - sources.clock.now()
    return None if sources.demo and behind > _PAST else channels
