"""What AWS and Kubernetes tell, from their requests to the facts: one rollout is one deployment, whoever reports it."""

import json
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import permutations
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection

import app.sources
from app.estate import Estate, load_estate
from app.events import flat
from app.facts.model import Attempt, Deployment
from app.ingest.interpret import interpret
from app.kernel.clock import iso
from app.kernel.discover import rooms
from app.kernel.yaml import load
from app.store import Database
from app.store.fact_records import ATTEMPTS, DEPLOYMENTS
from app.store.opening import open_database
from app.store.receipts import StoredReceipt
from tests.ingest.facts_told import tell
from tests.running.hooks import Hook, sample
from tests.world.telling import View, us

SOURCES = rooms(app.sources, "SOURCE")
ESTATE = """\
services: {checkout: {}, checkout-worker: {}, payments-api: {repositories: [acme/shop/checkout]}, basket: {}}
environments: {prod: {tier: production, aliases: [shop-prod, production]}}
names: {application: ["{service}-{environment}"], namespace: ["{service}-{environment}"]}
labels: {service: [app.kubernetes.io/name]}
"""
ARGO = sample("argocd", "deployment-succeeded")


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load_estate([load(ESTATE, "estate.yaml")])


@pytest.fixture
async def sqlite_database(tmp_path: Path, sqlite_schema: Path) -> AsyncIterator[Database]:
    shutil.copy(sqlite_schema, tmp_path / "shipbell.db")
    opened = open_database(f"sqlite:///{tmp_path / 'shipbell.db'}", lambda: us("2026-11-23T12:00Z"))
    await opened.start()
    yield opened
    await opened.close()


def changed(source: str, name: str, *changes: tuple[str, str]) -> Hook:
    """A sample in which some words are others."""
    hook = sample(source, name)
    text = hook.body.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Hook(source, text.encode(), hook.headers)


def evidence(at: str, uid: str = "01", revision: int | None = None) -> Hook:
    """A set of replicas of checkout is at zero; each event is of another revision, unless one is said."""
    return changed(
        "kubernetes", "scaled-down-to-zero", ("2026-11-20T09:21:44Z", at), ("3a1f6b0c7e01", f"3a1f6b0c7e{uid}"),
        ('revision":"17"', f'revision":"{revision or 16 + int(uid)}"'),
    )  # fmt: skip


def views(estate: Estate, hooks: Iterable[Hook]) -> list[View]:
    told: list[View] = []
    for number, hook in enumerate(hooks):
        headers = orjson.dumps(hook.headers).decode()
        now = us("2026-11-23T12:00Z")
        receipt = StoredReceipt(f"r{number}", hook.source, now, headers, hook.body, tries=0, flags=None)
        (result,) = interpret([receipt], SOURCES, estate)
        assert result.state in ("processed", "ignored"), result.reason
        told += [flat(event) for event in result.events]
    return told


async def facts(database: Database, batches: Sequence[Sequence[View]]) -> tuple[list[Deployment], list[Attempt]]:
    """The deployments and the attempts after all batches, in their order."""

    def read(connection: Connection) -> tuple[list[Deployment], list[Attempt]]:
        for batch in batches:
            tell(connection, *batch)
        deployments = DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})
        attempts = ATTEMPTS.find(connection, ATTEMPTS.select, {})
        return sorted(deployments, key=lambda each: each.live_at), sorted(attempts, key=lambda each: each.at)

    return await database.write(read)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2)])
async def test_argo_cd_kubernetes_and_the_repository_tell_of_one_deployment(
    sqlite_database: Database, estate: Estate, order: Sequence[int]
) -> None:
    by_bus = changed("eventbridge", "kubernetes-event", ("2026-11-20T09:21:44Z", "2026-11-22T10:03:10Z"))
    desired = {
        "type": "environment.observed", "id": "e" * 32, "source": "collector", "receipt": "r", "subject": "environment",
        "service": "checkout", "environment": "prod", "environment_tier": "production", "status": "in_sync",
        "desired_version": "1.43.0", "actual_version": "1.43.0", "occurred_at": "2026-11-22T10:05:00.000000Z",
        "received_at": "2026-11-22T10:05:00.000000Z",
    }  # fmt: skip
    told = [views(estate, [hook]) for hook in (ARGO, evidence("2026-11-22T10:03:10Z"), by_bus)]
    batches = [*told, [desired]]
    deployments, attempts = await facts(sqlite_database, [batches[index] for index in order])
    (one,) = deployments
    assert (one.service, one.environment, one.version, one.kind) == ("checkout", "prod", "1.43.0", "release")
    assert iso(one.live_at) == "2026-11-22T10:01:30.000000Z", "the record's time, not that of the evidence"
    assert (len(one.evidence), "evidence_only" in one.flags, len(attempts)) == (3, False, 1)


