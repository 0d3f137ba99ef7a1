"""A raw HTTP request with places for a number and a signature, so that each one that is sent is a new event."""

import hmac
from dataclasses import dataclass
from pathlib import Path

NUMBER = "#" * 9
"""Where the request's number goes: nine digits, so that the length never changes."""
SIGNATURE = "~" * 64
"""Where the hex HMAC-SHA256 of the body goes."""
FIRST = 100_000_000
"""The first number: nine digits without a leading zero."""


@dataclass(frozen=True, slots=True)
class Template:
    """A raw HTTP request with its places. Without a secret nothing is signed."""

    raw: bytes
    secret: str = ""

    def request(self, number: int) -> bytes:
        """The bytes to send for this number."""
        filled = self.raw.replace(NUMBER.encode(), b"%09d" % number)
        return filled.replace(SIGNATURE.encode(), self.signature(number), 1) if self.secret else filled

    def signature(self, number: int) -> bytes:
        """The hex HMAC-SHA256 of this number's body; nothing without a secret."""
        if not self.secret:
            return b""
        body = self.raw.partition(b"\r\n\r\n")[2].replace(NUMBER.encode(), b"%09d" % number)
        return hmac.digest(self.secret.encode(), body, "sha256").hex().encode()

    def write(self, folder: Path) -> Path:
        """Put the raw template where the load generator reads it."""
        path = folder / "request.http"
        path.write_bytes(self.raw)
        return path


def post(path: str, body: bytes, headers: dict[str, str], secret: str = "") -> Template:
    """A POST of this body as a template."""
    head = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return Template("\r\n".join(lines).encode() + b"\r\n\r\n" + body, secret)
