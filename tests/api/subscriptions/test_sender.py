"""Reports go out: a real SMTP server and a receiver of webhooks, over October by hand."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pypdf import PdfReader

from api.accounts import people as accounts
from api.closing.keeper import Keeper
from api.closing.signing import is_signed
from api.subscriptions.mail import MailServer
from api.subscriptions.sender import Sender
from api.tables import SENDING
from tests.api.closing.october import SILENT_FROM, SILENT_TO, October, running, sources_of
from tests.api.people import a_door, a_token, bearer
from tests.receivers import Letterbox, Receiver, a_letterbox, a_receiver

HOUR = timedelta(hours=1)


@pytest.fixture
def zone(signed: Path) -> Iterator[October]:
    with running(signed) as opened:
        opened.clock.set(opened.clock.now() + timedelta(days=40))
        yield opened


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    with a_letterbox() as box:
        yield box


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as opened:
        yield opened


def a_sender(zone: October, letterbox: Letterbox | None = None) -> Sender:
    mail = None
    if letterbox is not None:
        mail = MailServer.parse(f"smtp://127.0.0.1:{letterbox.port}", "zonewatch@example.org")
    return Sender(sources=sources_of(zone), home=zone.home, mail=mail, chance=lambda: 0.0)


def subscribe(zone: October, **wanted: object) -> None:
    client, headers = _reader(zone)
    body = {"scope": "zone:north", **wanted}
    answer = client.post("/v1/subscriptions", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


def revise(zone: October) -> None:
    """Let what the gateway kept come in, and a revision be made of it."""
    zone.number = 10_000
    zone.arrive(SILENT_FROM, SILENT_TO)
    keeper = Keeper(sources=sources_of(zone), home=zone.home)
    keeper.look()
    assert keeper.look() == [2]


def parts(mail: EmailMessage) -> dict[str, bytes]:
    return {
        str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
        for part in mail.iter_attachments()
    }


def test_a_revised_period_goes_out_by_mail_with_the_digits_of_the_api(
    zone: October, letterbox: Letterbox
) -> None:
    target = {"means": "mail", "target": "office@example.org", "occasions": ["revised"]}
    subscribe(zone, **target, formats=["pdf", "csv"])
    revise(zone)
    sender = a_sender(zone, letterbox)

    assert (sender.send_due(), sender.send_due()) == (1, 0)

    (mail,) = letterbox.mails
    assert (mail["To"], mail["From"]) == ("office@example.org", "zonewatch@example.org")
    assert mail["Subject"] == "Revised: zone:north, 2026-10, now revision 2"
    body = mail.get_body()
    assert body is not None
    assert "data that came or changed after it was prepared" in body.get_content()
    client, headers = _reader(zone)
    document = client.get("/v1/reports/zone:north/2026-10", headers=headers).json()
    value = document["figures"][0]["value"]
    attached = parts(mail)
    table = attached["zonewatch-zone-north-2026-10.en.csv"].decode("utf-8-sig")
    rows = [row for row in csv.DictReader(StringIO(table)) if row["section"] == "figures"]
    assert next(row["number"] for row in rows if row["field"] == "value") == value
    pdf = PdfReader(BytesIO(attached["zonewatch-zone-north-2026-10.en.pdf"]))
    assert value in pdf.pages[0].extract_text()


def test_a_webhook_is_signed_by_the_key_that_signs_digests(
    zone: October, receiver: Receiver
) -> None:
    subscribe(zone, means="webhook", target=receiver.url, occasions=["revised"])
    revise(zone)

    assert a_sender(zone).send_due() == 1

    (post,) = receiver.posts
    signature, key = post.headers["Zonewatch-Signature"], post.headers["Zonewatch-Key"]
    assert is_signed(post.body, signature=signature, key=key)
    assert not is_signed(post.body.replace(b"2026-10", b"2026-09"), signature=signature, key=key)
    told = json.loads(post.body)
    assert (told["id"], told["event"]) == ("1:revised:2026-10:2", "period.revised")
    assert told["report"] == "/v1/reports/zone:north/2026-10?revision=2"
    assert told["revision"]["cause"]["device_days"] > 0


def test_what_did_not_go_out_goes_out_later_and_once(zone: October, receiver: Receiver) -> None:
    subscribe(zone, means="webhook", target=receiver.url, occasions=["revised"])
    revise(zone)
    receiver.answers = [503, 429]
    sender, sent = a_sender(zone), []
    for minutes in (0, 0.4, 0.2, 0.9, 0.2, 60):
        zone.clock.set(zone.clock.now() + timedelta(minutes=minutes))
        sent.append(sender.send_due())

    assert sent == [0, 0, 0, 0, 1, 0]
    assert len(receiver.posts) == 3
    ids = {json.loads(post.body)["id"] for post in receiver.posts}
    assert ids == {"1:revised:2026-10:2"}


def test_what_a_receiver_will_never_take_is_given_up_with_the_reason(
    zone: October, receiver: Receiver
) -> None:
    subscribe(zone, means="webhook", target=receiver.url, occasions=["revised"])
    revise(zone)
    receiver.answers = [410]
    sender = a_sender(zone)

    assert sender.send_due() == 0
    zone.clock.set(zone.clock.now() + timedelta(days=3))

    assert sender.send_due() == 0
    assert len(receiver.posts) == 1
    with zone.catalog.connect() as connection:
        row = connection.execute(sa.select(SENDING)).one()
    assert (row.given_up, row.error) == (True, "the receiver answered 410")


def test_mail_waits_for_a_server_and_for_one_that_takes_it(
    zone: October, letterbox: Letterbox
) -> None:
    subscribe(zone, means="mail", target="office@example.org", occasions=["revised"])
    revise(zone)
    letterbox.refuses = "451 try again later"

    assert a_sender(zone).send_due() == 0
    assert a_sender(zone, letterbox).send_due() == 0
    letterbox.refuses = None
    zone.clock.set(zone.clock.now() + HOUR)

    assert a_sender(zone, letterbox).send_due() == 1
    assert len(letterbox.mails) == 1


def test_nothing_goes_to_whom_it_may_no_longer_go(zone: October, receiver: Receiver) -> None:
    subscribe(zone, means="webhook", target=receiver.url, occasions=["revised"])
    revise(zone)
    with zone.catalog.begin() as connection:
        accounts.disable(connection, "sok", at=zone.clock.now())

    assert a_sender(zone).send_due() == 0

    assert receiver.posts == []


def test_a_month_goes_out_in_a_language_while_it_is_open(
    zone: October, letterbox: Letterbox
) -> None:
    subscribe(zone, means="mail", target="office@example.org", occasions=["monthly"], language="km")
    zone.clock.set(zone.clock.now() + timedelta(days=31))

    assert a_sender(zone, letterbox).send_due() == 1

    (mail,) = letterbox.mails
    assert mail["Subject"] == "ការបំភាយដែលបានជៀសវាង 2026-11៖ zone:north"
    assert list(parts(mail)) == ["zonewatch-zone-north-2026-11.km.pdf"]


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        pytest.param({"means": "mail", "target": "office"}, "target", id="no address"),
        pytest.param({"means": "mail", "target": "a@b,c@d"}, "target", id="two addresses"),
        pytest.param({"means": "webhook", "target": "file:///etc/passwd"}, "target", id="a file"),
        pytest.param(
            {"means": "mail", "target": "a@b", "language": "fr"}, "language", id="no catalogue"
        ),
        pytest.param({"means": "mail", "target": "a@b", "formats": ["csvw"]}, "formats", id="csvw"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(
    zone: October, wanted: dict[str, object], named: str
) -> None:
    client, headers = _reader(zone)
    answer = client.post(
        "/v1/subscriptions", json={"scope": "zone:north"} | wanted, headers=headers
    )

    assert answer.status_code == 422
    assert named in answer.json()["detail"]


def test_one_sees_and_ends_only_ones_own(zone: October) -> None:
    subscribe(zone, means="mail", target="office@example.org")
    client, headers = _reader(zone)
    other = bearer(a_token(sources_of(zone), "vera", role="verifier")[1])

    assert client.get("/v1/subscriptions", headers=other).json()["items"] == []
    assert client.post("/v1/subscriptions/1/end", headers=other).status_code == 404
    ended = client.post("/v1/subscriptions/1/end", headers=headers)

    assert ended.json()["ended_at"] is not None


def _reader(zone: October) -> tuple[TestClient, dict[str, str]]:
    sources = sources_of(zone)
    return a_door(sources), bearer(a_token(sources, "sok", role="approver")[1])
