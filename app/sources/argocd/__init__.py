"""Argo CD: what its notifications controller sends about an application, told as deployments and health."""

from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.argocd.health import health_drafts
from app.sources.argocd.message import Message
from app.sources.argocd.reading import read, read_state
from app.sources.argocd.rollouts import rollout_drafts, why_no_rollout


def parse(inbound: Inbound) -> Parsed:
    """Every deployment and the health that the message knows of; what was told before has the same identity.

    Raises BadPayload for anything but our own body or a whole Application.
    """
    message = read(inbound.body)
    if message.trigger == "sync-unknown":
        return Ignored("sync_unknown")
    if message.trigger == "deleted" or message.app.deletion_timestamp:
        return Ignored("application_deleted")
    return [*rollout_drafts(message), *health_drafts(message)] or Ignored(why_no_rollout(message))


def dedupe(inbound: Inbound) -> str | None:
    """The state that the message tells, for our own body; anything else is named by its hash.

    Argo CD sends twice when it falls over between sending and noting that it did, and the second body may differ
    in what is no news (when it last reconciled).
    """
    try:
        message = read_state(inbound.body)
    except BadPayload:
        return None
    return derived_id(*_news(message)) if message else None


def _news(message: Message) -> list[str | int | None]:
    operation, health = message.operation, message.health
    # Without the time of the change a message sent for it is told apart by when Argo CD looked.
    looked = message.reconciled_at if message.trigger == "health" else None
    last = message.history[-1] if message.history else None
    return [
        message.argocd.instance,
        message.app.key,
        message.trigger,
        message.app.deletion_timestamp,
        operation.phase,
        operation.started_at,
        operation.finished_at,
        int(bool(message.operation_pending)),
        health.status,
        health.last_transition_time or looked,
        last.deployed_at if last else None,
    ]


SOURCE = Source(
    name="argocd",
    title="Argo CD",
    scheme=BearerToken(),
    parse=parse,
    dedupe=dedupe,
    types=frozenset({"deployment.started", "deployment.finished", "deployment.health_changed"}),
)
