"""Microsoft Teams, by a Power Automate workflow "When a Teams webhook request is received"."""

import re

from pydantic import Field, field_validator

from app.channels import Channel, ChannelKind, Printer, Tools, UrlSettings, read_kept
from app.channels.teams.channel import TeamsChannel
from app.channels.teams.url import check_url
from app.kernel.errors import ConfigError
from app.kernel.secrets import Secret, SecretUrl
from app.kernel.variables import Variable

_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}")
_VALUE = re.compile(r"[ -~]+")
# With the trigger "Anyone" a request that carries Authorization fails; the others belong to the connection.
_NOT_OURS = frozenset(["authorization", "host", "content-type", "content-length", "transfer-encoding", "connection"])


class TeamsSettings(UrlSettings):
    """A Teams channel in `rules/channels.yaml`."""

    headers_env: dict[str, Variable] = Field(
        {}, description="further headers: name of the header → name of the setting that holds its value"
    )

    @field_validator("headers_env")
    @classmethod
    def _sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for header in value:
            if not _TOKEN.fullmatch(header) or header.lower() in _NOT_OURS:
                raise ValueError(f"the header {header!r} cannot be set")
        return value


def _open(name: str, settings: TeamsSettings, tools: Tools) -> Channel:
    text = read_kept(name, settings.url_env, settings.url_file, tools)
    if text is None:
        tools.write(f"channel {name}: {settings.url_env} is not set, so its cards are printed here\n")
        return Printer(name, tools.write)
    url = SecretUrl(text)
    check_url(name, text, tools.extra_hosts)
    return TeamsChannel(name, url, _headers(name, settings, tools), tools.post)


def _headers(name: str, settings: TeamsSettings, tools: Tools) -> dict[str, Secret]:
    headers = {}
    for header, env in settings.headers_env.items():
        value = read_kept(name, env, None, tools)
        if value is None:
            raise ConfigError(f"channel {name!r}: {env}, the value of its header {header}, is not set")
        headers[header] = Secret(value)
        if not _VALUE.fullmatch(value):
            raise ConfigError(f"channel {name!r}: {env}, the value of its header {header}, is not printable ASCII")
    return headers


CHANNEL = ChannelKind(
    name="teams",
    title="Microsoft Teams (Workflows)",
    settings=TeamsSettings,
    open=_open,
    aliases=("teams-workflow",),
)
