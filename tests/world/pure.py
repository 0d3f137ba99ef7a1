"""The facts floor without a store: every event of a world at hand, each chain derived from its beginning."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from app.facts import history
from app.facts.artifacts import Artifact
from app.facts.chain import Before
from app.facts.claims import Claim, read_claim
from app.facts.derive import Facts, Suspects, derive, roll
from app.facts.incidents import incident, names
from app.facts.lineage import Graph
from app.facts.model import Commit, Incident
from app.facts.reports import asked
from tests.world.telling import View

Chains = dict[tuple[str, str], Facts]


def derived(views: Sequence[View]) -> tuple[Chains, list[Incident]]:
    """The facts of every chain, and all incidents as the chains leave them."""
    told = {view["id"]: view for view in views}
    claims = [claim for view in told.values() if (claim := read_claim(view))]
    of_incidents = [list(each) for each in _by(claims, "incident", lambda claim: claim.subject)]
    incidents = [made for each in of_incidents if (made := incident(each))]
    named = {each[0].subject: meant for each in of_incidents if (meant := _named(each, told.values()))}
    keys = sorted({(claim.service, claim.environment) for claim in claims if claim.family == "deployment"})
    chains: Chains = {}
    for key in keys:
        here = [claim for claim in claims if (claim.service, claim.environment) == key]
        mine = [each for each in incidents if each.service == key[0]]
        graph = _graph(told.values(), claims)
        rolled = roll(here, _whole(graph, told.values(), asked(here)))
        chains[key] = derive(*key, rolled, Before(), graph, Suspects(mine, named))
    placed = {each.id: each for chain in chains.values() for each in chain.incidents if each.deployment_id}
    return chains, [placed.get(each.id, each) for each in incidents]


def _by(claims: Iterable[Claim], family: str, key: object) -> Iterable[Iterable[Claim]]:
    ordered = sorted((claim for claim in claims if claim.family == family), key=key)  # type: ignore[call-overload]
    return [list(group) for _, group in groupby(ordered, key=key)]  # type: ignore[call-overload]


def _graph(views: Iterable[View], claims: Sequence[Claim]) -> Graph:
    commits: dict[str, Commit] = {}
    graph = Graph(commits)
    for view in views:
        for made in history.commits_of(view):
            commits[made.sha] = history.together(commits[made.sha], made) if made.sha in commits else made
        for link in history.links_of(view):
            if link not in graph.links.setdefault(link.child, []):
                graph.links[link.child].append(link)
    for told in _by(claims, "pull", lambda claim: claim.subject):
        request = history.pull_request(told)
        if request and request.merge_commit:
            whole = next((sha for sha in sorted(commits) if sha.startswith(request.merge_commit)), request.merge_commit)
            graph.whole[request.merge_commit] = whole
            graph.merges[whole] = request
    return graph


def _whole(graph: Graph, views: Iterable[View], wanted: Iterable[str]) -> dict[str, str]:
    built = {name: sha for view in views for name, sha in history.names_of(view)}
    known = sorted({*graph.commits, *(link.parent for links in graph.links.values() for link in links)})
    found = {each: next((sha for sha in known if sha.startswith(each)), None) for each in wanted}
    return built | {each: sha for each, sha in found.items() if sha}


def _named(claims: Iterable[Claim], views: Iterable[View]) -> Artifact | None:
    meant = names(claims)
    built = {name: sha for view in views for name, sha in history.names_of(view)}
    return Artifact(meant.sha or built.get(meant.version or ""), meant.version, meant.other) if meant else None
