"""A whole Application, as `{{toJson .app}}` prints it, read as the state that our own template would have sent.

https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/templates/
"""

from pydantic import Field

from app.sources.argocd.message import (
    Application,
    Destination,
    Entry,
    FailedPiece,
    Health,
    Initiator,
    Installation,
    Many,
    Maybe,
    Message,
    Operation,
    Origin,
    Shape,
    Texts,
)

_FAILED_HOOK = frozenset({"Failed", "Error"})


class Metadata(Shape):
    """Of the Application object."""

    name: str = Field(min_length=1, max_length=253)
    namespace: str | None = None
    uid: str | None = None
    labels: Maybe[dict[str, str]] = {}
    deletion_timestamp: str | None = None


class Spec(Shape):
    """What is wanted: `source`, or `sources` where there are several."""

    destination: Maybe[Destination] = Destination()
    source: Origin | None = None
    sources: Many[Origin] = []


class Sync(Shape):
    """What was asked for; `resources` are named when only a part is synced."""

    dry_run: bool | None = None
    resources: Many[object] = []
    revision: str | None = None
    revisions: Texts = []


class Requested(Shape):
    """The operation as it was ordered."""

    initiated_by: Initiator | None = None
    sync: Maybe[Sync] = Sync()


class Piece(FailedPiece):
    """The result of one resource; its `images` since Argo CD 3.1."""

    images: Texts = []

    @property
    def failed(self) -> bool:
        return self.status == "SyncFailed" or self.hook_phase in _FAILED_HOOK


class Result(Shape):
    """What the sync did."""

    revision: str | None = None
    revisions: Texts = []
    resources: Many[Piece] = []


class OperationState(Shape):
    """The newest operation."""

    phase: str | None = None
    message: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    retry_count: int | None = Field(None, ge=0, le=1_000_000)
    operation: Maybe[Requested] = Requested()
    sync_result: Maybe[Result] = Result()


class Summary(Shape):
    """Of the live resources."""

    images: Texts = []


class Hydrated(Shape):
    """The last commit that the source hydrator has rendered."""

    dry_sha: str | None = Field(None, alias="drySHA")


class Hydrator(Shape):
    """The source hydrator's state."""

    last_successful_operation: Maybe[Hydrated] = Hydrated()


class Status(Shape):
    """What Argo CD knows of the application."""

    operation_state: Maybe[OperationState] = OperationState()
    health: Maybe[Health] = Health()
    history: Many[Entry] = []
    summary: Maybe[Summary] = Summary()
    reconciled_at: str | None = None
    source_hydrator: Maybe[Hydrator] = Hydrator()


class Stock(Shape):
    """The Application object. A top-level `operation` is one that waits or runs."""

    metadata: Metadata
    spec: Maybe[Spec] = Spec()
    status: Maybe[Status] = Status()
    operation: dict[str, object] | None = None


def as_message(stock: Stock, trigger: str | None, argocd: Installation) -> Message:
    """The state that our own template would have sent of this Application."""
    meta, spec, status = stock.metadata, stock.spec, stock.status
    return Message(
        trigger=trigger,
        argocd=argocd,
        app=Application(
            name=meta.name,
            namespace=meta.namespace,
            uid=meta.uid,
            labels=meta.labels,
            deletion_timestamp=meta.deletion_timestamp,
            destination=spec.destination,
            sources=spec.sources or ([spec.source] if spec.source else []),
        ),
        health=status.health,
        operation=_operation(status.operation_state),
        operation_pending=bool(stock.operation),
        images=status.summary.images,
        history=status.history,
        reconciled_at=status.reconciled_at,
        hydrated_from=status.source_hydrator.last_successful_operation.dry_sha,
    )


def _operation(state: OperationState) -> Operation:
    wanted, result = state.operation.sync, state.sync_result
    return Operation(
        phase=state.phase,
        message=state.message,
        started_at=state.started_at,
        finished_at=state.finished_at,
        retry_count=state.retry_count,
        initiated_by=state.operation.initiated_by,
        dry_run=wanted.dry_run,
        partial=bool(wanted.resources),
        requested_revision=wanted.revision,
        requested_revisions=wanted.revisions,
        revision=result.revision,
        revisions=result.revisions,
        images=list(dict.fromkeys(image for piece in result.resources for image in piece.images)),
        failed_resources=[piece for piece in result.resources if piece.failed],
    )
