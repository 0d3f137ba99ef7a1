"""Datadog: every event with its card in words."""

from app.channels import Channel, ChannelKind, Tools, allowed_url, read_poster
from app.channels.datadog_events.channel import PATHS, DatadogEvents, Settings
from app.events.datadog import address


def _open(name: str, settings: Settings, tools: Tools) -> Channel:
    urls = {path: allowed_url(name, address(settings.site, path), tools) for path in PATHS}
    return DatadogEvents(read_poster(name, "DD-API-KEY", settings, tools), urls)


CHANNEL = ChannelKind(name="datadog-events", title="Datadog events", settings=Settings, open=_open)
