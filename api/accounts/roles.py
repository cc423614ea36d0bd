"""The roles, from their table."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from api.accounts.actor import Permission


@cache
def roles() -> Mapping[str, frozenset[Permission]]:
    """Return what each role may do."""
    text = files("api.accounts").joinpath("roles.toml").read_text("utf-8")
    return {
        name: frozenset(map(Permission, role["permissions"]))
        for name, role in tomllib.loads(text).items()
    }


def permissions_of(role: str) -> frozenset[Permission]:
    """Return what a role may do; one that is no longer in the table may do nothing."""
    return roles().get(role, frozenset())
