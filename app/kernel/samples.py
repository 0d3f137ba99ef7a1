"""Samples: whole requests in `.http` files that stand in the rooms, for tests, the demo and `shipbell send`.

`POST /hooks/bitbucket HTTP/1.1`, headers, an empty line (LF in all of this), then the exact bytes of the body.
A sample carries no signature: whoever sends it signs it with their own secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec

from app.kernel.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: `path` with its query, `headers` with lower-case names, `body` as it was."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def read_sample(text: bytes) -> Sample:
    """The request in a `.http` file. Raises ConfigError when it is not one."""
    head, blank, body = text.partition(b"\n\n")
    request, *lines = head.decode("utf-8", "replace").split("\n")
    words = request.split(" ")
    if not blank or len(words) != 3 or not words[2].startswith("HTTP/"):
        raise ConfigError("not a sample: expected `POST /path HTTP/1.1`, headers and an empty line")
    pairs = [line.partition(":") for line in lines]
    if not all(colon and name for name, colon, _ in pairs):
        raise ConfigError("not a sample: a header without a colon")
    return Sample(words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs}, body)


def sample_names(room: str) -> list[str]:
    """The names of a room's samples, sorted; `room` is its module: `app.sources.bitbucket`."""
    if find_spec(room) is None:  # a source that is only a file
        return []
    folder = resources.files(room) / "samples"
    if not folder.is_dir():
        return []
    return sorted(item.name.removesuffix(".http") for item in folder.iterdir() if item.name.endswith(".http"))


def load_sample(room: str, name: str) -> Sample:
    """A sample of a room by name. Raises ConfigError with the names that there are."""
    known = sample_names(room)
    if name not in known:
        raise ConfigError(f"no sample {name!r}", hint=f"known: {', '.join(known)}")
    return read_sample((resources.files(room) / "samples" / f"{name}.http").read_bytes())
