"""The commit that an image says it was built from: asked where its tag names none, and no build has told of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.clients.faults import ApiFault
from app.clients.image_names import ImageName, image_name
from app.clients.registry import Registry
from app.collector.work import Work
from app.kernel.clock import HOUR
from app.store.collected import MISSING, Seen

LABEL = "label"
"""The kind of what is remembered: the commit of an image, or that it names none."""
AGAIN = 6 * HOUR
"""After how long an image that named none is asked again, µs; one with a digest never is."""
_LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class Labels:
    """Of one service: `images` are the whole names of the images that are wanted or run, by their version."""

    work: Work
    registries: Mapping[str, Registry]
    service: str
    images: Mapping[str, str]

    async def commit(self, version: str) -> str | None:
        """The whole commit of a version; None where its image names none, or its registry is not to be asked.

        A registry that cannot be asked leaves the service as it is.
        """
        image = image_name(self.images.get(version, ""))
        registry = self.registries.get(image.registry) if image else None
        if image is None or registry is None:
            return None
        before = self.work.before(LABEL, str(image)[:_LONGEST_KEY])
        if before is None:
            return await self._asked(registry, image)
        if before.digest != MISSING:
            return before.digest
        if not image.pinned and before.at <= self.work.now - AGAIN:
            return await self._asked(registry, image)
        return None

    async def _asked(self, registry: Registry, image: ImageName) -> str | None:
        try:
            found = (await registry.built_from(image)).revision
        except ApiFault as fault:
            if fault.kind != "not_found":
                self.work.summary.left(self.service, fault.upstream, str(fault))
                return None
            found = ""
        self.work.summary.looked["label"] += 1
        self.work.note(Seen(LABEL, str(image)[:_LONGEST_KEY], found or MISSING, self.work.now))
        return found or None
