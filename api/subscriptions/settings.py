"""Where mail is handed over, by environment."""

from collections.abc import Mapping
from typing import Final

from api.subscriptions.mail import MailServer
from ingest.settings import SettingsError

_SMTP: Final = "ZONEWATCH_SMTP"
_FROM: Final = "ZONEWATCH_MAIL_FROM"


def mail_server(given: Mapping[str, str]) -> MailServer | None:
    """Return the mail server that is set, None where there is none, or raise SettingsError."""
    url = given.get(_SMTP, "")
    if not url:
        return None
    try:
        return MailServer.parse(url, given.get(_FROM, ""))
    except ValueError as error:
        raise SettingsError(f"{_SMTP}, {_FROM}: {error}") from None
