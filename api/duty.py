"""What must be done once is done by one process: it holds a lock, the others wait to take over.

With PostgreSQL the lock is the session's, so it goes with the process or its machine; a catalog in
a file is of one machine, and so is the lock beside it. A process that has lost its session finishes
what it has begun: then somebody may hear twice, as after a crash.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ingest.finishing import finish_in_thread
from ingest.home import Home
from ingest.owning import locked

_LOG = logging.getLogger(__name__)
_EVERY: Final = timedelta(seconds=5)  # [assumed] a notice waits so long for who takes over
_FILE: Final = "duty.lock"
_LOCK: Final = 0x64757479  # "duty": of all that use one catalog
_NOTICED: Final = {  # within half a minute the server lets go of whose machine is gone
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
}


class Duty(Protocol):
    """What one process at a time holds."""

    def held(self) -> bool:
        """Tell whether it is ours; take it where nobody has it."""
        ...

    def leave(self) -> None:
        """Let others have it."""
        ...


@dataclass(slots=True)
class FileDuty:
    """Held by who has locked a file."""

    path: Path
    _lock: ExitStack | None = field(default=None, init=False)

    def held(self) -> bool:
        """Tell whether it is ours; take it where nobody has it."""
        if self._lock is None:
            with ExitStack() as stack:
                if stack.enter_context(locked(self.path)):
                    self._lock = stack.pop_all()
        return self._lock is not None

    def leave(self) -> None:
        """Let others have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


@dataclass(slots=True)
class SessionDuty:
    """Held by a session of PostgreSQL's."""

    catalog: sa.Engine
    _session: sa.Connection | None = field(default=None, init=False)

    def held(self) -> bool:
        """Tell whether it is ours; take it where nobody has it."""
        try:
            if self._session is None:
                self._session = self._taken()
            else:
                self._session.execute(sa.select(1))
        except DBAPIError as error:
            _LOG.warning("the catalog does not say who is on duty: %s", type(error).__name__)
            self.leave()
        return self._session is not None

    def leave(self) -> None:
        """Let others have it."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _taken(self) -> sa.Connection | None:
        session = self.catalog.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.detach()  # when it is closed it ends, and the lock with it
        try:
            for name, seconds in _NOTICED.items():
                session.execute(sa.select(sa.func.set_config(name, str(seconds), False)))  # noqa: FBT003
            if session.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))):
                return session
        except DBAPIError:
            session.close()
            raise
        session.close()
        return None


def duty_of(catalog: sa.Engine, home: Home) -> Duty:
    """Return the duty of all that work over a catalog."""
    if catalog.dialect.name == "postgresql":
        return SessionDuty(catalog)
    return FileDuty(home.path / _FILE)


async def on_duty(
    duty: Duty, work: Callable[[], Coroutine[Any, Any, None]], *, every: timedelta = _EVERY
) -> None:
    """Work while the duty is ours, wait while it is another's, until cancelled.

    Args:
        duty: What is held.
        work: What is done as long.
        every: How often is looked whether it is ours, in real time.
    """
    while True:
        if await finish_in_thread(duty.held):
            _LOG.info("on duty: this process tells people, and keeps revisions and digests")
            await _while_held(duty, work(), every)
            _LOG.warning("not on duty any more")
        await asyncio.sleep(every.total_seconds())


async def _while_held(duty: Duty, work: Coroutine[Any, Any, None], every: timedelta) -> None:
    working = asyncio.create_task(work, name="duty")
    try:
        while not (await asyncio.wait([working], timeout=every.total_seconds()))[0]:
            if not await finish_in_thread(duty.held):
                return
        await working
    finally:
        working.cancel()
        await asyncio.wait([working])
        await finish_in_thread(duty.leave)
