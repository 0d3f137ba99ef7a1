"""Where an image is kept: its registry, the repository in it, and the tag or digest.

https://github.com/distribution/reference/blob/main/reference.go
"""

import re
from dataclasses import dataclass

DOCKER = "docker.io"
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_REFERENCE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class ImageName:
    """`reference` is the digest where it has one, else the tag."""

    registry: str
    repository: str
    reference: str

    @property
    def pinned(self) -> bool:
        """Whether it is one image for ever."""
        return ":" in self.reference

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}{'@' if self.pinned else ':'}{self.reference}"


def image_name(text: str) -> ImageName | None:
    """The parts of `registry/repository:tag@digest`; None for what is no name, or has neither tag nor digest."""
    whole, _, digest = text.partition("@")
    head, colon, tag = whole.rpartition(":")
    name, tag = (head, tag) if colon and "/" not in tag else (whole, "")
    registry, slash, rest = name.partition("/")
    if not slash or not (registry == "localhost" or {".", ":"} & set(registry)):
        registry, rest = DOCKER, name if slash else f"library/{name}"
    reference = digest or tag
    if not _REPOSITORY.fullmatch(rest) or not _REFERENCE.fullmatch(reference) or len(rest) > _LONGEST:
        return None
    return ImageName(registry.lower(), rest, reference)
