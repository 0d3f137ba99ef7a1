"""All stand-ins as one ASGI application: /bitbucket/2.0, /jira, /jira-dc, /argocd, /registry, /git, and others."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from app.standins.answers import answer
from app.standins.argocd import ArgoCd
from app.standins.bitbucket import Bitbucket
from app.standins.git_http import GitHttp
from app.standins.gitops import Repository, write_repository
from app.standins.incidents import incident_mounts
from app.standins.jira import Jira
from app.standins.registry import Registry
from app.standins.story.model import Story
from app.standins.story.names import ENVIRONMENTS
from app.standins.switches import Standing, Switches
from app.standins.weather import Weather

NO_SERVICE = "-"


@dataclass(frozen=True, slots=True)
class Standins:
    """The application, and what stands behind it."""

    app: ASGIApp
    story: Story
    repository: Repository
    standing: Standing


def create_standins(story: Story, folder: Path, switches: Switches | None = None) -> Standins:
    """Stand-ins of one story; the GitOps repository is written into `folder`. Every token is good, none is not."""
    standing = Standing(switches or Switches())
    repository = write_repository(story, folder)
    inner = Starlette(
        routes=[
            Mount("/bitbucket/2.0", routes=Bitbucket(story, standing).routes()),
            Mount("/jira", routes=Jira(story, standing).routes()),
            Mount("/jira-dc", routes=Jira(story, standing, server=True).routes()),
            Mount("/argocd", routes=ArgoCd(story, repository, standing).routes()),
            *incident_mounts(story),
            Mount("/registry", routes=Registry(story).routes()),
            Mount("/git", GitHttp(repository.folder.parent)),
            Route("/control", _Control(standing).answer, methods=["GET", "POST", "DELETE"]),
        ]
    )
    return Standins(Weather(inner, standing, story.seed, _Asked(story).service_of), story, repository, standing)


class _Control:
    """GET tells switches and counts; POST changes some switches and counts anew; DELETE puts all back."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    async def answer(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._standing.switches = self._standing.first
            self._standing.reset()
        if request.method == "POST":
            now = self._standing.switches.model_dump(mode="json")
            try:
                self._standing.switches = Switches.model_validate(now | await request.json())
            except (ValidationError, ValueError, TypeError) as fault:
                return answer({"error": str(fault)}, 422)
            self._standing.reset()
        return answer(self._standing.told())


class _Asked:
    """Which service a path is about."""

    def __init__(self, story: Story) -> None:
        self._names = {name: name for name in story.services}
        self._names |= {f"{{{each.uuid}}}": name for name, each in story.services.items()}
        self._names |= {f"{name}-{place.name}": name for name in story.services for place in ENVIRONMENTS}
        self._names |= {key.upper(): each.service for key, each in story.tickets.items()}

    def service_of(self, upstream: str, path: str) -> str:
        """The service's name, or `-` where a call is about none or many."""
        words = path.split("/")
        place = {"bitbucket": "repositories", "argocd": "applications", "jira": "issue"}.get(upstream)
        if place not in words:
            return NO_SERVICE
        after = words[words.index(place) + 1 :]
        named = after[1:2] if upstream == "bitbucket" else after[:1]
        return (
            self._names.get(named[0].upper() if upstream == "jira" else named[0], NO_SERVICE) if named else NO_SERVICE
        )
