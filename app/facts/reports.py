"""Reports: what one source says of one rollout operation, its beginning and its end put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.facts.artifacts import Artifact, commit_in, digits_in
from app.facts.claims import Claim
from app.facts.model import Outcome

_OUTCOMES: dict[str | None, Outcome] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "stopped": "failed",
    "superseded": "superseded",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One operation as one source tells it. `at` orders it; `outcome` is None while it runs. Times in µs."""

    subject: str
    slot: str
    at: int
    start: int | None
    end: int | None
    outcome: Outcome | None
    artifact: Artifact
    said: Mapping[str, Any]
    evidence: tuple[str, ...]

    def __getitem__(self, name: str) -> Any:
        return self.said.get(name)


def reports(claims: Iterable[Claim], whole: Mapping[str, str]) -> list[Report]:
    """The reports that claims of deployments make, in the order of their ends.

    `whole` gives the full commit for versions and beginnings of commits, as far as they are known.
    """
    ordered = sorted(claims, key=lambda claim: (claim.subject, claim.at, claim.event_id))
    made = [_report(list(group), whole) for _, group in groupby(ordered, key=lambda claim: claim.subject)]
    return sorted(made, key=lambda report: (report.at, report.subject))


def _report(claims: list[Claim], whole: Mapping[str, str]) -> Report:
    """The first word on its end stands; what is not in it is taken from the others, the oldest first."""
    ends = [claim for claim in claims if claim.type == "deployment.finished"]
    told = ends[0] if ends else claims[0]
    said: dict[str, Any] = dict(told.said)
    for claim in claims:
        for name, value in claim.said.items():
            if name not in ("status", "finished_at"):
                said.setdefault(name, value)
    version, sha = _version(said), said.get("sha")
    sha = whole.get(sha or "") or sha or whole.get(version or "")
    if sha is None and (part := commit_in(version)):
        sha = whole.get(part) or part
    if sha is None:
        sha = next((whole[each] for each in digits_in(version) if each in whole), None)
    finished = said.get("finished_at") or told.at if ends else None
    return Report(
        told.subject,
        told.slot,
        told.at,
        said.get("started_at") or (None if ends and len(claims) == 1 else claims[0].at),
        finished,
        _OUTCOMES.get(said.get("status"), "unknown") if ends else None,
        Artifact(sha, version, said.get("revision") or told.subject),
        said,
        tuple(sorted(claim.event_id for claim in claims)),
    )


def _version(said: Mapping[str, Any]) -> str | None:
    """The version, unless it is no more than the beginning of the manifests' revision."""
    version, revision = said.get("version"), said.get("revision")
    if version and revision and len(version) >= 7 and revision.startswith(version) and not said.get("sha"):
        return None
    return version


def asked(claims: Iterable[Claim]) -> set[str]:
    """The versions and beginnings of commits of which `reports` would like to know the full commit."""
    wanted: set[str | None] = set()
    for claim in claims:
        version = claim["version"]
        wanted |= {claim["sha"], version, commit_in(version), *digits_in(version)}
    return {each for each in wanted if each}
