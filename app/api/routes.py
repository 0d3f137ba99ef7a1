"""All routes of the API in one place, and what its OpenAPI page says first."""

from fastapi import Depends, FastAPI

from app.api import (
    amends,
    bundles,
    configured,
    deliveries,
    deployments,
    dora,
    dora_reconcile,
    dora_rows,
    dora_teams,
    environments,
    errors,
    events,
    explain,
    gates,
    health,
    hooks,
    incidents,
    preview,
    receipts,
    replay,
    reports,
    scans,
    tests,
    where,
)
from app.api.parameters import known_parameters

DESCRIPTION = """
Shipbell takes the webhooks of a delivery chain, loses none, and tells the right people.

Webhooks go to `POST /hooks/{source}` (or `/hooks/{source}/{token}` for a source that cannot sign): answered
202 with `{"receipt": id, "outcome": "accepted|duplicate"}` once they are durable. Everything under `/api/v1` needs a
bearer token of `SHIPBELL_API_TOKENS` with the scope `read`, `operate` or `ingest`. Errors are problem+json (RFC 9457).

People open `/preview` in a browser: any card on any event, as Teams shows it.

Listings are answered newest first, in pages: give `next` of one as `cursor` of the following one.
"""
TAGS = [
    {"name": "webhooks", "description": "What vendors send."},
    {"name": "security", "description": "Scanners' own files, from a pipeline."},
    {"name": "reports", "description": "What our own callers tell: steps of pipelines, gates."},
    {"name": "receipts", "description": "What came in, and what became of it."},
    {"name": "events", "description": "What happened, in our words, and why somebody was told or not."},
    {"name": "deliveries", "description": "Which card is owed to which channel, and what came of each attempt."},
    {"name": "measures", "description": "What events add up to: numbers, and deployments, environments, tickets."},
    {"name": "gates", "description": "What is asked before a deployment."},
    {"name": "configuration", "description": "What is in force."},
    {"name": "health", "description": "For whoever runs the process; without a token."},
]


def install(app: FastAPI) -> None:
    """Add every route and the form of errors."""
    errors.install(app)
    news = (receipts, replay, events, explain, deliveries, bundles, amends)
    numbers = (dora, dora_reconcile, dora_teams, dora_rows, deployments, environments, where)
    for module in (hooks, preview, health):
        app.include_router(module.router)
    for module in (scans, tests, reports, incidents, gates, *news, *numbers, configured):
        app.include_router(module.router, dependencies=[Depends(known_parameters)])
