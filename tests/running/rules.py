"""Rule folders: the shipped one, and a small one in which every build goes to one sink at full speed."""

import os
import shutil
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "rules"

OWN_NEWS = """\
  - name: own-news
    match: {type: [shipbell.channel_broken, shipbell.channel_mended, shipbell.rules_reloaded, shipbell.rules_rejected]}
    drop: true
"""
ONE_SINK = f"""\
version: 1
channels:
  sink: {{kind: webhook, url_env: SINK_URL, concurrency: 8}}
purposes: {{everything: [sink]}}
defaults: {{timezone: UTC, fallback: sink}}
rules:
  - name: builds
    match: {{type: pipeline.finished}}
    to: [everything]
    card: pipeline
{OWN_NEWS}"""
"""Every event of others is a delivery of its own: nothing is held back as known news, no budget slows it down."""

ESTATE = """\
version: 1
environments:
  prod: {tier: production}
services:
  checkout: {team: storefront, repositories: [acme/checkout]}
"""


def shipped_rules(folder: Path) -> Path:
    """A copy of the shipped rules."""
    shutil.copytree(SHIPPED, folder)
    return folder


def sink_rules(folder: Path, text: str = ONE_SINK) -> Path:
    """A rule folder with these routes, a small estate and two of the shipped cards: it is read in no time."""
    (folder / "cards").mkdir(parents=True)
    for card in ("pipeline.yaml", "unrouted.yaml"):
        shutil.copy(SHIPPED / "cards" / card, folder / "cards")
    rewrite(folder / "estate.yaml", ESTATE)
    rewrite(folder / "routes.yaml", text)
    return folder


def rewrite(path: Path, text: str) -> None:
    """Replace a file at once, as an editor or a mounted ConfigMap does: nobody reads half of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
