"""What was deployed as a package URL (https://github.com/package-url/purl-spec): CDEvents know artifacts by it."""

from urllib.parse import quote

from app.events.cdevents.names import View, named, part


def artifact(view: View) -> str | None:
    """The image, else our service at its version or commit; None when neither is known."""
    version, images = view.get("version"), view.get("images") or ()
    if images:
        tagged = [image for image in images if version and _pieces(image)[2] == version]
        return image_purl((tagged or images)[0])
    service, version = named(view, "service"), version or part(view, "commit").get("sha")
    return f"pkg:generic/{quote(service['id'], safe='')}@{quote(version, safe='')}" if service and version else None


def image_purl(image: str) -> str:
    """`registry.example.com/acme/checkout:1.43.0@sha256:…` as `pkg:oci/checkout@sha256%3A…?repository_url=…&tag=…`.

    The name is the last part of the path, the version a digest and never a tag:
    https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md
    """
    path, name, tag, digest = _pieces(image)
    at = f"@{quote(digest, safe='')}" if digest else ""
    qualifiers = {"repository_url": f"{path}/{name}" if path else "", "tag": tag}
    said = "&".join(f"{key}={quote(value, safe='/')}" for key, value in qualifiers.items() if value)
    return f"pkg:oci/{quote(name.lower(), safe='')}{at}" + (f"?{said}" if said else "")


def _pieces(image: str) -> tuple[str, str, str, str]:
    """(path before the name, name, tag, digest); what is not there is empty."""
    place, _, digest = image.partition("@")
    path, _, last = place.rpartition("/")
    name, _, tag = last.partition(":")
    return path, name, tag, digest
