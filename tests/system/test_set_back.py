"""A home that was set back to an older backup: what came since is closed, or named."""

import asyncio
import json
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import zonewatch
from ingest.ledger import missing
from tests.builders import a_device, a_registry
from tests.system.harness import Bench, running_bench
from tests.system.test_by_hand import a_night

_TOPIC = "zw/1/kh-gw-1/up/chunk"
_NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)
_REGISTRY = a_registry(a_device("kh-lamp-1"), a_device("kh-lamp-2"), a_device("kh-lamp-3"))
_NIGHT_KG = Decimal("0.3528")  # of one lamp: 0.6 kWh x 0.588


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZONEWATCH_STORE", "ZONEWATCH_CATALOG", "ZONEWATCH_HOME"):
        monkeypatch.delenv(name, raising=False)


async def command(*arguments: str | Path, status: int = 0) -> None:
    """Run a command beside what runs already."""
    given = [str(each) for each in arguments]
    assert await asyncio.to_thread(zonewatch.main, given) == status


async def set_back(folder: Path) -> tuple[Path, Path]:
    """Take in a night, back up, take in another; return the home, and one restored from before."""
    home, restored = folder / "home", folder / "restored" / "home"
    async with running_bench(folder, _REGISTRY, _NOW) as bench:
        bench.publish(_TOPIC, a_night(1, "kh-lamp-1"))
        await bench.until_settled(121)
        await command("backup", folder / "backup", "--home", home)
        bench.publish(_TOPIC, a_night(122, "kh-lamp-2"))
        await bench.until_settled(242)
        assert bench.kg() == 2 * _NIGHT_KG
    await command("restore", folder / "backup", "--home", restored)
    return home, restored


def lost(bench: Bench) -> list[tuple[str, date, list[list[int]]]]:
    """Return what is missing, by boot and day."""
    with bench.backend.sources.catalog.connect() as connection:
        return [(one.boot, one.day, one.numbers.to_lists()) for one in missing(connection)]


async def test_with_the_archive_kept_what_came_since_is_taken_in_at_the_start(
    tmp_path: Path,
) -> None:
    home, restored = await set_back(tmp_path)
    shutil.rmtree(restored / "archive")
    shutil.copytree(home / "archive", restored / "archive")

    async with running_bench(tmp_path / "restored", _REGISTRY, _NOW) as bench:
        await bench.until_settled(242)

        account = bench.account()
        assert bench.kg() == 2 * _NIGHT_KG
        assert (account.stored, account.missing, account.redelivered) == (242, 0, 0)
        assert account.balanced


async def test_what_a_gateway_still_holds_closes_the_hole(tmp_path: Path) -> None:
    _, restored = await set_back(tmp_path)
    assert (restored / "readings.duckdb").exists()

    async with running_bench(tmp_path / "restored", _REGISTRY, _NOW) as bench:
        assert bench.kg() == _NIGHT_KG
        bench.publish(_TOPIC, a_night(122, "kh-lamp-2"))
        await bench.until_settled(242)

        assert bench.kg() == 2 * _NIGHT_KG
        assert bench.account().balanced
        assert lost(bench) == []


async def test_what_nobody_holds_any_more_is_missing_and_named(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The gateway was told that 1-242 are settled, and forgot them and their day."""
    _, restored = await set_back(tmp_path)
    later = a_night(243, "kh-lamp-3") | {"days": {"2026-10-31": [243, 363]}}

    async with running_bench(tmp_path / "restored", _REGISTRY, _NOW) as bench:
        bench.publish(_TOPIC, later)
        await bench.until_settled(242)

        account = bench.account()
        assert lost(bench) == [("by-hand", date(2026, 10, 31), [[122, 242]])]
        assert (account.assigned, account.stored, account.missing) == (363, 242, 121)
        assert account.balanced
    capfdbinary.readouterr()
    await command("ledger", "--json", "--home", restored, status=1)
    told = json.loads(capfdbinary.readouterr().out)
    assert [each["numbers"] for each in told["missing_ranges"]] == [[[122, 242]]]


async def test_a_backup_in_the_middle_of_things_is_whole(tmp_path: Path) -> None:
    """While chunks come in: what the catalog in it counts is what the archive in it gives."""
    nights = 8
    lamps = [a_device(f"kh-lamp-{number}") for number in range(nights)]
    registry, restored = a_registry(*lamps), tmp_path / "restored" / "home"
    async with running_bench(tmp_path, registry, _NOW) as bench:
        bench.publish(_TOPIC, a_night(1, "kh-lamp-0"))
        await bench.until_settled(121)
        copying = asyncio.create_task(
            command("backup", tmp_path / "backup", "--home", tmp_path / "home")
        )
        for number in range(1, nights):
            bench.publish(_TOPIC, a_night(1 + 121 * number, f"kh-lamp-{number}"))
        await copying
        await bench.until_settled(121 * nights)
    await command("restore", tmp_path / "backup", "--home", restored)

    async with running_bench(tmp_path / "restored", registry, _NOW) as bench:
        await bench.until(bench.backend.is_idle)
        account = bench.account()
        assert account.balanced
        assert account.stored % 121 == 0
        assert account.stored >= 121
        assert bench.kg() == account.stored // 121 * _NIGHT_KG

        for number in range(1, nights):
            bench.publish(_TOPIC, a_night(1 + 121 * number, f"kh-lamp-{number}"))
        await bench.until_settled(121 * nights)
        assert bench.kg() == nights * _NIGHT_KG
