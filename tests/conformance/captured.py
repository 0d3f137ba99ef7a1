"""How a captured file becomes a message to a room, and the states that it may land in."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from app.kernel.samples import read_sample
from app.sources import Inbound
from tests.conformance import golden
from tests.conformance.folder import captured_folder
from tests.conformance.golden import SOURCES

JSON = {"content-type": "application/json"}
ANY = ("processed", "ignored", "quarantined")
FINE = ("processed", "ignored")

EXPECTED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    # folder, file, source, the states it may land in; the first line that fits counts
    ("bitbucket", "issue.*", "bitbucket", ("ignored",)),
    ("bitbucket", "pipeline.span_created*", "bitbucket", ("ignored",)),
    ("bitbucket", "*.json", "bitbucket", ("processed",)),
    ("argocd/rendered", "*.json", "argocd", FINE),
    ("sourceclear", "webhook*as_documented_not_json*", "sourceclear", ("quarantined",)),
    ("sourceclear", "webhook*.json", "sourceclear", ("processed",)),
    ("sourceclear", "*.json", "scans", ("processed",)),
    ("sourceclear", "*", "scans", ("quarantined",)),
    ("veracode", "*.json", "scans", ("processed",)),
    ("veracode", "*.xml", "scans", ("processed",)),
    ("sarif", "native_*", "scans", ("quarantined",)),
    ("sarif", "*.sarif*", "scans", ("processed",)),
)


@dataclass(frozen=True, slots=True)
class Captured:
    """A message to a room, and the states that it may land in."""

    name: str
    source: str
    message: Inbound
    states: tuple[str, ...]


def captured() -> Iterator[Captured]:
    """Every captured message for a room that there is."""
    root = captured_folder()
    for path in sorted(root.rglob("*")) if root and root.is_dir() else []:
        folder = path.relative_to(root).parent.as_posix() if root else ""
        if path.is_file() and path.suffix == ".http" and folder in SOURCES:
            yield _request(path, folder)
        elif path.is_file() and path.name not in ("INDEX.md", "README.md"):
            yield from _body(path, folder)


def _request(path: Path, source: str) -> Captured:
    sample = read_sample(path.read_bytes())
    message = golden.inbound(SOURCES[source], sample.headers, sample.body)
    return Captured(f"{source}/{path.name}", source, message, ANY)


def _body(path: Path, folder: str) -> Iterator[Captured]:
    for where, pattern, source, states in EXPECTED:
        if folder == where and fnmatch(path.name, pattern):
            if source in SOURCES:
                headers = {**JSON, **({"x-event-key": event_key(path.name)} if source == "bitbucket" else {})}
                yield Captured(f"{folder}/{path.name}", source, Inbound(headers, path.read_bytes()), states)
            return


def event_key(file: str) -> str:
    """Bitbucket's event key as a file's name spells it: `repo.push--whose--what.json` is `repo:push`."""
    return file.partition("--")[0].replace(".", ":", 1)
