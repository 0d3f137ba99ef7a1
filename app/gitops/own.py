"""Which of the images in a place is the service's own; the others are sidecars."""

from collections.abc import Iterable, Sequence

from app.gitops.images import split
from app.gitops.model import Container, Image
from app.gitops.templates import Template
from app.kernel.errors import ConfigError
from app.kernel.globs import compile_glob


def images(containers: Iterable[Container]) -> dict[Image, tuple[str, ...]]:
    """The different images of containers, each with all names that it had, its own first."""
    found: dict[str, tuple[Image, tuple[str, ...]]] = {}
    for container in containers:
        name, tag, digest = split(container.image)
        image = Image(name, tag, digest, container.path, container.line)
        found.setdefault(container.image, (image, (name, *container.before)))
    return dict(found.values())


def own_images(found: dict[Image, tuple[str, ...]], rule: str, parts: dict[str, str]) -> list[Image]:
    """The images that the rule names; without any, the one that stands alone. Raises ConfigError for a wrong rule."""
    text = rule
    for name, value in parts.items():
        text = text.replace("{" + name + "}", value)
    try:
        fits = compile_glob(text.lower())
    except ValueError as error:
        raise ConfigError(f"the rule for a service's own image: {error}") from None
    own = [image for image, names in found.items() if any(fits(_compared(name, rule).lower()) for name in names)]
    if own or len({image.name for image in found}) > 1:
        return own
    return list(found)


def by_service(found: dict[Image, tuple[str, ...]], rule: str) -> dict[str, list[Image]]:
    """Service → its images, where the rule tells the service from the image's name. Raises ConfigError."""
    template = Template(rule)
    services: dict[str, list[Image]] = {}
    for image, names in found.items():
        told: Sequence[str] = [
            parts["service"]
            for name in names
            if (parts := template.parts(_compared(name, rule))) is not None and "service" in parts
        ]
        if told:
            services.setdefault(told[0], []).append(image)
    return services


def _compared(name: str, rule: str) -> str:
    """A rule without a slash speaks of the last part of a name only."""
    return name if "/" in rule else name.rsplit("/", 1)[-1]