@pytest.mark.parametrize("late", [False, True])
async def test_evidence_before_the_record_waits_for_it_and_at_night_it_is_none(
    sqlite_database: Database, estate: Estate, late: bool
) -> None:
    second = changed(
        "argocd", "deployment-succeeded", ("1.43.0", "1.44.0"), ("2026-11-22T10:0", "2026-11-22T15:0"),
        ("ea3fa6bd493aa76d4a1a2a3977e673c0d21964c3", "fa3fa6bd493aa76d4a1a2a3977e673c0d21964c3"),
    )  # fmt: skip
    early = evidence("2026-11-22T15:00:50Z", "02")
    night = evidence("2026-11-22T20:00:00Z", "03")
    hooks = [night, ARGO, early, second] if late else [ARGO, early, second, night]
    deployments, _ = await facts(sqlite_database, [views(estate, [hook]) for hook in hooks])
    assert [each.version for each in deployments] == ["1.43.0", "1.44.0"]
    assert [len(each.evidence) for each in deployments] == [1, 2]


async def test_where_nobody_else_reports_evidence_is_the_deployment(sqlite_database: Database, estate: Estate) -> None:
    next_one = evidence("2026-11-22T16:00:00Z", "02")
    next_one = Hook("kubernetes", next_one.body.replace(b"1.42.0", b"1.43.0"), next_one.headers)
    hooks = [evidence("2026-11-22T10:00:00Z", "01"), next_one, evidence("2026-11-22T17:00:00Z", "03")]
    deployments, _ = await facts(sqlite_database, [views(estate, hooks)])
    assert [(each.kind, "evidence_only" in each.flags) for each in deployments] == [
        ("release", True),
        ("release", True),
        ("rollback", True),
    ]


async def test_where_nobody_else_reports_a_scale_to_zero_is_no_deployment(
    sqlite_database: Database, estate: Estate
) -> None:
    """Each night to zero; the old set of `Recreate` goes while the object is still at its old revision."""
    nights = [evidence("2026-11-22T20:00:00Z", "02", 17), evidence("2026-11-23T01:00:00Z", "03", 17)]
    bus = changed("eventbridge", "kubernetes-event", ("2026-11-20T09:21:44Z", "2026-11-22T10:00:01Z"))
    rollouts = [evidence("2026-11-22T10:00:00Z", "01", 17), evidence("2026-11-23T08:00:00Z", "04", 18)]
    hooks = [nights[1], rollouts[0], bus, nights[0], rollouts[1]]
    deployments, _ = await facts(sqlite_database, [views(estate, [hook]) for hook in hooks])
    assert [iso(each.live_at) for each in deployments] == ["2026-11-22T10:00:00.000000Z", "2026-11-23T08:00:00.000000Z"]
    labelled = evidence("2026-11-23T09:00:00Z", "05", 19)
    body = labelled.body.replace(b'"labels":{', b'"labels":{"shipbell/scales-to-zero":"true",')
    assert views(estate, [Hook("kubernetes", body, labelled.headers)]) == []


async def test_a_rollback_of_ecs_restores_and_deploys_nothing(sqlite_database: Database, estate: Estate) -> None:
    names = ("ecs-in-progress", "ecs-completed", "ecs-failed", "ecs-rolls-back", "ecs-rolled-back")
    hooks = [sample("eventbridge", name) for name in names]
    deployments, attempts = await facts(sqlite_database, [views(estate, hooks)])
    assert [(each.kind, each.counts, each.failed_by) for each in deployments] == [
        ("release", True, None),
        ("redeploy", False, None),
    ]
    assert [each.outcome for each in attempts] == ["succeeded", "failed", "succeeded"]


async def test_functions_that_are_services_have_deployments_of_their_own(
    sqlite_database: Database, estate: Estate
) -> None:
    worker = changed("eventbridge", "lambda-published", ("checkout-prod", "checkout-worker-prod"), ("7b1e01", "7b1e11"))
    hooks = [sample("eventbridge", "lambda-published"), worker, sample("eventbridge", "lambda-failed")]
    deployments, attempts = await facts(sqlite_database, [views(estate, hooks)])
    assert sorted((each.service, each.version) for each in deployments) == [
        ("checkout", "42+ABCDEF12"),
        ("checkout-worker", "42+ABCDEF12"),
    ]
    assert sorted(each.outcome for each in attempts) == ["failed", "succeeded", "succeeded"]


def told_at(hook: Hook, at: str) -> Hook:
    """A message of ECS or GitLab with its time, on 2026-11-22."""
    body = json.loads(hook.body)
    moment = f"2026-11-22T{at}:00Z"
    if hook.source == "gitlab":
        return Hook("gitlab", json.dumps(body | {"status_changed_at": moment}).encode(), hook.headers)
    body["detail"]["updatedAt"] = moment
    return Hook("eventbridge", json.dumps(body | {"time": moment}).encode(), hook.headers)


def ecs(name: str, at: str) -> Hook:
    return told_at(sample("eventbridge", f"ecs-{name}"), at)


