"""What a package URL says of an artifact: https://github.com/package-url/purl-spec"""

from urllib.parse import parse_qs, unquote


def version(purl: str) -> str | None:
    """What a person calls it: the tag, else a version that is no digest."""
    _, at, tag = _pieces(purl)
    return tag or (at if at and ":" not in at else None) or None


def image(purl: str) -> str | None:
    """Of a container image its name with tag and digest; None of anything else."""
    if not purl.startswith(("pkg:oci/", "pkg:docker/")):
        return None
    name, at, tag = _pieces(purl)
    digest = f"@{at}" if ":" in at else ""
    shown = tag or ("" if digest else at)
    return f"{name}{':' + shown if shown else ''}{digest}"


def _pieces(purl: str) -> tuple[str, str, str]:
    """(name, version, tag); what is not there is empty. A repository's URL says more than the name."""
    path, _, query = purl.partition("#")[0].partition("?")
    place, _, at = path.partition("@")
    try:
        said = parse_qs(query, max_num_fields=20)
    except ValueError:
        said = {}
    name = said.get("repository_url", [""])[0] or unquote(place.partition("/")[2])
    return name, unquote(at), said.get("tag", [""])[0]
