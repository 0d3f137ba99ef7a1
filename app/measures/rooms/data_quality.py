"""How far the other numbers can be trusted."""

from collections.abc import Iterable, Sequence

from app.measures.definition import Measure, Numbers
from app.measures.points import DeploymentPoint, Seen


def _share(checks: Iterable[bool]) -> float | None:
    said = list(checks)
    return sum(said) / len(said) if said else None


def _without(counted: Sequence[DeploymentPoint], *flags: str) -> float | None:
    return _share(not any(f'"{flag}"' in point.flags for flag in flags) for point in counted)


def _compute(counted: Sequence[DeploymentPoint], seen: Seen) -> Numbers:
    incidents = [point for point in seen.incidents if point.state != "cancelled"]
    values = {
        "commit_known": _without(counted, "unknown_artifact", "unknown_lineage"),
        "pull_request_known": _share(point.number is not None for point in seen.pulls),
        "incident_linked": _share(point.deployment_id is not None for point in incidents),
        "healthy_confirmed": _without(counted, "unconfirmed", "partially_changed"),
        "team_known": _share(point.team is not None for point in counted),
        "not_approximate": _without(counted, "approximate", "incomplete"),
    }
    return Numbers(
        main=min((value for value in values.values() if value is not None), default=None),
        values=values,
        parts={"deployments": len(counted), "changes": len(seen.pulls), "incidents": len(incidents)},
    )


MEASURE = Measure(
    name="data_quality",
    title="Data quality",
    unit="ratio",
    version=2,
    definition="Of the deployments, changes and incidents of the window, the share of which what the other measures "
    "need is known; the headline is the worst share.",
    counted="all deployments of the window, pull requests (and commits without one), incidents that were not cancelled",
    why="A number of half of the data is not the number. What is missing is shown instead of guessed.",
    rows="deployments",
    judge=lambda _: None,
    needs=("pulls", "incidents"),
    compute=_compute,
    values={
        "commit_known": "deployments whose commit and what lies before it are known",
        "pull_request_known": "pull requests among all changes that arrived",
        "incident_linked": "incidents that are put down to a deployment",
        "healthy_confirmed": "deployments of which all parts were reported live and healthy",
        "team_known": "deployments whose team is known",
        "not_approximate": "deployments whose commits are all told, and not only nearly right",
    },
    always_headline=True,
)
