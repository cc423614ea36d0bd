"""The commands `user` and `token`: what is new is shown once, and everything is written down."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.accounts import cli as user_cli
from api.accounts.programs import cli as token_cli
from ingest.audit.journal import entries, verify
from ingest.catalog import open_catalog
from ingest.home import Home

Run = Callable[..., int]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    monkeypatch.setenv("ZONEWATCH_HOME", str(tmp_path / "home"))
    return Home.create(tmp_path / "home")


def user(*arguments: str) -> int:
    return user_cli.main(list(arguments))


def token(*arguments: str) -> int:
    return token_cli.main(list(arguments))


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    user("list", "--json")
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["users"]
    return found


def everything_under(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.path.rglob("*") if path.is_file())


def test_a_new_password_is_shown_once_and_kept_nowhere(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert user("add", "guest", "--role", "viewer", "--scope", "country:KH") == 0

    password = capsys.readouterr().out.rpartition(" ")[2].strip()
    assert len(password) >= 40
    assert password.encode() not in everything_under(home)
    found = listed(capsys)
    assert [(each["name"], each["role"], each["scope"]) for each in found] == [
        ("guest", "viewer", ["country:KH"])
    ]


def test_a_given_password_is_not_shown(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a passphrase of mine\n"))

    assert user("add", "guest", "--role", "admin", "--scope", "all", "--password-stdin") == 0

    out = capsys.readouterr()
    assert "passphrase" not in out.out + out.err
    assert b"passphrase" not in everything_under(home)


@pytest.mark.usefixtures("home")
def test_a_token_is_shown_once_and_listed_with_its_last_use(
    capsys: pytest.CaptureFixture[str], home: Home
) -> None:
    user("add", "guest", "--role", "viewer", "--scope", "all")
    capsys.readouterr()

    assert token("create", "guest", "--label", "a dashboard", "--days", "7") == 0

    secret = capsys.readouterr().out.rpartition(" ")[2].strip()
    assert secret.startswith("zwt_")
    assert secret.encode() not in everything_under(home)
    user("list")
    assert "a dashboard  viewer  until 2" in capsys.readouterr().out
    assert token("revoke", "1") == 0
    user("list")
    assert "a dashboard  revoked" in capsys.readouterr().out


def test_every_change_is_written_down_with_its_actor(home: Home) -> None:
    user("add", "guest", "--role", "viewer", "--scope", "all", "--actor", "reader")
    token("create", "guest", "--label", "x", "--actor", "reader")
    token("revoke", "1", "--actor", "reader")
    user("disable", "guest", "--actor", "reader")
    user("disable", "guest", "--actor", "reader")

    catalog = open_catalog(home.catalog_url({}))
    with catalog.connect() as connection:
        assert verify(connection) == 4
        deeds = [each.deed for each in entries(connection)]
    catalog.dispose()
    assert {each.actor for each in deeds} == {"reader"}
    assert [(each.action, each.object) for each in deeds] == [
        ("user.add", "user:guest"),
        ("token.create", "token:1 of user:guest"),
        ("token.revoke", "token:1"),
        ("user.disable", "user:guest"),
    ]


@pytest.mark.parametrize(
    ("run", "arguments", "says"),
    [
        pytest.param(user, ["disable", "nobody"], "no user 'nobody'", id="user"),
        pytest.param(user, ["add", "A B", "--role", "viewer", "--scope", "all"], "name", id="name"),
        pytest.param(
            user, ["add", "anonymous", "--role", "viewer", "--scope", "all"], "name", id="reserved"
        ),
        pytest.param(user, ["add", "a", "--role", "viewer", "--scope", "kh"], "scope", id="scope"),
        pytest.param(token, ["create", "nobody", "--label", "x"], "no user", id="account"),
        pytest.param(token, ["revoke", "9"], "no token 9", id="token"),
    ],
)
@pytest.mark.usefixtures("home")
def test_bad_input_is_one_line_and_exit_status_2(
    capsys: pytest.CaptureFixture[str], run: Run, arguments: list[str], says: str
) -> None:
    assert run(*arguments) == 2

    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("home")
def test_a_password_that_is_too_short_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    assert user("add", "guest", "--role", "admin", "--scope", "all", "--password-stdin") == 2
    assert "12 to 200" in capsys.readouterr().err
    assert listed(capsys) == []


def test_a_home_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert user("list", "--home", str(tmp_path / "none")) == 2
    assert "no home is there" in capsys.readouterr().err
