"""What runs: by the GitOps repository, by the service; what it does not say is an outcome of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.gates.clones import Clone
from tests.gates.conftest import Run, World
from tests.tools.repository import Repository

ASK = ("fix-version", "--service", "checkout", "--environment", "qa", "--json")
Rules = Callable[..., Path]
GITOPS = (
    "  gitops: {repository: '%%(url)s/git/%s.git', path: 'apps/{service}/{env}/kustomization.yaml', token_env: GT}\n"
)
OVERLAY = "images: [{name: registry.example.com/acme/checkout, newTag: '%s'}]\nresources: [../base]\n"
BASE = {
    "apps/checkout/base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "apps/checkout/base/deployment.yaml": """apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec: {template: {spec: {containers: [{name: checkout, image: registry.example.com/acme/checkout}]}}}
""",
}


@pytest.fixture
def gitops(world: World, rules: Rules) -> Callable[..., Path]:
    """Writes what is desired in QA, as the text of its overlay; gives the rules that name the repository."""

    def write(overlay: str | None) -> Path:
        name = uuid4().hex
        repository = Repository(world.folder / f"{name}.git")
        files = {"README": "what is desired"} if overlay is None else {
            **BASE, "apps/checkout/qa/kustomization.yaml": overlay,
        }  # fmt: skip
        repository.commit(files)
        return rules(GITOPS % name)

    return write


def test_the_gitops_repository_says_what_runs(run: Run, gitops: Callable[..., Path], clone: Clone) -> None:
    file = gitops(OVERLAY % f"main-{clone.head[:10]}")
    clone.commit("SHOP-3: pay")
    said = run(*ASK, "--rules", str(file), GT="token")
    assert said.codes == ["SHOP-3 missing_fix_version"]
    assert "by the GitOps repository, apps/checkout/qa/kustomization.yaml:1" in said.json["decisions"][0]["looked_at"]


@pytest.mark.parametrize(
    ("overlay", "codes"),
    [
        (OVERLAY % "main-deadbeef99", ["unknown_baseline"]),
        (None, ["first_deployment"]),
        ("images: [{name: registry.example.com/acme/checkout, newTag: 1e10}]\nresources: [../base]\n",
         ["baseline_unreadable"]),
    ],
)  # fmt: skip
def test_what_it_does_not_say_is_told_apart(
    run: Run, gitops: Callable[..., Path], clone: Clone, overlay: str | None, codes: list[str]
) -> None:
    clone.commit("SHOP-3: pay")
    assert run(*ASK, "--rules", str(gitops(overlay)), GT="token").codes == codes


def test_a_gitops_repository_that_refuses_the_token_is_unknown(
    run: Run, gitops: Callable[..., Path], world: World
) -> None:
    file = gitops(OVERLAY % "main-deadbeef99")
    world.standing.switches = world.standing.switches.model_copy(update={"expired": {"git"}})
    assert run(*ASK, "--rules", str(file), GT="token").codes == ["git_auth_error"]


def test_the_service_says_what_runs_and_is_told_the_verdict(run: Run, rules: Rules, clone: Clone, world: World) -> None:
    world.runs |= {"actual_version": "2.13.0", "deployment_id": "d1", "sha": clone.head}
    clone.commit("SHOP-3: pay")
    service = {"SHIPBELL_URL": f"{world.url}/service", "SHIPBELL_TOKEN": "token"}
    said = run(*ASK, "--rules", str(rules()), **service)
    assert said.codes == ["SHOP-3 missing_fix_version"]
    assert "2.13.0 runs in qa, by the service" in said.json["decisions"][0]["looked_at"]
    ((event,),) = (report["events"] for report in world.told)
    told = {name: event[name] for name in ("type", "gate", "verdict", "service", "environment", "checked_tickets")}
    assert told == {
        "type": "gate.decided", "gate": "fix-version", "verdict": "block", "service": "checkout",
        "environment": "qa", "checked_tickets": ["SHOP-3"],
    }  # fmt: skip
    assert event["commit"] == {"sha": clone.head, "author": {"name": "Ada Byron", "email": "ada@acme.io"}}
    world.runs.clear()
    assert run(*ASK, "--rules", str(rules()), **service).codes == ["first_deployment"]
    world.runs |= {"title": "the estate has no such service"}  # it is new, and stands in the rules here alone
    assert run(*ASK, "--rules", str(rules()), **service).codes == ["first_deployment"]
    nobody = {**service, "SHIPBELL_URL": f"{world.url}/nobody"}
    assert run(*ASK, "--rules", str(rules()), "--dry-run", **nobody).codes == ["no_baseline"]


def test_what_is_told_is_a_report_that_the_service_takes(run: Run, rules: Rules, clone: Clone, world: World) -> None:
    from app.events.reports import read_report
    from app.kernel.json import dumps

    service = {"SHIPBELL_URL": f"{world.url}/service", "SHIPBELL_TOKEN": "token"}
    skip = ("--skip", "--reason", "it burns", "--rules", str(rules()))
    step = {"BITBUCKET_REPO_FULL_NAME": "acme/checkout", "BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_COMMIT": clone.head,
            "BITBUCKET_BRANCH": "main", "BITBUCKET_STEP_TRIGGERER_UUID": "{ada}"}  # fmt: skip
    assert run(*ASK, *skip, **service, **step).code == 0
    assert run(*ASK, *skip, "--dry-run", **service).code == 0  # told to nobody
    (report,) = world.told
    (draft,) = read_report(dumps(report), ["gate.decided"])
    assert (draft.fields["bypassed_by"], draft.fields["bypass_reason"]) == ("{ada}", "it burns")
    assert draft.subject.startswith("gate:fix-version:acme/checkout:7")


def test_five_thousand_commits_are_never_in_memory_at_once(clone: Clone) -> None:
    """Measured in a process of its own: what is read of 5,000 long messages takes no more than that of a few."""
    base = clone.head
    clone.many(5_000, "SHOP-{n}: " + "x" * 1_000)
    program = """
import asyncio, resource, sys
from pathlib import Path
from app.clients.checkout import open_checkout
from app.gates.rooms.fix_version.named import Named
async def main():
    checkout, named = open_checkout(Path(sys.argv[1]), {"PATH": sys.argv[3]}), Named(lambda text: [text[:10]])
    head = await checkout.resolve("HEAD")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async for entry in checkout.between(head, sys.argv[2]):
        named.take(entry.sha, entry.message)
    print(named.commits, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
asyncio.run(main())
"""
    import os

    done = subprocess.run(
        [sys.executable, "-c", program, str(clone.folder), base, os.environ["PATH"]],
        capture_output=True, check=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    commits, grown = map(int, done.stdout.split())
    assert commits == 5_000
    assert grown < 2_500  # KiB; the messages are 5 MB
