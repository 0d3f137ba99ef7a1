"""The section `upstreams` of the rules: the GitOps repository and the APIs that the collector and the gates ask.

Secrets never stand there: `token_env` names the variable (or its `_FILE` twin) that holds one.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.kernel.durations import parse_duration
from app.kernel.errors import ConfigErrors
from app.kernel.variables import Variable
from app.kernel.yaml import Document

SECTIONS = frozenset({"upstreams", "collect"})
"""The top-level keys of rules files that are read here."""


def _url(text: str) -> str:
    return text.rstrip("/")


def _duration(text: object) -> object:
    return parse_duration(text) if isinstance(text, str) else text


Url = Annotated[str, Field(pattern=r"^https?://[^\s@]+$", max_length=500), AfterValidator(_url)]
"""The base of an API. Never holds a password."""
Duration = Annotated[int, BeforeValidator(_duration), Field(gt=0)]
"""Written as `5m`, kept in µs."""


class Entry(BaseModel):
    """A closed, frozen piece of the section."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GitOpsEntry(Entry):
    """The repository that says what is desired, and how it is laid out."""

    repository: str = Field(description="https or ssh URL, without a password", max_length=500)
    user: str = Field("x-token-auth", description="of the token; `x-token-auth` for Bitbucket's access tokens")
    token_env: Variable | None = Field(None, description="variable that holds the token")
    mode: Literal["folders", "branch-per-env"] = "folders"
    branch: str = Field("main", description="of the folders; with `branch-per-env` a template with {env}")
    path: str = Field(
        "applications/{service}/overlays/{env}/kustomization.yaml",
        description="of an overlay's kustomization; {service}, {env} and {cluster} are named parts, * is any name",
    )
    applications: str = Field(
        "", description="files with Argo CD's Applications, whose own images go before the overlay's; * and ** as above"
    )
    application: str = Field(
        "", description="name of the Application of an overlay with several `.argocd-source-…` files: `{service}-{env}`"
    )
    overrides: dict[str, dict[str, str]] = Field({}, description="service → environment → path, where it is another")
    image: str = Field("{service}", description="last part of the name of the service's own image; a glob")
    tag: tuple[str, ...] = Field(
        ("^(?P<sha>[0-9a-f]{7,40})$", "[-_.](?P<sha>[0-9a-f]{7,40})$"),
        description="regular expressions that find the commit (`sha`) in an image tag",
    )


class BitbucketEntry(Entry):
    """Bitbucket Cloud's REST API."""

    url: Url = "https://api.bitbucket.org/2.0"
    workspace: str | None = Field(None, description="of repositories that the estate names without one")
    user: str | None = Field(None, description="e-mail address of an API token; absent for an access token")
    token_env: Variable = Field("SHIPBELL_BITBUCKET_TOKEN", description="variable that holds the token")
    requests_per_hour: int = Field(1_000, gt=0)


class JiraEntry(Entry):
    """Jira's REST API."""

    url: Url = Field(description="the site, or https://api.atlassian.com/ex/jira/{cloudId} for scoped tokens")
    site: Url | None = Field(None, description="where people click, if it is not `url`")
    user: str | None = Field(None, description="e-mail address of an API token; absent for a personal access token")
    token_env: Variable = Field("SHIPBELL_JIRA_TOKEN", description="variable that holds the token")
    edition: Literal["cloud", "datacenter"] = "cloud"


class ArgoCDEntry(Entry):
    """One Argo CD, by the name under which its notifications come (`instance`)."""

    url: Url
    token_env: Variable = Field("SHIPBELL_ARGOCD_TOKEN", description="variable that holds the token")
    projects: tuple[str, ...] = ()
    selector: str | None = Field(None, description="labels of the applications to look at")


class RegistryEntry(Entry):
    """A registry of images, by its host, asked for the commit that an image's labels name."""

    url: Url | None = Field(None, description="https:// and the host, unless said otherwise")
    user: str | None = Field(None, description="of the token; without one it goes as a bearer token")
    token_env: Variable | None = Field(None, description="variable that holds the token; without it anybody may read")
    tokens_at: Url | None = Field(None, description="where it hands out tokens, if that is another host")
    storage: tuple[str, ...] = Field((), description="private `host:port`s to which it may send us for a document")


URGENT = "priority: P1 OR priority: P2"
"""Which alerts are read as incidents, if nothing else is said: few hooks tell all of them."""


