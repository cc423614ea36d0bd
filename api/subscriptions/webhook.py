"""A signed webhook: another program is told, and can tell that it was us.

The body is canonical JSON; `Zonewatch-Signature` is its Ed25519 signature in hexadecimal, by the
key that digests and bundles are signed with, and `Zonewatch-Key` names that key. `sent_at` lies in
the signed body, so that an old message is known as one; `id` is the same in every attempt.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import urllib3
from urllib3.exceptions import HTTPError

from analytics.closing.canonical import canonical
from api.closing.signing import Signer
from api.subscriptions.sending import NotSentError
from api.subscriptions.subscription import Occurrence, Subscription
from ingest.contract.period import rfc3339

_TIMEOUT: Final = urllib3.Timeout(connect=10.0, read=20.0)
_TAKEN: Final = 2  # hundreds of the status
_REFUSED: Final = (3, 4)
_LATER: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def body_of(
    subscription: Subscription,
    occurrence: Occurrence,
    told: Mapping[str, Any] | None,
    *,
    sent_at: datetime,
) -> bytes:
    """Return what is posted.

    Args:
        subscription: Who is told.
        occurrence: Of what.
        told: What the list of revisions says of the revision, as the subscriber sees it.
        sent_at: When.
    """
    query = "" if occurrence.revision is None else f"?revision={occurrence.revision}"
    return canonical(
        {
            "id": f"{subscription.id}:{occurrence.key}",
            "event": f"period.{occurrence.occasion}",
            "scope": subscription.scope,
            "period": occurrence.period,
            "revision": told,
            "report": f"/v1/reports/{subscription.scope}/{occurrence.period}{query}",
            "sent_at": rfc3339(sent_at),
        }
    )


def post(url: str, body: bytes, signer: Signer) -> None:
    """Post a body, or raise NotSentError; what redirects is not followed."""
    headers = {
        "Content-Type": "application/json",
        "Zonewatch-Key": signer.public,
        "Zonewatch-Signature": signer.sign(body),
    }
    try:
        with urllib3.PoolManager(retries=False, timeout=_TIMEOUT) as pool:
            answer = pool.request("POST", url, body=body, headers=headers, preload_content=False)
            answer.close()
    except HTTPError as error:
        raise NotSentError(f"the receiver did not answer: {type(error).__name__}") from error
    if (kind := answer.status // 100) != _TAKEN:
        final = kind in _REFUSED and answer.status not in _LATER
        raise NotSentError(f"the receiver answered {answer.status}", for_good=final)
