"""Datadog: counts and durations as points of metrics."""

from app.channels import Channel, ChannelKind, Tools, allowed_url, read_poster
from app.channels.datadog_metrics.channel import PATHS, DatadogMetrics, Settings
from app.events.datadog import address


def _open(name: str, settings: Settings, tools: Tools) -> Channel:
    urls = {path: allowed_url(name, address(settings.site, path), tools) for path in PATHS}
    return DatadogMetrics(read_poster(name, "DD-API-KEY", settings, tools), urls)


CHANNEL = ChannelKind(name="datadog-metrics", title="Datadog metrics", settings=Settings, open=_open)