def job(name: str, at: str, status: str = "success") -> Hook:
    hook = told_at(sample("gitlab", f"deployment-{name}"), at)
    return Hook("gitlab", hook.body.replace(b'"success"', f'"{status}"'.encode()), hook.headers)


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_ecs_and_kubernetes_tell_of_one_deployment(
    sqlite_database: Database, estate: Estate, order: Sequence[int]
) -> None:
    cluster = changed("kubernetes", "scaled-down-to-zero", ("2026-11-20T09:21:44Z", "2026-11-22T10:03:00Z"))
    body = cluster.body.replace(b"checkout", b"payments-api")
    hooks = [ecs("in-progress", "10:00"), ecs("completed", "10:05"), Hook("kubernetes", body, cluster.headers)]
    (one,), (attempt,) = await facts(sqlite_database, [views(estate, [hooks[index]]) for index in order])
    assert (one.platform, one.counts, len(one.evidence), "evidence_only" in one.flags) == ("ecs", True, 3, False)
    assert (iso(one.live_at)[11:16], attempt.outcome) == ("10:05", "succeeded")


@pytest.mark.parametrize("ended", ["10:01", "10:07"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
async def test_a_job_and_the_ecs_that_it_deploys_to_tell_of_one_deployment(
    sqlite_database: Database, estate: Estate, order: Sequence[int], ended: str
) -> None:
    """Whether the job waits for the tasks or not. The job knows the commit, ECS when it is live."""
    hooks = [job("running", "09:59"), job("succeeded", ended), ecs("in-progress", "10:00"), ecs("completed", "10:05")]
    (one,), (_,) = await facts(sqlite_database, [views(estate, [hooks[index]]) for index in order])
    assert (one.platform, (one.sha or "")[:7], "unknown_artifact" in one.flags) == ("ecs", "6b0d31c", False)
    assert (iso(one.live_at)[11:16], len(one.evidence)) == (max(ended, "10:05"), 4)


async def test_what_ecs_did_at_another_time_is_a_deployment_of_its_own(
    sqlite_database: Database, estate: Estate
) -> None:
    by_hand = [ecs("in-progress", "10:20"), ecs("completed", "10:25")]
    cluster = changed("kubernetes", "scaled-down-to-zero", ("2026-11-20T09:21:44Z", "2026-11-22T10:26:00Z"))
    seen = Hook("kubernetes", cluster.body.replace(b"checkout", b"payments-api"), cluster.headers)
    deployments, _ = await facts(
        sqlite_database, [views(estate, [job("running", "09:59"), job("succeeded", "10:05"), *by_hand, seen])]
    )
    assert [(each.platform, len(each.evidence)) for each in deployments] == [("gitlab", 2), ("ecs", 3)]


@pytest.mark.parametrize(
    ("status", "kinds", "failed"),
    [("failed", ["release", "redeploy"], []), ("success", ["release", "release", "rollback"], ["rollback"])],
)
async def test_ecs_goes_back_from_what_a_job_deployed(
    sqlite_database: Database, estate: Estate, status: str, kinds: list[str], failed: list[str]
) -> None:
    """A job that waited has failed with ECS: nothing went live. One that did not wait has told of a deployment."""
    other = ("6b0d31c0d563223024da45691584643ac78c96e8", "7c1e42d1e674334135eb56702695754bd89da7f9")
    later = [job("running", "13:09"), job("succeeded", "13:12", status)]
    later = [
        Hook("gitlab", each.body.replace(other[0].encode(), other[1].encode()).replace(b"5502", b"5599"), each.headers)
        for each in later
    ]
    first = [job("running", "09:59"), job("succeeded", "10:07"), ecs("in-progress", "10:00"), ecs("completed", "10:05")]
    back = [ecs("failed", "13:11"), ecs("rolls-back", "13:11"), ecs("rolled-back", "13:14")]
    deployments, attempts = await facts(sqlite_database, [views(estate, [*first, *later, *back])])
    assert [each.kind for each in deployments] == kinds
    assert [each.failed_by for each in deployments if each.failed_by] == failed
    assert [each.outcome for each in attempts].count("failed") == 1


@pytest.mark.parametrize("by_job", [True, False])
async def test_functions_that_a_job_updates_are_one_deployment_with_it(sqlite_database: Database, by_job: bool) -> None:
    """Without the job each call would be a deployment: of numbers of versions nobody can tell what belongs together."""
    hooks = [
        changed(
            "eventbridge", "lambda-published", ("checkout-prod", name), ("7b1e01", f"7b1e1{number}"),
            ('"version":"42"', f'"version":"{number}"'), ("2026-11-20T11:05:09", f"2026-11-22T10:0{number}:00"),
        )
        for number, name in enumerate(("api-prod", "worker-prod", "jobs-prod"), 1)
    ]  # fmt: skip
    ours = load_estate([load(ESTATE.replace("payments-api: {", "payments-api: {aliases: [api, worker, jobs], "), "e")])
    work = [job("running", "10:00"), job("succeeded", "10:05")] if by_job else []
    deployments, _ = await facts(sqlite_database, [views(ours, [*hooks, *work])])
    assert [(each.platform, each.sha is not None, len(each.evidence)) for each in deployments] == (
        [("lambda", True, 5)] if by_job else [("lambda", False, 1)] * 3
    )
