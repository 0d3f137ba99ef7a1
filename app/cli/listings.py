"""`shipbell receipts`, `events`, `deliveries`, `bundles`: what came in, what it meant, and where it went."""

from typing import Annotated, Any

import typer

from app.cli.output import AsJson, print_json, print_rows
from app.cli.owners import OfArea, OfComponent, OfPlatform, OfPod, OfTeam
from app.cli.remote import Service, segment

Limit = Annotated[int, typer.Option(help="How many to show.", min=1, max=500)]
Since = Annotated[str | None, typer.Option(help="Only from this time on, ISO 8601.")]

receipts_cli = typer.Typer(help="Receipts: every request that came in, and what became of it.", no_args_is_help=True)
events_cli = typer.Typer(help="Events: what happened, in our words.", no_args_is_help=True)
deliveries_cli = typer.Typer(help="Deliveries: which card went, or goes, to which channel.", no_args_is_help=True)
bundles_cli = typer.Typer(help="Bundles: cards that wait to be told together, and until when.", no_args_is_help=True)

_RECEIPTS = {
    "received": "received_at",
    "id": "id",
    "source": "source",
    "state": "state",
    "reason": "reason",
    "events": "events",
}
_EVENTS = {"occurred": "occurred_at", "type": "type", "status": "status", "service": "service",
           "environment": "environment", "version": "version", "source": "source", "id": "id"}  # fmt: skip
_DELIVERIES = {"created": "created_at", "id": "id", "ref": "ref", "channel": "channel", "card": "card", "rule": "rule",
               "state": "state", "reason": "reason", "attempts": "attempts", "event": "event"}  # fmt: skip

_BUNDLES = {"id": "id", "channel": "channel", "how": "how", "by": "by", "state": "state", "cards": "items",
            "due": "due_at", "closed": "closed_at", "delivery": "delivery"}  # fmt: skip


def _show(answer: dict[str, Any], columns: dict[str, str], as_json: bool, empty: str) -> None:
    if as_json:
        print_json(answer)
    else:
        print_rows(answer["items"], columns, empty=empty)


@receipts_cli.command("list")
def receipts_list(
    source: str | None = None, state: str | None = None, since: Since = None, limit: Limit = 20, as_json: AsJson = False
) -> None:
    """Receipts, newest first. Example: shipbell receipts list --state quarantined."""
    answer = Service().get("/api/v1/receipts", source=source, state=state, since=since, limit=limit)
    _show(answer, _RECEIPTS, as_json, "No receipt fits.")


@receipts_cli.command("show")
def receipts_show(receipt: str) -> None:
    """One receipt with its kept headers, as JSON. Example: shipbell receipts show 019ad3c0a1b27c3d8e4f5a6b7c8d9e0f."""
    print_json(Service().get(f"/api/v1/receipts/{segment(receipt)}"))


@events_cli.command("list")
def events_list(
    source: str | None = None,
    type: Annotated[str | None, typer.Option("--type")] = None,  # noqa: A002  the public contract's name
    service: str | None = None,
    environment: str | None = None,
    status: str | None = None,
    team: OfTeam = None,
    business_area: OfArea = None,
    pod: OfPod = None,
    component: OfComponent = None,
    platform: OfPlatform = None,
    since: Since = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Events, newest first. Example: shipbell events list --type deployment.finished --environment prod."""
    answer = Service().get(
        "/api/v1/events", source=source, type=type, service=service, environment=environment, status=status,
        team=team, business_area=business_area, pod=pod, component=component, platform=platform, since=since,
        limit=limit,
    )  # fmt: skip
    _show(answer, _EVENTS, as_json, "No event fits.")
    for item in answer["items"] if not as_json else ():
        if "remedy" in item:
            typer.echo(f"unmapped: {item['id']}: add to rules/estate.yaml:\n  " + item["remedy"].replace("\n", "\n  "))


@events_cli.command("show")
def events_show(event: str) -> None:
    """One event and what the rules decided, as JSON. Example: shipbell events show a68738204542ad6f3d78e465ea9cd6dd."""
    print_json(Service().get(f"/api/v1/events/{segment(event)}"))


@deliveries_cli.command("list")
def deliveries_list(
    event: str | None = None,
    channel: str | None = None,
    state: Annotated[str | None, typer.Option(help="pending, inflight, delivered, dead or cancelled.")] = None,
    ref: Annotated[str | None, typer.Option(help="What a card's footer says.")] = None,
    since: Since = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Deliveries, newest first. Example: shipbell deliveries list --state dead."""
    answer = Service().get(
        "/api/v1/deliveries", event=event, channel=channel, state=state, ref=ref, since=since, limit=limit
    )
    _show(answer, _DELIVERIES, as_json, "No delivery fits.")


@deliveries_cli.command("show")
def deliveries_show(delivery: int) -> None:
    """One delivery with every attempt, as JSON. Example: shipbell deliveries show 42."""
    print_json(Service().get(f"/api/v1/deliveries/{delivery}"))


@deliveries_cli.command("retry")
def deliveries_retry(
    delivery: int,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Owe a dead letter's card once more. Example: shipbell deliveries retry 42 --reason 'the flow is back'."""
    row = Service().post(f"/api/v1/deliveries/{delivery}/retry", {"reason": reason})
    _show({"items": [row]}, _DELIVERIES, as_json, "")


@bundles_cli.command("list")
def bundles_list(
    channel: str | None = None,
    state: Annotated[str | None, typer.Option(help="open or closed.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Bundles, newest first. Example: shipbell bundles list --state open."""
    _show(Service().get("/api/v1/bundles", channel=channel, state=state, limit=limit), _BUNDLES, as_json, "None fits.")
