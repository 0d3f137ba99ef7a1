"""How a request proves who sent it: the schemes, sans I/O, in constant time, over raw bytes.

Each scheme can verify (for the door) and sign (for samples, `shipbell send` and tests).
A room says which one its vendor uses.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from app.kernel.clock import MINUTE, SECOND, Clock, system_clock
from app.kernel.errors import Unauthorized

TOLERANCE = 5 * MINUTE
"""How far the time of a signed message may be from ours: an older one is sent again by who overheard it."""
_HEX64 = re.compile(r"[0-9a-f]{64}")
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_KEY = b"whsec_"


class Scheme(Protocol):
    """`headers` have lower-case names; `token` is the last part of the path, if there was one."""

    in_path: bool

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        """The index of the secret that fits. Raises Unauthorized, and nothing else."""
        ...

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        """The headers that make a request with this body genuine."""
        ...


class HubSignature:
    """`X-Hub-Signature: sha256=<hex HMAC-SHA256 of the raw body>` (Bitbucket, GitHub's newer header).

    https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
    """

    in_path = False

    def __init__(self, header: str = "x-hub-signature") -> None:
        self.header = header

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        presented = headers.get(self.header, "")
        if not presented.startswith("sha256=") or not _HEX64.fullmatch(presented, 7):
            raise Unauthorized
        given = presented[7:].encode()
        for index, secret in enumerate(secrets):
            if hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode(), given):
                return index
        raise Unauthorized

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {self.header: "sha256=" + hmac.digest(secret, body, "sha256").hex()}


class BearerToken:
    """`Authorization: Bearer <token>` for systems that cannot sign (Argo CD notifications)."""

    in_path = False

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        return match_token(value.strip(), secrets)

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {"authorization": "Bearer " + secret.decode()}


class KeyOrPassword:
    """`X-Api-Key: <secret>`, or the secret as the password of basic authentication, whoever the user is (EventBridge).

    A bearer token is taken, too: a connection may name any header for its key.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html
    """

    in_path = False

    def __init__(self, header: str = "x-api-key") -> None:
        self.header = header

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        if self.header in headers:
            return match_token(headers[self.header].strip(), secrets)
        scheme, _, value = headers.get("authorization", "")[:4000].partition(" ")
        if scheme.lower() == "bearer":
            return match_token(value.strip(), secrets)
        if scheme.lower() != "basic":
            raise Unauthorized
        try:
            password = base64.b64decode(value.strip(), validate=True).partition(b":")[2]
        except ValueError:
            raise Unauthorized from None
        return match_token(password.decode("utf-8", "replace"), secrets)

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {self.header: secret.decode()}


class PathToken:
    """`/hooks/<source>/<token>` for systems that can be given nothing but a URL (SourceClear)."""

    in_path = True

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        return match_token(token, secrets)

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {}


class SignatureList:
    """`X-PagerDuty-Signature: v1=<hex>[,v1=<hex>]`: several while a secret is changed; any that fits opens.

    HMAC-SHA256 of the raw body. https://developer.pagerduty.com/docs/webhooks/webhook-signatures/
    """

    in_path = False
    _MOST = 16

    def __init__(self, header: str) -> None:
        self.header = header

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        parts = [part.strip() for part in headers.get(self.header, "")[:2000].split(",")[: self._MOST]]
        given = [part[3:].encode() for part in parts if part.startswith("v1=") and _HEX64.fullmatch(part, 3)]
        return _any_fits(given, [hmac.digest(secret, body, "sha256").hex().encode() for secret in secrets])

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {self.header: "v1=" + hmac.digest(secret, body, "sha256").hex()}


class StandardWebhook:
    """`webhook-signature: v1,<base64>` over `id.timestamp.body` (incident.io, GitLab): https://www.standardwebhooks.com

    Its time is at most five minutes from ours. A secret is base64 behind `whsec_`; one without that is taken as it is.
    """

    in_path = False
    _MOST = 16

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        message, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not message or not self._is_of_now(sent_at):
            raise Unauthorized
        parts = headers.get("webhook-signature", "")[:2000].split(" ")[: self._MOST]
        given = [part[3:].encode("utf-8", "replace") for part in parts if part.startswith("v1,")]
        signed = b"%s.%s.%s" % (message.encode("utf-8", "replace"), sent_at.encode("utf-8", "replace"), body)
        return _any_fits(given, [_base64_digest(secret, signed) for secret in secrets])

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        message, now = "msg_" + hashlib.blake2b(body, digest_size=12).hexdigest(), self._clock() // SECOND
        signed = _base64_digest(secret, b"%s.%d.%s" % (message.encode(), now, body))
        return {"webhook-id": message, "webhook-timestamp": str(now), "webhook-signature": "v1," + signed.decode()}

    def _is_of_now(self, sent_at: str) -> bool:
        return bool(_SECONDS.fullmatch(sent_at)) and abs(int(sent_at) * SECOND - self._clock()) <= TOLERANCE


class SignatureOrToken:
    """A Standard Webhooks signature where there is one and a `whsec_` secret to it, else a token in a header (GitLab).

    A token beside a wrong signature opens nothing, and a key that signs is never taken as a token.
    https://docs.gitlab.com/user/project/integrations/webhooks/
    """

    in_path = False

    def __init__(self, header: str, clock: Clock = system_clock) -> None:
        self.header, self._standard = header, StandardWebhook(clock)

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        keys = [index for index, secret in enumerate(secrets) if secret.startswith(_KEY)]
        if keys and "webhook-signature" in headers:
            return keys[self._standard.verify(headers, body, token, [secrets[index] for index in keys])]
        words = [index for index, secret in enumerate(secrets) if index not in keys]
        return words[match_token(headers.get(self.header, ""), [secrets[index] for index in words])]

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return self._standard.sign(body, secret) if secret.startswith(_KEY) else {self.header: secret.decode()}


def _base64_digest(secret: bytes, signed: bytes) -> bytes:
    key = secret
    if secret.startswith(_KEY):
        try:
            key = base64.b64decode(secret.removeprefix(_KEY), validate=True)
        except ValueError:  # somebody's own word that only begins like one
            key = secret
    return base64.b64encode(hmac.digest(key, signed, "sha256"))


def _any_fits(given: Sequence[bytes], expected: Sequence[bytes]) -> int:
    """The index of the expected signature that is among those given; all are looked at. Raises Unauthorized."""
    fits = [index for index, one in enumerate(expected) for each in given if hmac.compare_digest(one, each)]
    if not fits:
        raise Unauthorized
    return fits[0]


def match_token(value: str, secrets: Sequence[bytes]) -> int:
    """The index of the secret that equals `value`; digests are compared, so length tells nothing."""
    given = hashlib.sha256(value.encode("utf-8", "replace")).digest()
    if value:
        for index, secret in enumerate(secrets):
            if hmac.compare_digest(hashlib.sha256(secret).digest(), given):
                return index
    raise Unauthorized
