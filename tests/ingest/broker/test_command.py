"""What broker-config writes, keeps, shows once, and refuses."""

import base64
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from ingest.broker.cli import main
from ingest.broker.passwords import hashed, parse
from tests.ingest.broker.door import ALONE, FIRST, SECOND, a_home
from tests.servers import needs

FIRST_RUN = ("--self-signed", "--host", "broker.example")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


def written(home: Path, *options: str) -> int:
    return main([str(home.parent / "b"), "--home", str(home), *options])


def test_a_rerun_needs_no_option_and_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home.parent / "b"
    assert written(home, *FIRST_RUN, "--port", "8884") == 0
    shown = dict(line.split() for line in capsys.readouterr().out.splitlines())
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert written(home) == 0

    assert shown.keys() == {FIRST, SECOND, ALONE, "ingest"}
    assert len(set(shown.values())) == 4
    assert capsys.readouterr().out == ""
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    everything = b"".join(before.values()).decode()
    assert not any(password in everything for password in shown.values())


def test_secrets_are_for_the_broker_and_who_runs_this_alone(home: Path, tmp_path: Path) -> None:
    handed = tmp_path / "handed.txt"
    written(home, *FIRST_RUN, "--user", "nobody-here", "--passwords-to", str(handed))
    folder = tmp_path / "b"

    secret = ["passwords", "acl", "tls/server.key", "tls/ca.key"]
    modes = {stat.S_IMODE((folder / name).stat().st_mode) for name in secret}
    assert modes == {0o600}
    assert stat.S_IMODE(handed.stat().st_mode) == 0o600
    assert len(handed.read_text(encoding="utf-8").splitlines()) == 4


def test_a_new_name_makes_a_new_certificate_of_the_same_authority(
    home: Path, tmp_path: Path
) -> None:
    written(home, *FIRST_RUN)
    tls = tmp_path / "b" / "tls"
    before = (tls / "ca.crt").read_bytes(), (tls / "server.crt").read_bytes()

    written(home, "--host", "other.example")

    assert (tls / "ca.crt").read_bytes() == before[0]
    assert (tls / "server.crt").read_bytes() != before[1]


def test_with_clients_certificates_every_gateway_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(home, *FIRST_RUN, "--client-ca", "/etc/broker/clients.crt", "--revoke", SECOND)

    config = (tmp_path / "b" / "mosquitto.conf").read_text(encoding="utf-8")
    acl = (tmp_path / "b" / "acl").read_text(encoding="utf-8")
    assert "require_certificate true\nuse_identity_as_username true\n" in config
    assert f"user {FIRST}\ntopic write zw/1/{FIRST}/up/#\n" in acl
    assert "pattern" not in acl
    assert SECOND not in acl
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        pytest.param((), "--certificate FILE and --key FILE, or --self-signed", id="no TLS"),
        pytest.param(("--certificate", "c"), "--certificate and --key together", id="no key"),
        pytest.param(
            (*FIRST_RUN, "--revoke", "kh-gw-9"), "no gateway or device 'kh-gw-9'", id="unknown"
        ),
        pytest.param((*FIRST_RUN, "--revoke", "ingest"), "cannot be revoked", id="ingest"),
        pytest.param((*FIRST_RUN, "--port", "0"), "expected a port", id="port"),
        pytest.param((*FIRST_RUN, "--listen", "::\nuser root"), "printable --listen", id="line"),
        pytest.param((*FIRST_RUN, "--crl", "c"), "--client-ca with --crl", id="crl"),
    ],
)
def test_what_makes_no_sense_is_status_2_and_one_line_and_writes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], complaint: str
) -> None:
    try:
        status = written(home, *options)
    except SystemExit as stopped:
        status = int(stopped.code or 0)

    said = capsys.readouterr().err
    assert status == 2
    assert complaint in said
    assert said.count("\n") == 1
    assert not (home.parent / "b" / "passwords").exists()


def test_a_damaged_password_file_is_named_and_left_alone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(home, *FIRST_RUN)
    path = home.parent / "b" / "passwords"
    path.write_text("kh-gw-1:in the clear\n", encoding="utf-8")

    assert written(home) == 2

    assert f"{path}: line 1: expected USER:$7$" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "kh-gw-1:in the clear\n"


def test_a_removed_gateway_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(home, *FIRST_RUN)
    capsys.readouterr()

    written(home, "--json", "--revoke", FIRST, "--renew", SECOND)

    document = json.loads(capsys.readouterr().out)
    assert (document["removed"], document["revoked"]) == ([FIRST], [FIRST])
    assert list(document["passwords"]) == [SECOND]


@needs("mosquitto")
def test_a_hash_is_what_mosquittos_own_program_makes_of_the_password(tmp_path: Path) -> None:
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not installed")
    path = tmp_path / "passwords"
    subprocess.run([program, "-c", "-b", str(path), "gw1", "a password"], check=True)

    theirs = parse(path.read_text(encoding="utf-8"))["gw1"]

    salt = theirs.split("$")[3]
    assert hashed("a password", base64.b64decode(salt)) == theirs