class JsmEntry(Entry):
    """JSM Operations: alerts, as its webhooks tell them."""

    url: Url = Field(description="https://api.atlassian.com/jsm/ops/api/{cloudId}")
    user: str | None = Field(None, description="e-mail address of the API token; absent for an OAuth token")
    token_env: Variable = Field("SHIPBELL_JSM_TOKEN", description="variable that holds the token")
    query: str = Field(URGENT, description="of the alerts to read, in the words of their search; empty for all")
    link: str | None = Field(None, pattern="^https://", description="where an alert is seen, with {alertId}")


class OpsgenieEntry(Entry):
    """Opsgenie: alerts, as its webhooks tell them, or incidents, of which no webhook tells."""

    url: Url = Field("https://api.opsgenie.com", description="https://api.eu.opsgenie.com in Europe")
    token_env: Variable = Field("SHIPBELL_OPSGENIE_TOKEN", description="variable that holds the API key")
    query: str = Field(URGENT, description="of the alerts to read, in the words of their search; empty for all")
    link: str | None = Field(
        "https://app.opsgenie.com/alert/V2#/show/{alertId}",
        pattern="^https://",
        description="where an alert is seen, with {alertId}",
    )
    reads: Literal["alerts", "incidents"] = Field("alerts", description="what counts as an incident")


class PagerDutyEntry(Entry):
    """PagerDuty's REST API."""

    url: Url = Field("https://api.pagerduty.com", description="https://api.eu.pagerduty.com in Europe")
    token_env: Variable = Field("SHIPBELL_PAGERDUTY_TOKEN", description="variable that holds the API key")
    teams: tuple[str, ...] = Field((), description="ids of the teams whose incidents are read; without one, of all")


class IncidentIoEntry(Entry):
    """incident.io's API."""

    url: Url = "https://api.incident.io"
    token_env: Variable = Field("SHIPBELL_INCIDENTIO_TOKEN", description="variable that holds the API key")


TokenEntry = BitbucketEntry | JiraEntry | ArgoCDEntry | JsmEntry | OpsgenieEntry | PagerDutyEntry | IncidentIoEntry
"""An API that is never asked without a token: its variable has a name even where none is given."""


class Upstreams(Entry):
    """What may be asked. What is absent is not asked."""

    gitops: GitOpsEntry | None = None
    bitbucket: BitbucketEntry | None = None
    jira: JiraEntry | None = None
    argocd: dict[str, ArgoCDEntry] = {}
    registries: dict[str, RegistryEntry] = {}
    jsm: JsmEntry | None = None
    opsgenie: OpsgenieEntry | None = None
    pagerduty: PagerDutyEntry | None = None
    incidentio: IncidentIoEntry | None = None

    def variables(self) -> frozenset[str]:
        """The variables that hold the tokens."""
        incidents = (self.jsm, self.opsgenie, self.pagerduty, self.incidentio)
        entries = (self.gitops, self.bitbucket, self.jira, *self.argocd.values(), *self.registries.values(), *incidents)
        return frozenset(entry.token_env for entry in entries if entry is not None and entry.token_env)


M = TypeVar("M", bound=Entry)


class Collect(Entry):
    """When and how the collector works."""

    every: Duration = Field(parse_duration("5m"), description="pause between two rounds; a tenth of it is chance")
    since: Duration = Field(parse_duration("90d"), description="how far back a first round reads")
    quiet_after: Duration = Field(
        parse_duration("1h"), description="what is found later than this after it happened counts, and nobody is told"
    )
    concurrency: int = Field(24, ge=1, le=64, description="services at a time")


def load_upstreams(documents: Sequence[Document]) -> tuple[Upstreams, Collect]:
    """Both sections, which may each stand once. Raises ConfigErrors: every problem with file and line."""
    return _single(documents, "upstreams", Upstreams), _single(documents, "collect", Collect)


def _single(documents: Iterable[Document], section: str, model: type[M]) -> M:
    found = [each for each in documents if isinstance(each.value, dict) and each.value.get(section) is not None]
    if len(found) > 1:
        first, again = found[0], found[1]
        place = f"{first.file}:{first.line((section,))}"
        raise ConfigErrors([again.problem((section,), f"{section!r} is already at {place}")])
    return found[0].check((section,), found[0].value[section], model) if found else model()
