"""`shipbell demo`: a whole story through the real door, from the first push to production."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

import app.sources
from app.cli.freshen import freshen
from app.cli.output import print_rows
from app.cli.post import post_sample, settled
from app.cli.remote import Service
from app.kernel.clock import SECOND, system_clock
from app.kernel.discover import rooms
from app.kernel.ids import new_id
from app.kernel.samples import load_sample

SERVICE = "checkout"


@dataclass(frozen=True, slots=True)
class Scene:
    """One webhook of the story: what is told, which sample is sent, and what is changed in it."""

    text: str
    sample: str
    change: Callable[[bytes], bytes] = lambda body: body


def demo(
    pause: Annotated[float, typer.Option(help="Seconds between the scenes.", min=0, max=10)] = 0.3,
) -> None:
    """Send a story through the real door: push, pull request, pipeline, deployments, a failure, a scan.

    The cards come out where the service runs (or in Teams, where a URL is set); receipts and deliveries are listed
    here at the end. Example: shipbell demo --pause 1
    """
    service = Service()
    sources = rooms(app.sources, "SOURCE")
    told: list[Mapping[str, Any]] = []
    for number, scene in enumerate(_story(), 1):
        room = scene.sample.split("/")[0]
        sample = load_sample(f"app.sources.{room}", scene.sample.split("/")[1])
        now = system_clock() + number * SECOND // 1000
        body = scene.change(freshen(sample.body, now))
        answer = post_sample(service, sources[room], sample, body, new_id(now))
        receipt = settled(service, answer["receipt"])
        typer.echo(f"{number:2}. {scene.text}: {answer['outcome']}, {receipt['state']}")
        told.append({**receipt, "scene": scene.text})
        time.sleep(pause)
    typer.secho("\nReceipts", bold=True)
    print_rows(told, {"scene": "scene", "source": "source", "state": "state", "receipt": "id"}, empty="")
    typer.secho("\nDeliveries", bold=True)
    print_rows(
        list(_deliveries(service, told)),
        {"scene": "scene", "channel": "channel", "card": "card", "rule": "rule", "state": "state"},
        empty="No delivery: the rules sent nothing.",
    )
    typer.echo("\nLook on: shipbell events list · shipbell deliveries list · shipbell rules explain EVENT")


def _story() -> Iterator[Scene]:
    version = f"1.43.{system_clock() // SECOND % 100_000}"
    yield Scene("Ada pushes to a branch", "bitbucket/push")
    yield Scene("she opens a pull request", "bitbucket/pull-request-opened")
    yield Scene("the pipeline starts", "bitbucket/pipeline-started")
    yield Scene("the pipeline fails", "bitbucket/pipeline-failed")
    yield Scene("the next run succeeds", "bitbucket/pipeline-succeeded")
    yield Scene("the pull request is merged", "bitbucket/pull-request-merged")
    yield Scene("a scan finds something critical", "scans/pipeline-scan-failed")
    for stage in ("dev", "qa", "preprod"):
        yield Scene(f"{SERVICE} {version} reaches {stage}", "argocd/deployment-succeeded", _deployment(stage, version))
    yield Scene(f"{SERVICE} {version} fails in prod", "argocd/deployment-failed", _deployment("prod", version))
    yield Scene(f"{SERVICE} {version} reaches prod", "argocd/deployment-succeeded", _deployment("prod", version))
    yield Scene("its health degrades", "argocd/health-degraded", _nothing_but_health(version))


def _deployment(stage: str, version: str) -> Callable[[bytes], bytes]:
    """The sample as the same application in another environment, with another version and operation."""

    def change(body: bytes) -> bytes:
        state = json.loads(body)
        state["app"] |= {"name": f"{SERVICE}-{stage}", "uid": f"demo-{SERVICE}-{stage}"}
        state["app"]["destination"] = {**(state["app"]["destination"] or {}), "namespace": f"{SERVICE}-{stage}"}
        state["app"]["labels"] = None
        for source in state["app"]["sources"]:
            source["path"] = f"apps/{SERVICE}/overlays/{stage}"
        image = f"registry.example.com/acme/{SERVICE}:{version}"
        state["images"] = state["operation"]["images"] = [image]
        return json.dumps(state).encode()

    return change


def _nothing_but_health(version: str) -> Callable[[bytes], bytes]:
    """The same application, without the operation and the history that its message repeats."""

    def change(body: bytes) -> bytes:
        state = json.loads(_deployment("prod", version)(body))
        return json.dumps(state | {"operation": None, "history": []}).encode()

    return change


def _deliveries(service: Service, told: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for receipt in told:
        for event in receipt["events"]:
            for delivery in service.get("/api/v1/deliveries", event=event)["items"]:
                yield {**delivery, "scene": receipt["scene"]}
