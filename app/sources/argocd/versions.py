"""What a person would call the version: the tag of the application's own image, else what was synced."""

import re
from collections.abc import Sequence

from app.sources.argocd.message import Origin

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBERED = re.compile(r"[vV]?\d[\w.+-]{0,99}")
_SHORT = 7


def revisions_of(revision: str | None, revisions: Sequence[str]) -> tuple[str, ...]:
    """All revisions of a sync; one source has `revision`, several have `revisions`."""
    return tuple(revisions) or ((revision,) if revision else ())


def is_settled(revision: str) -> bool:
    """Whether it names one state for ever: a commit or a version, not `HEAD` or a branch."""
    return bool(_SHA.fullmatch(revision) or _NUMBERED.fullmatch(revision))


def image_version(images: Sequence[str], application: str) -> str | None:
    """The tag, when the images agree on one. Images named like a part of the application speak first.

    A sidecar's tag is thereby no version; neither is a digest.
    """
    parts = [_name_and_tag(image) for image in images]
    own = [tag for name, tag in parts if name and f"-{name}-" in f"-{application}-"]
    tags = set(own or [tag for _, tag in parts])
    return tags.pop() if len(tags) == 1 else None


def source_version(origins: Sequence[Origin], revisions: Sequence[str]) -> str | None:
    """A chart's version, a numbered tag, or the short revision; a moving name is no version."""
    charts = [revision for origin, revision in zip(origins, revisions, strict=False) if origin.chart]
    wanted = [origin.target_revision for origin in origins if origin.target_revision]
    for text in (*charts, *wanted, *revisions):
        if _NUMBERED.fullmatch(text) and not _SHA.fullmatch(text):
            return text
    return next((text[:_SHORT] for text in revisions if _SHA.fullmatch(text)), None)


def _name_and_tag(image: str) -> tuple[str, str | None]:
    """`registry:5000/acme/checkout:1.2@sha256:…` is `checkout` at `1.2`."""
    last = image.partition("@")[0].rsplit("/", 1)[-1]
    name, _, tag = last.partition(":")
    return name, tag or None
