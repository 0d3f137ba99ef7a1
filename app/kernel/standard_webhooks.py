"""Signing what we send, as https://www.standardwebhooks.com says: a receiver needs no code of ours."""

import base64
import binascii

from standardwebhooks import Webhook

from app.kernel.clock import SECOND, to_datetime

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)


def read_key(text: str) -> bytes:
    """The bytes of a secret: 24 to 64 of them, base64 behind `whsec_`. Raises ValueError that does not show it."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        raise ValueError("not a Standard Webhooks secret (whsec_ and 24 to 64 bytes)")
    return key


class Signer:
    """Makes the headers of a message. Without a key they tell which message it is, and are not signed."""

    def __init__(self, key: bytes | None) -> None:
        self._webhook = Webhook(key) if key else None

    def headers(self, message: str, sent_at: int, body: bytes) -> dict[str, str]:
        """`message` is its id, the same over all attempts; `sent_at` the time of this one in µs."""
        headers = {"webhook-id": message, "webhook-timestamp": str(sent_at // SECOND)}
        if self._webhook is not None:
            headers["webhook-signature"] = self._webhook.sign(message, to_datetime(sent_at), body.decode())
        return headers
