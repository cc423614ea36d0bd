"""The ingest service: groups of messages through the pipeline, one at a time."""

import asyncio
import logging
import queue
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from ingest.archive import Message
from ingest.contract.patience import pause_s
from ingest.control import ControlError, Form
from ingest.finishing import finish_in_thread
from ingest.mqtt import Group, MqttLink
from ingest.pipeline import Pipeline, Step
from ingest.storage.port import StoreError, StoreUnavailableError

_LOG = logging.getLogger(__name__)
_GROUP: Final = Group()
_RETRY: Final = timedelta(seconds=1)  # real time, after the first failure to commit
_LONGEST: Final = timedelta(seconds=30)  # between two tries to commit
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
    jitter: Callable[[], float] = random.random
    _asked: queue.SimpleQueue[tuple[Form, Future[None]]] = field(
        default_factory=queue.SimpleQueue, init=False
    )
    _over: threading.Event = field(default_factory=threading.Event, init=False)

    async def run(self) -> None:
        """Recover what a crash left, then take in what arrives."""
        stop = threading.Event()
        await finish_in_thread(partial(self.recover, stop), hurry=stop.set)
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
            except SQLAlchemyError as error:
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

        def once() -> None:
            nonlocal archived
            steps = self.pipeline.recover() if archived else self.pipeline.commit(messages)
            for step in self._timed(steps):
                archived = archived or step is Step.ARCHIVED

        return self._patiently(once, stop, f"take in {len(messages)} messages")

    def recover(self, stop: threading.Event) -> None:
        """Take in what a crash left between archive and catalog, unless stopped meanwhile."""
        taken = 0

        def once() -> None:
            nonlocal taken
            for step in self.pipeline.recover():
                taken += step is Step.WRITTEN_DOWN
                if step is Step.ACKNOWLEDGED and stop.is_set():
                    return

        self._patiently(once, stop, "take in what the catalog does not know of")
        if taken:
            _LOG.info("took in %d groups that the catalog did not know of", taken)

    def _patiently(self, once: Callable[[], None], stop: threading.Event, what: str) -> bool:
        """Do something until it is done, however often it fails; False if stopped before."""
        failures = 0
        while not stop.is_set():
            try:
                once()
            except (StoreError, SQLAlchemyError, OSError) as error:
                _LOG.error("cannot %s yet: %s", what, error)
                if self.pipeline.meter:
                    self.pipeline.meter.failed()
                stop.wait(self._pause_s(failures, error))
                failures += 1
            else:
                return True
        return False

    def _pause_s(self, failures: int, error: Exception) -> float:
        """Return how long to wait, at least what the store asked for."""
        asked = error.retry_after if isinstance(error, StoreUnavailableError) else None
        first_s, longest_s = self.retry.total_seconds(), _LONGEST.total_seconds()
        pause = pause_s(failures, first_s=first_s, longest_s=longest_s, jitter=self.jitter())
        return max(pause, min(asked or timedelta(0), _LONGEST).total_seconds())

    def _timed(self, steps: Iterator[Step]) -> Iterator[Step]:
        began = perf_counter()
        for step in steps:
            if self.pipeline.meter:
                self.pipeline.meter.spent(step, perf_counter() - began)
            yield step
            began = perf_counter()
