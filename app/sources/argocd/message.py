"""The state of one application, in the shape of our ConfigMap's body (`shipbell.argocd/v1`): the part that we use."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.kernel.text import clean

T = TypeVar("T")


def _nothing_is_empty(value: Any) -> Any:
    return [] if value is None else value


def _nothing_is_blank(value: Any) -> Any:
    return {} if value is None else value


Many = Annotated[list[T], BeforeValidator(_nothing_is_empty)]
"""A list; Go writes null for one that is empty."""
Texts = Annotated[Many[str], AfterValidator(lambda texts: [text for text in texts if text])]
"""A list of texts without the empty ones."""
Maybe = Annotated[T, BeforeValidator(_nothing_is_blank)]
"""An object that may be null."""


class Shape(BaseModel):
    """A piece of the body: camel case outside, what we do not use is passed over."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, defer_build=True
    )


class Installation(Shape):
    """Which Argo CD it is."""

    url: str | None = None
    instance: str | None = None


class Origin(Shape):
    """One of the places that the manifests come from."""

    path: str | None = None
    target_revision: str | None = None
    chart: str | None = None


class Destination(Shape):
    """Where the application runs: `name` or `server` says the cluster."""

    name: str | None = None
    server: str | None = None
    namespace: str | None = None


class Application(Shape):
    """Who the application is."""

    name: Annotated[str, Field(min_length=1, max_length=253)]
    namespace: str | None = None
    uid: str | None = None
    labels: Maybe[dict[str, str]] = {}
    deletion_timestamp: str | None = None
    destination: Maybe[Destination] = Destination()
    sources: Many[Origin] = []

    @property
    def key(self) -> str:
        """What tells it from all other applications of one Argo CD, for as long as it lives."""
        return clean(self.uid or f"{self.namespace or ''}/{self.name}", 100)


class Initiator(Shape):
    """Who began an operation: a person, or Argo CD by itself."""

    username: str | None = None
    automated: bool | None = None


class FailedPiece(Shape):
    """A resource or hook that failed."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    status: str | None = None
    hook_phase: str | None = None
    message: str | None = None


class Operation(Shape):
    """The newest operation; `revision` is what was synced, `requested_revision` what was asked for."""

    phase: str | None = None
    message: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    retry_count: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    initiated_by: Initiator | None = None
    dry_run: bool | None = None
    partial: bool | None = None
    requested_revision: str | None = None
    requested_revisions: Texts = []
    revision: str | None = None
    revisions: Texts = []
    images: Texts = []
    failed_resources: Many[FailedPiece] = []


class Entry(Shape):
    """One line of the history: a whole sync that succeeded. Argo CD says no `images`; the collector looks them up."""

    revision: str | None = None
    revisions: Texts = []
    deploy_started_at: str | None = None
    deployed_at: str | None = None
    initiated_by: Initiator | None = None
    images: Texts = []


class Health(Shape):
    """How the application is; `last_transition_time` is missing before Argo CD 2.14."""

    status: str | None = None
    message: str | None = None
    last_transition_time: str | None = None


class Message(Shape):
    """All that one notification says. `images` are those that run now; `hydrated_from` is the unhydrated commit."""

    trigger: str | None = None
    argocd: Maybe[Installation] = Installation()
    app: Application
    health: Maybe[Health] = Health()
    operation: Maybe[Operation] = Operation()
    operation_pending: bool | None = None
    images: Texts = []
    history: Many[Entry] = []
    reconciled_at: str | None = None
    hydrated_from: str | None = None
