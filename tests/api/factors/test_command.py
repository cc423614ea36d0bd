"""The command `factors`: what there is, and one's own, signed by who may sign."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.accounts import people
from api.accounts.scope import EVERYTHING, Scope
from api.catalog import ready_catalog
from api.factors import cli
from ingest.audit.journal import entries
from ingest.home import Home
from ingest.registry import tables
from tests.builders import a_registry

NOW = datetime(2026, 10, 31, tzinfo=UTC)
Ask = Callable[..., tuple[int, str]]
OWN = {
    "country": "KH",
    "role": "cm_intermittent",
    "gas": "CO2",
    "value": "0.700",
    "source": "Ministry of Environment",
    "version": "2026",
    "year": "2025",
    "valid-from": "2026-01-01",
    "evidence": "letter 12/2026, scanned",
    "licence": "public",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    monkeypatch.setenv("ZONEWATCH_HOME", str(tmp_path / "home"))
    home = Home.create(tmp_path / "home")
    catalog = ready_catalog(home.catalog_url())
    with catalog.begin() as connection:
        items = [(entry.valid_from, entry.item) for entry in a_registry().entries]
        tables.append(connection, items, actor="test", source="test", known_at=NOW)
        laos = Scope(countries=frozenset({"LA"}))
        for name, role, scope in (
            ("signer", "approver", EVERYTHING),
            ("guest", "viewer", EVERYTHING),
            ("abroad", "approver", laos),
        ):
            people.add(connection, name=name, role=role, scope=scope, password_hash=None, at=NOW)
    catalog.dispose()
    return home


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*arguments: str) -> tuple[int, str]:
        status = cli.main(list(arguments))
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def add(ask: Ask, *, by: str = "signer", **changed: str) -> tuple[int, str]:
    fields = OWN | {name.replace("_", "-"): value for name, value in changed.items()}
    options = [part for name, value in fields.items() for part in (f"--{name}", value)]
    return ask("add", *options, "--by", by, "--json")


def test_ones_own_factor_is_signed_and_stands_beside_the_others(home: Home, ask: Ask) -> None:
    status, told = add(ask)

    assert status == 0
    (entered,) = json.loads(told)["factors"]
    assert (entered["value"], entered["entered_by"]) == ("0.700", "signer")
    listed = json.loads(ask("list", "--country", "KH", "--json")[1])["factors"]
    assert entered in listed
    assert {each["country"] for each in listed} == {"KH"}
    assert "entered by signer" in ask("list", "--country", "KH")[1]
    catalog = ready_catalog(home.catalog_url())
    with catalog.connect() as connection:
        deed = list(entries(connection))[-1].deed
    catalog.dispose()
    assert (deed.actor, deed.action) == ("signer", "factor.enter")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("by", "changed", "status", "said"),
    [
        pytest.param("guest", {}, 1, "guest may not", id="no signature"),
        pytest.param("nobody", {}, 2, "no user 'nobody'", id="nobody"),
        pytest.param("abroad", {}, 2, "--country KH", id="another country"),
        pytest.param("signer", {"country": "SC"}, 2, "--country SC", id="no zone's grid"),
        pytest.param("signer", {"value": "much"}, 2, "--value:", id="no number"),
        pytest.param("signer", {"role": "average_joe"}, 2, "--role:", id="no role"),
        pytest.param("signer", {"valid_from": "soon"}, 2, "--valid-from:", id="no day"),
        pytest.param("signer", {"evidence": ""}, 2, "--evidence:", id="no evidence"),
    ],
)
def test_what_nobody_may_sign_is_refused_in_one_line(
    ask: Ask, by: str, changed: dict[str, str], status: int, said: str
) -> None:
    got, told = add(ask, by=by, **changed)

    assert (got, told.count("\n")) == (status, 1)
    assert said in told
    assert '"entered_by": "' not in ask("list", "--country", "KH", "--json")[1]
