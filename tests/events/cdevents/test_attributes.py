"""Names of OpenTelemetry: https://opentelemetry.io/docs/specs/semconv/registry/attributes/cicd/ and its neighbours."""

import re

import pytest

from app.events.cdevents.attributes import attributes
from tests.conformance.folder import captured_folder
from tests.events.cdevents.views import REPOSITORY, SHA, rollout, samples, told, view


def test_a_pipeline() -> None:
    build = {"number": 42, "url": "https://ci.example.com/42", "name": "build", "ref": "main"}
    its = view("pipeline.finished", status="stopped", source="bitbucket", repository=REPOSITORY, build=build,
               commit={"sha": SHA, "branch": "main"}, environment=None)  # fmt: skip
    assert attributes(its) == {
        "service.name": "checkout",
        "vcs.provider.name": "bitbucket",
        "vcs.owner.name": "acme",
        "vcs.repository.name": "checkout",
        "vcs.repository.url.full": "https://bitbucket.org/acme/checkout",
        "vcs.ref.head.name": "main",
        "vcs.ref.head.type": "branch",
        "vcs.ref.head.revision": SHA,
        "cicd.pipeline.name": "build",
        "cicd.pipeline.run.id": "42",
        "cicd.pipeline.run.url.full": "https://ci.example.com/42",
        "cicd.pipeline.result": "cancellation",
    }


def test_a_deployment_names_the_pipeline_that_it_came_out_of_but_not_its_result() -> None:
    its = attributes(rollout(build={"number": 7}, original={"service": "checkout-prod"}))
    assert its["deployment.environment.name"] == "prod"
    assert (its["deployment.name"], its["deployment.status"]) == ("checkout-prod", "succeeded")
    assert its["service.version"] == "1.43.0"
    assert its["cicd.pipeline.run.id"] == "7"
    assert "cicd.pipeline.result" not in its
    assert "deployment.status" not in attributes(rollout(status="stopped"))


@pytest.mark.parametrize(
    ("news", "draft", "state"),
    [("opened", False, "open"), ("updated", True, "wip"), ("merged", True, "merged"), ("declined", False, "closed")],
)
def test_a_change(news: str, draft: bool, state: str) -> None:
    asked = {"id": 87, "title": "Keep the card", "target_branch": "main", "draft": draft}
    its = attributes(view(f"pull_request.{news}", pull_request=asked))
    assert (its["vcs.change.id"], its["vcs.change.title"]) == ("87", "Keep the card")
    assert (its["vcs.change.state"], its["vcs.ref.base.name"]) == (state, "main")


def test_every_name_is_one_of_theirs() -> None:
    folder = captured_folder()
    registry = sorted((folder / "dora" / "reference" / "otel-semconv").glob("*-registry.yaml")) if folder else []
    if not registry:
        pytest.skip("no registry: SHIPBELL_SAMPLES has no dora/reference")
    theirs = {name for path in registry for name in re.findall(r"- id: (\S+)", path.read_text("utf-8"))}
    ours = {name for each in [*samples().values(), *told()] for name in attributes(each)}
    assert ours - theirs == {"service.name", "service.version"}  # of the registry of services
