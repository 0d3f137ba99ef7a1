from collections.abc import Callable
from typing import Any

import pytest

from app.kernel.errors import ConfigErrors
from app.kernel.yaml import load
from app.routing import Rulebook, load_rulebook

PLACES = """\
version: 1
defaults: {fallback: platform}
channels:
  platform: {kind: teams, url_env: TEAMS_PLATFORM_URL, connection: notify}
  security: {kind: teams, url_env: TEAMS_SECURITY_URL}
  payments: {kind: console}
connections:
  notify: {posts: 25, per: 300s, when_full: digest}
purposes:
  deployments: [platform]
  security: [security]
teams:
  payments:
    services: [payments-*, ledger]
    channels: {deployments: {add: [payments]}, security: {replace: [payments]}}
"""

CARDS = ("deployment", "failed", "security", "generic", "unrouted", "minimal")
Load = Callable[..., Rulebook]


def read_book(*texts: str, **names: Any) -> Rulebook:
    documents = [load(text, f"{index:02}.yaml") for index, text in enumerate(texts)]
    given = {
        "cards": CARDS,
        "channel_kinds": ("teams", "teams-workflow", "console"),
        "estate_environments": ("dev", "qa", "prod"),
        "services": ("basket", "checkout", "ledger", "payments-api"),
    }
    return load_rulebook(documents, **(given | names))


@pytest.fixture
def read() -> Load:
    """Reads a rule book from texts; the files are called 00.yaml, 01.yaml, …"""
    return read_book


@pytest.fixture
def with_rules() -> Load:
    """The usual places, with these rules (and other sections) in the second file."""
    return lambda text, **names: read_book(PLACES, text, **names)


@pytest.fixture
def matching() -> Callable[[str], Rulebook]:
    """A rule book of one rule, `it`, with this match."""
    return lambda match: read_book(
        PLACES, f"rules:\n  - name: it\n    match: {match}\n    to: [deployments]\n    card: deployment\n"
    )


@pytest.fixture
def problems() -> Callable[..., list[str]]:
    """What is wrong with a rule in this form; each problem as text."""

    def find(text: str, **names: Any) -> list[str]:
        with pytest.raises(ConfigErrors) as caught:
            read_book(PLACES, text, **names)
        return [str(problem) for problem in caught.value.problems]

    return find
