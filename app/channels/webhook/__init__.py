"""Any HTTPS endpoint of your own: event, card and summary as JSON, signed by Standard Webhooks."""

from app.channels import Channel, ChannelKind, SignedSettings, Tools, read_signer, read_url
from app.channels.webhook.channel import WebhookChannel


def _open(name: str, settings: SignedSettings, tools: Tools) -> Channel:
    return WebhookChannel(name, read_url(name, settings, tools), read_signer(name, settings, tools), tools.post)


CHANNEL = ChannelKind(name="webhook", title="Webhook", settings=SignedSettings, open=_open)
