"""The page that somebody answers a notice on, without a log-in."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What can be done, or has been."""

    OPEN = "open"
    TAKEN = "taken"
    OVER = "over"
    GONE = "gone"  # the link is not ours, or too old


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFact:
    """One thing that is known of an alarm, in words."""

    label: str
    value: str
    is_link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldView:
    """An alarm for one person, in their language."""

    answer: Answer
    title: str
    heading: str  # what is the matter, without where
    person: str  # what they do
    facts: tuple[ToldFact, ...]
    action: str  # where the form goes
    of_the_air: bool
    who: str = ""  # took it
    at: str = ""  # when it was taken, or was over
    apologies: tuple[str, ...] = ()  # that a link is gone, in every language
