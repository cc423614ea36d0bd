"""A report as a mail: what is new in a few lines, and the report attached."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from analytics.quoting import Document
from api.subscriptions.sending import NotSentError
from api.subscriptions.subscription import Occurrence, Subscription
from dashboards.report.formats import Form, written
from dashboards.report.language import Language
from ingest.contract.period import instant

_TIMEOUT_S: Final = 30.0
_HEADLINE: Final = "emissions_avoided"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    sender: str  # an address
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False  # from the first byte on
    starttls: bool = False

    @classmethod
    def parse(cls, url: str, sender: str) -> "MailServer":
        """Read smtp://HOST:PORT, smtp+starttls://USER:PASSWORD@HOST or smtps://….

        Raises:
            ValueError: It cannot be used; the message never shows the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        usual = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
        if parts.scheme not in usual or not parts.hostname:
            raise ValueError("expected smtp://HOST:PORT, smtp+starttls://… or smtps://…")
        if "@" not in sender or any(sign in sender for sign in "\r\n"):
            raise ValueError("expected the address that mail comes from")
        return cls(
            host=parts.hostname,
            port=port or usual[parts.scheme],
            sender=sender,
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            tls=parts.scheme == "smtps",
            starttls=parts.scheme == "smtp+starttls",
        )

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over, or raise NotSentError."""
        try:
            with self._connection() as connection:
                if self.starttls:
                    connection.starttls(context=ssl.create_default_context())
                if self.user is not None:
                    connection.login(self.user, self.password or "")
                connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSentError("the server refused the address", for_good=True) from error
        except smtplib.SMTPAuthenticationError as error:
            raise NotSentError("the server refused user and password") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"the server did not take it: {type(error).__name__}") from error

    def _connection(self) -> smtplib.SMTP:
        if self.tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)


def mail_of(
    subscription: Subscription, occurrence: Occurrence, document: Document, *, sender: str
) -> EmailMessage:
    """Return the mail that tells a subscriber of something."""
    language = Language(subscription.language)
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, subscription.target
    mail["Subject"] = language.say(
        f"mail.{occurrence.occasion}",
        scope=subscription.scope,
        period=occurrence.period,
        revision=occurrence.revision,
    )
    mail["Date"] = format_datetime(instant(occurrence.at))
    mail["Message-ID"] = f"<{subscription.id}.{occurrence.key.replace(':', '.')}@zonewatch>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_lines(document, language)))
    name = f"zonewatch-{subscription.scope}-{occurrence.period}".replace(":", "-")
    for each in subscription.formats:
        main, _, sub = each.media_type.partition("/")
        form = Form(format=each, language=subscription.language)
        file = f"{name}.{subscription.language}.{each}"
        mail.add_attachment(written(document, form), maintype=main, subtype=sub, filename=file)
    return mail


def _lines(document: Document, language: Language) -> list[str]:
    """Return the headline, how far the period is, and why a revision was made."""
    figures = cast("list[Mapping[str, Any]]", document["figures"])
    headline = next(
        (one for one in figures if (one["id"], one["device_class"]) == (_HEADLINE, "all")), None
    )
    state = language.known(f"report.state.{document['status']}", str(document["status"]))
    lines = [language.say("mail.state", state=state)]
    if headline is not None and headline["value"] is not None:
        value = f"{language.number(headline['value'])} {headline['unit']}"
        lines.append(language.say("mail.headline", value=value))
    else:
        lines.append(language.say("mail.no_headline"))
    if document["provenance"] != "real":
        lines.append(language.say(f"provenance.{document['provenance']}.meaning"))
    revisions = cast("list[Mapping[str, Any]]", document["revisions"])
    if revisions and document["status"] == "revised":
        cause = language.phrase(revisions[-1]["cause"]["text"])
        lines.append(language.say("mail.cause", cause=cause))
    return [*lines, "", language.say("mail.end")]
