"""What people get wrong or try: one line that says what, and nothing written."""

from pathlib import Path

import pytest

from ingest.registry.model import Provenance
from tests.api.closing.commands import run
from tests.api.closing.october import PERIOD, running
from tests.ingest.registry.builders import a_gateway

ZONE = PERIOD[:2]
CLOSE = ("close", *ZONE, "--by", "pa", "--period")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param(
            (*CLOSE, "2027-01"),
            1,
            "not over",
            id="to be",
        ),
        pytest.param((*CLOSE, "2026-13"), 2, "expected", id="no"),
        pytest.param(
            (*CLOSE, "2026-11"),
            1,
            "48 hours",
            id="early",
        ),
        pytest.param(
            ("close", "--zone", "no-where", "--period", "2026-10", "--by", "pa"),
            2,
            "no-where",
            id="an unknown zone",
        ),
        pytest.param(("close", *PERIOD, "--by", "sok"), 1, "lacks the permission", id="wrong role"),
        pytest.param(("close", *PERIOD, "--by", "nobody"), 2, "no user 'nobody'", id="nobody"),
        pytest.param(("verify", *PERIOD, "--revision", "7"), 2, "no revision 7", id="revision"),
        pytest.param(("verify", *ZONE), 2, "go together", id="a scope alone"),
        pytest.param(("report", *PERIOD, "--revision", "7"), 2, "no revision 7", id="report"),
        pytest.param(
            ("digest", "--day", "2999-01-01"), 2, "not over", id="a digest of a day to be"
        ),
    ],
)
def test_bad_input_is_told_in_one_line(
    signed_once: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    found, out, err = run(signed_once, *words)

    assert (found, out) == (status, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_step_out_of_turn_is_refused(signed: Path) -> None:
    assert run(signed, "check", *PERIOD, "--by", "chan")[0] == 1
    assert run(signed, "approve", *PERIOD, "--by", "sok")[0] == 1


def test_what_is_simulated_is_not_closed_outside_the_demo(signed: Path) -> None:
    with running(signed) as zone:
        zone.register(a_gateway(provenance=Provenance.SIMULATED))
    august = (*ZONE, "--period", "2026-10-02..2026-10-05", "--by", "pa")

    status, _, err = run(signed, "close", *august)

    assert (status, "only real periods" in err) == (1, True)
    (signed / "demo").touch()
    assert run(signed, "close", *august)[0] == 0


def test_a_bundle_is_written_to_a_new_file_outside_the_home_alone(
    signed: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for path in (there, link, signed / "x.zip", tmp_path, tmp_path / "no" / "x.zip"):
        status, _, err = run(signed, "bundle", *PERIOD, "-o", str(path))
        assert (status, err.count("\n")) == (2, 1)
    assert there.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert run(signed, "bundle", *PERIOD, "-o", str(signed / ".." / "home" / "x.zip"))[0] == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"{}", b'{"digest": 3}', b"\x00"])
def test_a_file_that_is_neither_bundle_nor_digest_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    status, out, err = run(None, "verify", str(file))

    assert (status, out, err.count("\n")) == (2, "", 1)
