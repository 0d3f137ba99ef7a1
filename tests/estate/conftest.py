"""A small estate, and the making of events from drafts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.estate import Estate, load_estate
from app.events import Draft, Envelope, Hints
from app.kernel import yaml
from app.kernel.clock import to_us

RECEIVED = to_us(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))

TEXT = """
environments:
  dev: {tier: development, aliases: [development]}
  prod: {tier: production, aliases: [live], clusters: [eu-main]}
  feature: {tier: feature, aliases: ["pr-*"], branches: ["feature/*"]}
services:
  checkout: {team: payments, pod: buy, repositories: [acme/checkout], applications: ["shop-till-*"]}
  payments: {team: money}
  payments-api: {team: money, aliases: [pay]}
names:
  application: ["{service}-{environment}", "*-{service}-{environment}"]
  path: ["*/overlays/{environment}"]
  repository: ["*/{service}"]
tickets: {projects: [SHOP, PAY], url: "https://acme.example.com/browse/{key}"}
labels:
  keep: [version]
  service: [part-of]
  environment: stage
  owner: {team: squad}
"""


def estate_of(*texts: str) -> Estate:
    """The estate of these files."""
    return load_estate([yaml.load(text, f"rules/{index}.yaml") for index, text in enumerate(texts)])


@pytest.fixture(scope="session")
def estate() -> Estate:
    return estate_of(TEXT)


Make = Callable[..., Envelope]


@pytest.fixture
def make(estate: Estate) -> Make:
    def _make(
        service: tuple[tuple[str, str], ...] = (),
        environment: tuple[tuple[str, str], ...] = (),
        labels: dict[str, str] | None = None,
        received_at: int = RECEIVED,
        receipt: str = "r1",
        **draft: Any,
    ) -> Envelope:
        news = {
            "type": "deployment.finished",
            "subject": "deployment:x",
            "identity": "x",
            "status": "succeeded",
            "occurred_at": datetime(2026, 11, 22, 9, 59, tzinfo=UTC),
            "hints": Hints(service, environment, labels or {}),
        }
        return estate.event(Draft(**(news | draft)), source="argocd", receipt=receipt, received_at=received_at)

    return _make
