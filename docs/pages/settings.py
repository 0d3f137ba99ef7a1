"""The page of settings: every SHIPBELL_ variable, and the secrets of the sources."""

from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

import app.sources
from app.clients.upstreams import TokenEntry
from app.config.names import REMOTE, secret_name
from app.config.settings import PREFIX, Duration, Settings
from app.kernel.discover import rooms
from docs.pages.markdown import code, first_line, table

ORIGIN = "app/config/"

_INTRO = """# Settings

Settings are environment variables, or lines of a `.env` in the working folder (variables win). Each has a `_FILE`
twin that names a file which holds the value: `SHIPBELL_API_TOKENS_FILE=/run/secrets/tokens`. Giving both is an
error, and so is a value that does not fit: the service does not start, and says which variable it is, never its
value.

Durations are written `90s`, `10m`, `24h`, `30d`. Lists are separated by spaces, commas or new lines.
"""

_SECRETS = """## Secrets of sources

A source has a door only when it has a secret. Several secrets, separated by spaces or new lines, are all valid, so
that one can be [changed without a gap](../how-to/rotate-a-secret.md). `auth:none` instead of a secret lets
everybody in. An empty value is an error. The first run on a loopback address writes random ones into `.env`.
"""

_OTHERS = """## Channels

A channel's URL is a secret and never stands in the rules. The rules name the variable that holds it
(`url_env: TEAMS_PLATFORM_URL`), and you choose its name. It has a `_FILE` twin like every setting.

## Upstreams

The tokens of what the collector and the gates ask are secrets, too. The section `upstreams` of the rules names the
variables (`token_env`); where it does not, they are these, and by custom `SHIPBELL_GITOPS_TOKEN` for the repository and
`SHIPBELL_REGISTRY_TOKEN` for a registry of images.
"""

_REMOTE = """## The command line

Commands that speak to a running service read the settings above and these two:
"""

_TESTS = """## The tests

`SHIPBELL_SAMPLES` names a folder of captured messages, in subfolders by source: the conformance tests run over
them, too. Put your own there before an update, and you see whether they are still read.
"""


def pages() -> dict[str, str]:
    """`settings.md`."""
    rows = [
        (code(PREFIX + name.upper()), code(_default(field)), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    secrets = [
        (code(secret_name(name)), source.title)
        for source in rooms(app.sources, "SOURCE").values()
        if source.door == "hook"
        for name in (source.name, *source.aliases)
    ]
    parts = [
        _INTRO,
        table(["variable", "default", "meaning"], rows),
        _SECRETS,
        table(["variable", "source"], secrets),
        _OTHERS,
        table(["variable", "token of"], _tokens()),
        _REMOTE,
        table(["variable", "meaning"], [(code(name), text) for name, text in REMOTE.items()]),
        _TESTS,
    ]
    return {"settings.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def _tokens() -> list[tuple[str, str]]:
    """The variables of tokens that need not be named."""
    return [(code(entry.model_fields["token_env"].default), first_line(entry)) for entry in get_args(TokenEntry)]


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if get_args(Duration)[1] in field.metadata:
        return _duration(timedelta(microseconds=value))
    if isinstance(value, tuple):
        return " ".join(value)
    return value.as_posix() if isinstance(value, Path) else str(value)


def _duration(span: timedelta) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if span and not span.total_seconds() % size:
            return f"{span.total_seconds() / size:.0f}{unit}"
    return f"{span.total_seconds():.0f}s"
