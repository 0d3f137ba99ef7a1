"""`shipbell demo`: a whole story through the real door, from the first push to production."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

import app.sources
from app.cli.fates import PATIENCE_SECONDS, fates
from app.cli.freshen import freshen
from app.cli.output import print_rows
from app.cli.post import post_sample, settled
from app.cli.remote import Service
from app.kernel.clock import MINUTE, SECOND, system_clock
from app.kernel.discover import rooms
from app.kernel.ids import new_id
from app.kernel.samples import load_sample

SERVICES = ("checkout", "basket", "payments-api")
_ARRIVED = "argocd/deployment-succeeded"
_PULL_REQUEST = re.compile(rb'("id":|pull-?requests/|pull request #)87\b')
_PIPELINE = re.compile(rb"(Pipeline #|/results/)(104[23])\b")


@dataclass(frozen=True, slots=True)
class Scene:
    """One webhook of the story: what is told, which sample is sent, what is changed in it, and how long ago it was."""

    text: str
    sample: str
    change: Callable[[bytes], bytes] = lambda body: body
    ago: int = 0


def demo(
    pause: Annotated[float, typer.Option(help="Seconds between the scenes.", min=0, max=10)] = 0.3,
    upstreams: Annotated[
        bool, typer.Option("--upstreams", help="Serve stand-ins of all that the collector asks.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the stand-ins; 0 is any free one.", min=0, max=65535)] = 8100,
    services: Annotated[int, typer.Option(help="Services in the stand-ins.", min=1, max=500)] = 5,
    latency: Annotated[str, typer.Option(help="What each call to the stand-ins takes, e.g. 150ms.")] = "0ms",
    error_rate: Annotated[float, typer.Option(help="Share of calls to the stand-ins that fail.", min=0, max=1)] = 0.0,
) -> None:
    """Send a story through the real door: push, pull request, pipeline, a scan, deployments, failures.

    The cards come out where the service runs (or in Teams, where a URL is set); receipts, and what became of each card,
    are listed here at the end. With --upstreams nothing is sent: it runs servers for the collector to ask, and prints
    the section of the rules that leads to them.

    Examples:

      shipbell demo --pause 1

      shipbell demo --upstreams --services 20 --latency 150ms --error-rate 0.02
    """
    if upstreams:
        from app.cli.demo_upstreams import serve_upstreams

        serve_upstreams(port, services, latency, error_rate)
        return
    service = Service()
    sources = rooms(app.sources, "SOURCE")
    told: list[Mapping[str, Any]] = []
    for number, scene in enumerate(_story(), 1):
        room = scene.sample.split("/")[0]
        sample = load_sample(f"app.sources.{room}", scene.sample.split("/")[1])
        now = system_clock() + number * SECOND // 1000
        body = scene.change(freshen(sample.body, now - scene.ago))
        answer = post_sample(service, sources[room], sample, body, new_id(now))
        receipt = settled(service, answer["receipt"])
        typer.echo(f"{number:2}. {scene.text}: {answer['outcome']}, {receipt['state']}")
        told.append({**receipt, "scene": scene.text})
        time.sleep(pause)
    typer.secho("\nReceipts", bold=True)
    print_rows(told, {"scene": "scene", "source": "source", "state": "state", "receipt": "id"}, empty="")
    typer.secho("\nCards", bold=True)
    cards = list(_cards(service, told))
    columns = ("scene", "channel", "card", "rule", "state", "with")
    print_rows(cards, {name: name for name in columns}, empty="No card: the rules sent nothing.")
    if any(card["state"].startswith("waits") for card in cards):
        typer.echo("\nWhat waits is told together when its time comes: shipbell bundles list --state open")
    typer.echo("\nLook on: shipbell events list · shipbell deliveries list · shipbell rules explain EVENT")


def _story() -> Iterator[Scene]:
    """Each time with numbers of its own, as the same news is told once."""
    number = system_clock() // SECOND % 1000 + 1
    version = f"1.43.{number}"
    news = _numbered(number)
    yield Scene("Ines pushes to a branch", "bitbucket/push", news)
    yield Scene("she opens a pull request", "bitbucket/pull-request-opened", news)
    yield Scene("the pipeline starts", "bitbucket/pipeline-started", news)
    yield Scene("the pipeline fails, and she is mentioned", "bitbucket/pipeline-failed", news)
    yield Scene("the next run succeeds", "bitbucket/pipeline-succeeded", news)
    yield Scene("the pull request is merged", "bitbucket/pull-request-merged", news)
    yield Scene("a scan finds something critical", "scans/pipeline-scan-failed")
    for service in SERVICES:
        yield Scene(f"{service} reaches dev", _ARRIVED, _deployment(service, "dev", version))
    for stage in ("qa", "preprod", "prod"):
        yield Scene(f"checkout reaches {stage}", _ARRIVED, _deployment("checkout", stage, version))
    failing = _deployment("payments-api", "prod", version)
    # Before the operation that mends it began, or they would be told in the wrong order.
    yield Scene("payments-api fails in prod", "argocd/deployment-failed", failing, ago=5 * MINUTE)
    yield Scene("payments-api reaches prod", _ARRIVED, _deployment("payments-api", "prod", version))
    yield Scene("its health degrades", "argocd/health-degraded", _nothing_but_health("payments-api", version))


def _numbered(number: int) -> Callable[[bytes], bytes]:
    """The sample with other numbers of its pull request and its pipelines, by somebody whom the rule book knows."""

    def change(body: bytes) -> bytes:
        body = _PULL_REQUEST.sub(rb"\g<1>%d" % (100 * number), body)
        body = _PIPELINE.sub(lambda match: match[1] + b"%d" % (10 * number + int(match[2])), body)
        return body.replace(b"@example.com", b"@acme.io")

    return change


def _deployment(service: str, stage: str, version: str) -> Callable[[bytes], bytes]:
    """The sample as another application in another environment, with another version and operation."""
    name = f"{service}-{stage}"

    def change(body: bytes) -> bytes:
        state = json.loads(body.replace(b"checkout", service.encode()))
        state["app"] |= {"name": name, "uid": f"demo-{name}", "labels": None}
        state["app"]["destination"] = {**(state["app"]["destination"] or {}), "namespace": name}
        for source in state["app"]["sources"]:
            source["path"] = f"apps/{service}/overlays/{stage}"
        image = f"registry.example.com/acme/{service}:{version}"
        state["images"] = state["operation"]["images"] = [image]
        return json.dumps(state).encode()

    return change


def _nothing_but_health(service: str, version: str) -> Callable[[bytes], bytes]:
    """The same application, without the operation and the history that its message repeats."""

    def change(body: bytes) -> bytes:
        state = json.loads(_deployment(service, "prod", version)(body))
        return json.dumps(state | {"operation": None, "history": []}).encode()

    return change


def _cards(service: Service, told: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    until = time.monotonic() + PATIENCE_SECONDS
    for receipt in told:
        for event in receipt["events"]:
            for fate in fates(service, event, until):
                if fate["state"] != "dropped":
                    yield {**fate, "scene": receipt["scene"]}
