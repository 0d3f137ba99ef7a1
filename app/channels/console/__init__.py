"""Prints cards as text: for a first run, for development, and for a log that people read."""

from app.channels import Channel, ChannelKind, ChannelSettings, Printer, Tools


def _open(name: str, settings: ChannelSettings, tools: Tools) -> Channel:
    return Printer(name, tools.write)


CHANNEL = ChannelKind(name="console", title="Console", settings=ChannelSettings, open=_open)
