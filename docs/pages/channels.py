"""The page of channel kinds: what every channel may say, and each kind's settings and README."""

import app.channels
from app.channels import ChannelKind, ChannelSettings
from app.kernel.discover import rooms
from docs.pages.markdown import code, codes, model_table, table
from docs.pages.rooms import below, readme

ORIGIN = "app/channels/"

_INTRO = """# Channels

A channel is a named place that messages go to, in `channels:` of the rule book; its kind says how. To add a kind:
[CONTRIBUTING.md](../contributing.md).
"""


def pages() -> dict[str, str]:
    """`channels.md`."""
    kinds = rooms(app.channels, "CHANNEL")
    rows = [(code(name), kind.title, codes(kind.aliases)) for name, kind in kinds.items()]
    parts = [
        _INTRO,
        table(["kind", "what it is", "other names"], rows),
        "## What every channel may say",
        model_table(ChannelSettings),
        *(_kind(kind) for kind in kinds.values()),
    ]
    return {"channels.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def _kind(kind: ChannelKind) -> str:
    text = below(readme(f"app.channels.{kind.name.replace('-', '_')}"))
    return f"{text.rstrip()}\n\n### Every setting of a `{kind.name}` channel\n\n{model_table(kind.settings)}"
