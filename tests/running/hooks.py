"""Requests as the senders make them: numbered, signed, and as bytes on the wire."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import app.sources
from app.kernel.discover import rooms
from app.kernel.samples import load_sample
from app.sources import Source

SOURCES: dict[str, Source] = rooms(app.sources, "SOURCE")
SECRETS = {name: f"secret-of-{name}-0123456789" for name in SOURCES}
TOKEN = "token-of-the-tests-0123456789"


def environment(**more: str) -> dict[str, str]:
    """Secrets of all sources and one API token that may do everything."""
    hooks = {name: SECRETS[name] for name, source in SOURCES.items() if source.door == "hook"}
    secrets = {f"SHIPBELL_SECRET_{name.upper().replace('-', '_')}": value for name, value in hooks.items()}
    return {**secrets, "SHIPBELL_API_TOKENS": f"tests:read+operate+ingest:{TOKEN}", **more}


@dataclass(frozen=True)
class Hook:
    """A request to a door, before it is signed."""

    source: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        in_path = SOURCES[self.source].scheme.in_path
        return f"/hooks/{self.source}/{SECRETS[self.source]}" if in_path else f"/hooks/{self.source}"

    def signed(self, **changes: str | None) -> dict[str, str]:
        """The headers of a genuine request; `changes` replace some, None takes one away (`_` for `-`)."""
        headers = {**self.headers, **SOURCES[self.source].scheme.sign(self.body, SECRETS[self.source].encode())}
        headers |= {name.replace("_", "-"): value for name, value in changes.items() if value is not None}
        return {name: value for name, value in headers.items() if changes.get(name.replace("-", "_"), "") is not None}

    def with_id(self, request_id: str) -> "Hook":
        return replace(self, headers={**self.headers, "x-request-uuid": request_id})

    def wire(self, **changes: str | None) -> bytes:
        """The whole genuine request as bytes."""
        headers = {"content-length": str(len(self.body)), **self.signed(**changes)}
        return raw("POST", self.path, headers, self.body)


def raw(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as bytes."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"host": "shipbell.example.com", **headers}.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def sample(source: str, name: str) -> Hook:
    """A shipped sample."""
    found = load_sample(f"app.sources.{source.replace('-', '_')}", name)
    return Hook(source, found.body, dict(found.headers))


_FAILED = sample("bitbucket", "pipeline-failed")


def build(number: int) -> Hook:
    """A failed build of this number: one receipt, one event, one card. Numbers have at most nine digits."""
    body = _FAILED.body.replace(b"results/1042", b"results/%d" % number).replace(b"#1042", b"#%d" % number)
    return Hook("bitbucket", body, _FAILED.headers).with_id(f"request-{number}")


def bitbucket(body: bytes | Any, request_id: str | None = None, key: str = "repo:push") -> Hook:
    """A message with any body at all; its body's hash tells its repeats unless it has an id."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "x-event-key": key}
    return Hook("bitbucket", content, headers | ({"x-request-uuid": request_id} if request_id else {}))
