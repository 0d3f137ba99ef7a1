"""Datadog: deployments and failures on its DORA page."""

from app.channels import Channel, ChannelKind, Tools, allowed_url, read_poster
from app.channels.datadog_dora.channel import PATHS, DatadogDora, Settings
from app.events.datadog import address


def _open(name: str, settings: Settings, tools: Tools) -> Channel:
    urls = {path: allowed_url(name, address(settings.site, path), tools) for path in PATHS}
    return DatadogDora(read_poster(name, "DD-API-KEY", settings, tools), urls)


CHANNEL = ChannelKind(name="datadog-dora", title="Datadog DORA", settings=Settings, open=_open)
