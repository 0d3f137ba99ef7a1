"""Any HTTPS endpoint of your own: event, card and summary as JSON, signed by Standard Webhooks."""

import base64
import binascii

from pydantic import Field

from app.channels import Channel, ChannelKind, Tools, UrlSettings, read_kept
from app.channels.webhook.channel import WebhookChannel
from app.kernel.errors import ConfigError
from app.kernel.secrets import Secret, SecretUrl
from app.kernel.target import read_target

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)


class WebhookSettings(UrlSettings):
    """A webhook channel in `rules/channels.yaml`."""

    secret_env: str | None = Field(None, description="name of the setting that holds the signing secret, whsec_…")


def _open(name: str, settings: WebhookSettings, tools: Tools) -> Channel:
    text = read_kept(name, settings.url_env, settings.url_file, tools)
    if text is None:
        raise ConfigError(f"channel {name!r}: {settings.url_env} is not set")
    url = SecretUrl(text)
    try:
        read_target(text, tools.extra_hosts)
    except ValueError as error:
        raise ConfigError(f"channel {name!r}: the URL cannot be used: {error}") from None
    return WebhookChannel(name, url, _key(name, settings.secret_env, tools), tools.post)


def _key(name: str, env: str | None, tools: Tools) -> bytes | None:
    """The secret's bytes: 24 to 64 of them, base64 behind `whsec_` (https://www.standardwebhooks.com)."""
    if env is None:
        return None
    text = read_kept(name, env, None, tools)
    if text is None:
        raise ConfigError(f"channel {name!r}: {env}, its signing secret, is not set")
    Secret(text)  # from here on, logs scrub it
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        raise ConfigError(f"channel {name!r}: {env} is not a Standard Webhooks secret (whsec_ and 24 to 64 bytes)")
    return key


CHANNEL = ChannelKind(name="webhook", title="Webhook", settings=WebhookSettings, open=_open)
