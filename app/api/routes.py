"""All routes of the API in one place, and what its OpenAPI page says first."""

from fastapi import FastAPI

from app.api import deliveries, errors, events, health, receipts, scans

DESCRIPTION = """
Shipbell takes the webhooks of a delivery chain, loses none, and tells the right people.

Webhooks go to `POST /hooks/{source}` (or `/hooks/{source}/{token}` for a source that cannot sign): answered
202 with `{"receipt": id, "outcome": "accepted|duplicate"}` once they are durable. Everything else here needs a
bearer token of `SHIPBELL_API_TOKENS` with the scope `read`, `operate` or `ingest`.
"""


def install(app: FastAPI) -> None:
    """Add every route and the form of errors."""
    errors.install(app)
    for module in (health, receipts, events, deliveries, scans):
        app.include_router(module.router)
