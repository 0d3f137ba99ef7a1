"""`shipbell demo --upstreams`: stand-ins of the systems that the collector reads, to try it without an account."""

import re
import signal
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from app.cli.faults import say
from app.kernel.clock import system_clock
from app.standins.gitops import REPOSITORY
from app.standins.incidents import CLOUD
from app.standins.serving import listen, server_of, url_of
from app.standins.standins import Standins, create_standins
from app.standins.story.names import SHIPPED, WORKSPACE
from app.standins.story.tell import tell
from app.standins.switches import Switches

_LATENCY = re.compile(r"([0-9]{1,6})(ms|s)")
_NAMED = ("GITOPS", "BITBUCKET", "JIRA", "ARGOCD", "REGISTRY", "JSM", "PAGERDUTY", "INCIDENTIO")
_TOKENS = [f"SHIPBELL_{name}_TOKEN" for name in _NAMED]


def serve_upstreams(port: int, services: int, latency: str, error_rate: float) -> None:
    """Print the section of the rules that leads here, then serve until Ctrl-C. Raises typer.Exit for a taken port."""
    switches = Switches(latency=seconds(latency), error_rate=error_rate)
    try:
        sock = listen(port)
    except OSError:
        raise say(f"port {port} is taken: choose another one with --port, or 0 for any") from None
    with sock, TemporaryDirectory(prefix="shipbell-upstreams-") as folder:
        standins = create_standins(tell(system_clock(), services=services), Path(folder), switches)
        typer.echo(section(url_of(sock), standins))
        typer.secho(_next(url_of(sock), standins), err=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the folder goes away then, too
        with suppress(KeyboardInterrupt):
            server_of(standins).run([sock])


def seconds(latency: str) -> float:
    """`150ms` or `2s` as seconds."""
    found = _LATENCY.fullmatch(latency)
    if found is None:
        raise typer.BadParameter(f"{latency!r} is no latency: write it as 150ms or 2s", param_hint="--latency")
    return min(int(found[1]) / (1000 if found[2] == "ms" else 1), 60.0)


def section(url: str, standins: Standins) -> str:
    """The sections of the rules that point here: `upstreams`, and the services that the shipped estate has not."""
    more = [each for name, each in standins.story.services.items() if name not in SHIPPED]
    services = "".join(f"  {each.name}: {{team: {each.team}}}\n" for each in more)
    return _SECTION.format(url=url, workspace=WORKSPACE, repository=REPOSITORY, cloud=CLOUD) + (
        f"\nservices:\n{services}" if more else ""
    )


_SECTION = """\
upstreams:
  gitops:
    repository: {url}/git/{repository}
    token_env: SHIPBELL_GITOPS_TOKEN
    path: applications/{{service}}/overlays/{{env}}/kustomization.yaml
  bitbucket:
    url: {url}/bitbucket/2.0
    workspace: {workspace}
  jira:
    url: {url}/jira
    site: https://acme.atlassian.net
    user: ines.duarte@example.com
  argocd:
    demo:
      url: {url}/argocd
  registries:
    registry.example.com:
      url: {url}/registry
      user: demo
      token_env: SHIPBELL_REGISTRY_TOKEN
  jsm:
    url: {url}/jsm/{cloud}
    user: ines.duarte@example.com
  pagerduty:
    url: {url}/pagerduty
  incidentio:
    url: {url}/incidentio
"""


def _next(url: str, standins: Standins) -> str:
    wrong = "".join(f"\n  {each.service} in {each.environment}: {each.told}" for each in standins.story.drifts)
    return f"""\
{len(standins.story.services)} services, {len(standins.story.tickets)} tickets, at {url} until Ctrl-C.

Next, in another terminal:
  1. save what stands above as rules/upstreams.yaml
  2. export {" ".join(f"{name}=demo" for name in _TOKENS)}
  3. shipbell check, then shipbell serve: its collector goes round them every five minutes

Not as it should be, and meant so:{wrong}

Let it misbehave: curl -d '{{"error_rate": 0.2, "hanging": "basket"}}' {url}/control
How often each was asked: curl {url}/control"""
