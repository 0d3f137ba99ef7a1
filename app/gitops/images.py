"""What kustomize's `images:` do to the images of containers.

https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/imagetag/updater.go
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import re2

from app.gitops.model import Container, Unreadable

_QUIET = re2.Options()
_QUIET.log_errors = False
_REST = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of `images:`; what it does not say is empty."""

    name: str
    new_name: str
    new_tag: str
    digest: str
    suffix: str
    path: str
    line: int


def split(image: str) -> tuple[str, str, str]:
    """Name, tag and digest of an image; a port of the registry belongs to the name."""
    whole, _, digest = image.partition("@")
    slash = whole.find("/") if whole.find("/") > 0 else 0
    colon = whole.find(":", slash)
    return (whole, "", digest) if colon < 0 else (whole[:colon], whole[colon + 1 :], digest)


def joined(name: str, tag: str, digest: str) -> str:
    """An image as it is written."""
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def changed(containers: Iterable[Container], entries: Sequence[Entry], *, whole: bool) -> list[Container]:
    """The containers after all entries, in their order.

    Unless the `whole` tree was seen, an entry whose image nobody has here speaks of one that is out of sight: its name
    is a container then. Raises Unreadable for a name that kustomize cannot use, and for a suffix.
    """
    found = list(containers)
    for entry in entries:
        fits = [_fits(entry, container.image) for container in found]
        if not any(fits) and not whole and entry.name:
            unseen = Container("", "", "", 0, "", entry.name, entry.path, entry.line)
            found, fits = [*found, unseen], [*fits, True]
        found = [_set(container, entry) if fit else container for container, fit in zip(found, fits, strict=True)]
    return found


def _fits(entry: Entry, image: str) -> bool:
    """The name is an expression to kustomize; `repository:tag` is one that fits this tag only."""
    pattern = _pattern(entry.name)
    if pattern is None:
        raise Unreadable(f"the image name {entry.name[:100]!r} cannot be used", entry.path, entry.line)
    return pattern.search(image) is not None


@lru_cache(maxsize=4096)
def _pattern(name: str) -> Any:
    try:
        return re2.compile(f"^{name}{_REST}$", _QUIET)
    except re2.error:
        return None


def _set(container: Container, entry: Entry) -> Container:
    name, tag, digest = split(container.image)
    before = container.before if entry.new_name in ("", name) else (*container.before, name)
    name = entry.new_name or name
    if entry.new_tag:
        tag, digest = entry.new_tag, entry.digest
    elif entry.digest:
        tag, digest = "", entry.digest
    elif entry.suffix:
        raise Unreadable("tagSuffix: some versions of kustomize put it there twice", entry.path, entry.line)
    speaks = entry.new_tag or entry.digest
    path, line = (entry.path, entry.line) if speaks else (container.path, container.line)
    return replace(container, image=joined(name, tag, digest), path=path, line=line, before=before)
