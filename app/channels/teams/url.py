"""Which URLs are Teams workflows: exactly those, so that a slip in the settings posts nowhere else."""

from collections.abc import Collection

from app.kernel.errors import ConfigError
from app.kernel.target import Target, read_target

_HOST_ENDINGS = (".logic.azure.com", ".environment.api.powerplatform.com")
_PATH_PIECES = ("/workflows/", "/triggers/manual/paths/invoke")
_RETIRED = (".webhook.office.com", "outlook.office.com", "outlook.office365.com")
_RETIRED_TEXT = (
    "Office 365 connectors are off since May 2026: create a Workflow "
    '"When a Teams webhook request is received" and use its URL'
)


def check_url(channel: str, text: str, extra_hosts: Collection[str]) -> None:
    """Raises ConfigError, without the URL in it, unless this is a workflow's URL.

    The forms are those of https://learn.microsoft.com/en-us/connectors/teams; on one of `extra_hosts`
    (a proxy of your own, a test) neither path nor `sig` is asked for.
    """
    try:
        target = read_target(text, extra_hosts)
    except ValueError as error:
        raise ConfigError(f"channel {channel!r}: the Teams URL cannot be used: {error}") from None
    if target.host.endswith(_RETIRED):
        raise ConfigError(f"channel {channel!r}: {_RETIRED_TEXT}")
    problem = "" if target.extra else _problem(target)
    if problem:
        raise ConfigError(f"channel {channel!r}: the Teams URL cannot be used: {problem}")


def _problem(target: Target) -> str:
    if not target.host.endswith(_HOST_ENDINGS):
        known = " or ".join(f"*{ending}" for ending in _HOST_ENDINGS)
        return f"its host is not {known}; name another host:port in SHIPBELL_EXTRA_CHANNEL_HOSTS"
    if not all(piece in target.url.raw_path for piece in _PATH_PIECES):
        return f"its path has to hold {' and '.join(_PATH_PIECES)}"
    if not target.url.query.get("sig"):
        return "its signature (sig=…) is missing: copy the whole URL"
    return ""
