"""A rollout written down as a deployment."""

from app.facts.rows import deployment_of
from tests.facts.test_rollouts import rolled
from tests.world.telling import deploy


def test_its_repository_is_what_the_first_that_knows_it_says() -> None:
    """Argo CD does not know it; a step of the pipeline does."""
    argocd = deploy("checkout", "2026-03-02T10:00Z", "a1")
    step = deploy("checkout", "2026-03-02T10:01Z", "a1", source="reporter", target="-")
    named = step | {"repository": {"provider": "bitbucket", "uuid": "{r}", "full_name": "acme/checkout"}}
    (both,), (alone,) = rolled(argocd, named)[0], rolled(argocd)[0]
    known, unknown = (deployment_of("checkout", "prod", each, "release", 1, None) for each in (both, alone))
    assert (known.repository, unknown.repository) == ("bitbucket:{r}", None)
