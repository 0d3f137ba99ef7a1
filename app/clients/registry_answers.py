"""What a registry answers of an image: an index of images, one image's manifest, and its configuration.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AliasPath, BeforeValidator, Field

REVISION, SOURCE = "org.opencontainers.image.revision", "org.opencontainers.image.source"
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Texts = Annotated[Mapping[str, Any], BeforeValidator(lambda value: value or {})]


def _at(first: str, *rest: str) -> Any:
    return Field(validation_alias=AliasPath(first, *rest))


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Names another document by its digest; `os` and `architecture` where it is an image of an index."""

    digest: Annotated[str, Field(pattern=r"^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$")]
    os: Annotated[str, _at("platform", "os")] = ""
    architecture: Annotated[str, _at("platform", "architecture")] = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An image (`config`), or an index of images of several machines (`manifests`)."""

    annotations: Texts = field(default_factory=dict)
    manifests: tuple[Descriptor, ...] | None = None
    config: Descriptor | None = None

    def image(self) -> Descriptor | None:
        """One of an index: of linux and amd64 if there is one; attestations have no machine, and are none."""
        found = [each for each in self.manifests or () if each.os not in ("", "unknown")]
        usual = (each for each in found if (each.os, each.architecture) == ("linux", "amd64"))
        return next(usual, found[0] if found else None)


@dataclass(frozen=True, slots=True)
class Configuration:
    """An image's configuration, of which the labels are read."""

    labels: Annotated[Texts, _at("config", "Labels")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Built:
    """What an image says that it was built from: a whole commit, and its repository; empty where it does not say."""

    revision: str = ""
    source: str = ""


def built(said: Mapping[str, Any]) -> Built:
    """What labels or annotations say; what is no whole commit does not count."""
    revision, source = (str(said.get(name) or "").strip() for name in (REVISION, SOURCE))
    return Built(revision.lower(), source[:300]) if _SHA.fullmatch(revision.lower()) else Built()
