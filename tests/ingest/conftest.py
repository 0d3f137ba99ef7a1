from collections.abc import Callable, Iterator

import pytest

from app.estate import load_estate
from app.ingest import consumer as consuming
from app.ingest.process import Book
from app.kernel.clock import DAY
from app.kernel.yaml import load
from app.routing import load_rulebook
from tests.tools.sqs import ENVIRON, Sqs, serving

ESTATE = """\
services: {checkout: {}, ledger: {}}
environments: {dev: {tier: development}, prod: {tier: production}}
"""
PLACES = """\
version: 1
channels:
  platform: {kind: console, alerts_to: phone}
  phone: {kind: webhook}
  payments: {kind: console}
purposes: {deployments: [platform], operations: [payments]}
"""


def make_book(rules: str) -> Book:
    """A book of these rules, over a small estate."""
    estate = load_estate([load(ESTATE, "estate.yaml")])
    book = load_rulebook(
        [load(PLACES, "places.yaml"), load(rules, "rules.yaml")],
        cards=("deployment", "generic", "digest", "weekly", "unrouted", "minimal"),
        channel_kinds=("console", "webhook"),
        estate_environments=estate.environments,
        services=estate.services,
    )
    return Book(estate, book, lambda _: DAY)


@pytest.fixture
def book() -> Callable[[str], Book]:
    return make_book


@pytest.fixture(scope="module")
def sqs() -> Iterator[Sqs]:
    with serving() as server:
        yield server


@pytest.fixture
def queue(sqs: Sqs, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(consuming, "PAUSES", (0.01,) * 6)
    monkeypatch.setattr(consuming, "LAST_LOOK_SECONDS", 0)
    return sqs.queue()
