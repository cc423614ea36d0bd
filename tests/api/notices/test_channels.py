"""Channels by Apprise, against a real SMTP server and a real receiver of webhooks."""

import json
import logging
from collections.abc import Iterator

import pytest

from api.notices.channels import ChannelError, Channels
from api.notices.settings import NoticeSettings
from api.notices.wording import Message
from ingest.settings import SettingsError
from tests.receivers import Letterbox, Receiver, a_letterbox, a_receiver

KHMER = Message(
    title="ភ្លើងរលត់ពេលយប់: SHV-0001",
    short="SHV-0001: ភ្លើងរលត់ពេលយប់. ឆ្លើយ 1 ដើម្បីទទួល",
    long="ភ្លើងរលត់ពេលយប់\nទីកន្លែង: SHV-0001 & <Airport Road>",
)
SECRET = "AC735c307c62944b5abcdef0123456789a:bcdef0123456789abcdef0123456789a"  # noqa: S105 - of nobody
TWILIO = f"twilio://{SECRET}@15551234567/{{to}}"


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    with a_letterbox() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with a_receiver() as running:
        yield running


def a_mail_url(port: int) -> str:
    return f"mailto://127.0.0.1:{port}/{{to}}?from=zonewatch@example.org"


def test_a_mail_has_the_long_form_in_khmer(letterbox: Letterbox) -> None:
    channels = Channels.of(
        {
            "ZONEWATCH_CHANNEL_MAIL": a_mail_url(letterbox.port),
            "ZONEWATCH_TO_MAIL_CREW": "crew@example.org",
        }
    )

    channels.send("mail:crew", KHMER)

    mail = letterbox.mails[0]
    assert (mail["To"], mail["Subject"]) == ("crew@example.org", KHMER.title)
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert "ទីកន្លែង: SHV-0001" in body.get_content()


def test_a_webhook_of_sms_has_the_short_form_and_no_title(hook: Receiver) -> None:
    url = hook.url.replace("http:", "json:") + "/{to}"
    channels = Channels.of(
        {"ZONEWATCH_CHANNEL_SMS_KH": url, "ZONEWATCH_TO_SMS_KH_CREW": "+85512345678"}
    )

    channels.send("sms_kh:crew", KHMER)

    posted = json.loads(hook.posts[0].body)
    assert hook.posts[0].path == "/hook/+85512345678"
    assert (posted["message"], posted["title"]) == (KHMER.short, "")


def test_what_a_chat_does_not_take_at_once_comes_in_parts(hook: Receiver) -> None:
    long = Message(title="t", short="s", long="ភ្លើង " * 9_000)
    channels = Channels.of({"ZONEWATCH_CHANNEL_HOOK": hook.url.replace("http:", "json:")})

    channels.send("hook", long)

    parts = [str(json.loads(post.body)["message"]).strip() for post in hook.posts]
    assert len(parts) > 1
    assert "".join(parts).replace(" ", "") == "ភ្លើង" * 9_000


def test_what_a_channel_does_not_take_is_told_without_its_url(
    hook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hook.answers = [500] * 3
    url = hook.url.replace("http://", "json://user:hunter2@")
    channels = Channels.of({"ZONEWATCH_CHANNEL_HOOK": url})

    with pytest.raises(ChannelError) as caught:
        channels.send("hook", KHMER)

    assert str(caught.value) == "hook: JSON did not take it"
    assert "hunter2" not in caplog.text
    assert "hunter2" not in repr(channels)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("other", "other: no such channel is set"),
        ("sms", "sms: no ZONEWATCH_TO_… says whom that reaches"),
        ("sms:crew", "sms:crew: no ZONEWATCH_TO_… says whom that reaches"),
    ],
)
def test_a_reference_that_reaches_nobody_is_told(reference: str, told: str) -> None:
    channels = Channels.of({"ZONEWATCH_CHANNEL_SMS": TWILIO})

    with pytest.raises(ChannelError) as caught:
        channels.send(reference, KHMER)

    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("url", "service", "brief"),
    [
        (TWILIO, "Twilio", True),
        ("mailtos://user:password@example.org?to={to}", "E-Mail", False),
        ("tgram://123456789:AAbcdef_hijklmnopqrstuvwxyzABCDEFG12/{to}/", "Telegram", False),
        ("whatsapp://token@1234567890/{to}", "WhatsApp", False),
        ("line://token/{to}", "Line", False),
        ("wecombot://key", "WeCom Bot", False),
        ("dingtalk://tokenabc/{to}", "DingTalk", False),
        ("feishu://token123abc", "Feishu", False),
        ("jsons://hooks.example.org/x", "JSON", False),
    ],
)
def test_every_channel_that_is_used_there_is_known(url: str, service: str, *, brief: bool) -> None:
    channel = Channels.of({"ZONEWATCH_CHANNEL_A": url}).by_name["a"]

    assert (channel.service, channel.brief) == (service, brief)


def test_settings_are_shown_without_a_secret() -> None:
    settings = NoticeSettings.of(
        {
            "ZONEWATCH_CHANNEL_SMS": TWILIO,
            "ZONEWATCH_TO_SMS_CREW": "+85512345678",
            "ZONEWATCH_URL": "https://zw.example",
            "ZONEWATCH_REPLY_SECRET": "0123456789abcdef",
        }
    )

    assert settings.shown() == {
        "channels": "sms (Twilio)",
        "links": "https://zw.example",
        "replies": "taken",
    }
    assert "AC735" not in repr(settings)
    assert "12345678" not in repr(settings)
    assert "0123456789abcdef" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZONEWATCH_CHANNEL_SMS", "twilio://hunter2"),
        ("ZONEWATCH_CHANNEL_X", "hunter2"),
        ("ZONEWATCH_TO_SMS_CREW", "hunter2"),
        ("ZONEWATCH_URL", "https://user:hunter2@zw.example"),
        ("ZONEWATCH_URL", "zw.example"),
        ("ZONEWATCH_REPLY_SECRET", "hunter2"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        NoticeSettings.of({name: value})

    assert "hunter2" not in str(caught.value)
