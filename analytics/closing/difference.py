"""What differs between two values of JSON, leaf by leaf, each called by its path."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_KEYS: Final = ("id", "device_class", "lot", "country", "role", "metric", "claim", "device", "zone")
"""By what the items of a list are told apart, as far as they have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One leaf that is not the same; None stands for what is not there."""

    path: str
    before: Any
    after: Any

    def shown(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"path": self.path, "before": self.before, "after": self.after}


def differences(before: object, after: object, path: str = "") -> Iterator[Difference]:
    """Yield the leaves that differ, in the order of their paths."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list) and _told_apart(before, after):
        yield from _of_mappings(_named(before), _named(after), path)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif before != after:
        yield Difference(path=path, before=before, after=after)


def _of_mappings(
    before: Mapping[str, object], after: Mapping[str, object], path: str
) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        inner = f"{path}.{name}" if path else name
        yield from differences(before.get(name), after.get(name), inner)


def _told_apart(*lists: Sequence[object]) -> bool:
    """Tell whether the items of lists have names, each its own."""
    return all(
        all(isinstance(item, Mapping) for item in items) and len(_named(items)) == len(items)
        for items in lists
    ) and all(name for items in lists for name in _named(items))


def _named(items: Sequence[Any]) -> dict[str, object]:
    return {"/".join(str(item[key]) for key in _KEYS if item.get(key)): item for item in items}
