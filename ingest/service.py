"""The ingest service: groups of messages through the pipeline, one at a time."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Final

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ingest.archive import Message
from ingest.control import ControlError, Form
from ingest.finishing import finish_in_thread
from ingest.mqtt import Group, MqttLink
from ingest.pipeline import Pipeline, Step
from ingest.storage.port import StoreUnavailableError

_LOG = logging.getLogger(__name__)
_GROUP: Final = Group()
_RETRY: Final = timedelta(seconds=2)  # real time, between two tries to commit
_PATIENCE: Final = timedelta(minutes=2)  # real time, of who has something decided
_ACK_EVERY: Final = timedelta(seconds=30)  # real time: gateways judge the link by its age


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestService:
    """Runs one worker until it is cancelled."""

    link: MqttLink
    pipeline: Pipeline
    on_commit: Callable[[int], None] = lambda _: None
    """Told, from the service's thread, how many messages a commit took in."""
    retry: timedelta = _RETRY
    _asked: queue.SimpleQueue[tuple[Form, Future[None]]] = field(
        default_factory=queue.SimpleQueue, init=False
    )
    _over: threading.Event = field(default_factory=threading.Event, init=False)

    async def run(self) -> None:
        """Recover what a crash left, then take in what arrives."""
        await finish_in_thread(self.recover)
        with self.link:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._take_in(), name="ingest")
                tasks.create_task(self._keep_acknowledging(), name="acknowledge")

    def commit_between(self, form: Form) -> None:
        """Let messages be formed and taken in between two groups, and wait until they are."""
        done: Future[None] = Future()
        self._asked.put((form, done))
        if self._over.is_set():
            raise ControlError("ingest was stopped")
        try:
            done.result(_PATIENCE.total_seconds())
        except TimeoutError:
            raise ControlError("ingest is busy: nothing was decided in time; look again") from None

    async def _take_in(self) -> None:
        stop = threading.Event()
        await finish_in_thread(partial(self._loop, stop), hurry=stop.set)

    async def _keep_acknowledging(self) -> None:
        while True:
            await asyncio.sleep(_ACK_EVERY.total_seconds())
            try:
                await asyncio.to_thread(self.pipeline.acknowledge_all)
            except OperationalError as error:
                _LOG.warning("acknowledgements not repeated: %s", error)

    def _loop(self, stop: threading.Event) -> None:
        while not stop.is_set():
            received = self.link.take(_GROUP)
            if received and self.commit([one.message for one in received], stop):
                self.link.acknowledge(received)
                self.on_commit(len(received))
            self._do_what_was_asked(stop)
        self._over.set()
        while not self._asked.empty():
            self._asked.get_nowait()[1].set_exception(ControlError("ingest was stopped"))

    def _do_what_was_asked(self, stop: threading.Event) -> None:
        while not self._asked.empty():
            form, done = self._asked.get_nowait()
            try:
                messages = list(form())
            except (SQLAlchemyError, ControlError) as error:
                done.set_exception(ControlError(str(error).splitlines()[0]))
                continue
            if not messages or self.commit(messages, stop):
                done.set_result(None)
            else:
                done.set_exception(ControlError("ingest was stopped"))

    def commit(self, messages: list[Message], stop: threading.Event) -> bool:
        """Take a group in, however long archive, store or catalog stay away; False if stopped."""
        archived = False
        while not stop.is_set():
            try:
                steps = self.pipeline.recover() if archived else self.pipeline.commit(messages)
                for step in self._timed(steps):
                    archived = archived or step is Step.ARCHIVED
            except (StoreUnavailableError, OperationalError, OSError) as error:
                _LOG.error("cannot take in %d messages yet: %s", len(messages), error)
                if self.pipeline.meter:
                    self.pipeline.meter.failed()
                stop.wait(self.retry.total_seconds())
            else:
                return True
        return False

    def _timed(self, steps: Iterator[Step]) -> Iterator[Step]:
        began = perf_counter()
        for step in steps:
            if self.pipeline.meter:
                self.pipeline.meter.spent(step, perf_counter() - began)
            yield step
            began = perf_counter()

    def recover(self) -> None:
        """Take in what a crash left between archive and catalog."""
        taken = sum(step is Step.WRITTEN_DOWN for step in self.pipeline.recover())
        if taken:
            _LOG.info("took in %d groups that the catalog did not know of", taken)
