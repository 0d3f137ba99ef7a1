"""Any endpoint that takes CloudEvents: an event as a CDEvent where it has one, else as it is."""

from app.channels import Channel, ChannelKind, SignedSettings, Tools, read_signer, read_url
from app.channels.cloudevents.channel import CloudEventsChannel


def _open(name: str, settings: SignedSettings, tools: Tools) -> Channel:
    return CloudEventsChannel(name, read_url(name, settings, tools), read_signer(name, settings, tools), tools.post)


CHANNEL = ChannelKind(name="cloudevents", title="CloudEvents (CDEvents)", settings=SignedSettings, open=_open)
