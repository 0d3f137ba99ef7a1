"""What is known of repositories: commits, links between them, pull requests, names of commits."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from app.events import UNMAPPED
from app.facts.history import Link, reverts, together
from app.facts.lineage import Graph
from app.facts.model import Commit, PullRequest
from app.store.ask import Row, ask
from app.store.bulk import BulkInsert
from app.store.fact_records import COMMITS, PULL_REQUESTS, number, param, several
from app.store.fact_tables import fact_arrivals, fact_commits, fact_deployments, fact_links, fact_names
from app.store.fact_tables import fact_pull_requests as requests

SHORT, WHOLE = 7, 40
_CUT = 12
"""As much of a merge's commit as Bitbucket tells with a pull request."""
_c, _l, _n = fact_commits.c, fact_links.c, fact_names.c
_COMMITS = COMMITS.select.where(_c.repository == param("repository_"), _c.sha.in_(several("shas_")))
_WHERE = sa.select(_c.repository).distinct().where(_c.sha.in_(several("shas_")))
_SHAS = COMMITS.select.where(_c.sha.in_(several("shas_")))
_LIKE = sa.select(_c.repository, _c.sha, _c.service).where(_c.sha >= param("from_"), _c.sha < param("to_")).limit(20)
_HEADS = sa.select(_l.repository, _l.child).where(_l.child >= param("from_"), _l.child < param("to_")).limit(20)
_NAMES = sa.select(_n.name, _n.sha).where(_n.service == param("service_"), _n.name.in_(several("names_")))
_THERE = sa.select(_l.child, _l.parent, _l.how).where(
    _l.repository == param("repository_"), _l.child.in_(several("shas_"))
)
_REQUEST = PULL_REQUESTS.select.where(
    requests.c.repository == param("repository_"), requests.c.id == sa.bindparam("id_", type_=sa.Integer)
)
_LINK = BulkInsert(fact_links, "repository", "child", "parent", "how", or_ignore=True)
_NAME = BulkInsert(fact_names, "service", "name", "repository", "sha", or_ignore=True)
_COMMIT = BulkInsert(fact_commits, *COMMITS.columns, or_replace=True)
_SERVICE = COMMITS.columns.index("service")
_PUT = BulkInsert(requests, *PULL_REQUESTS.columns, or_replace=True)
_MERGES = PULL_REQUESTS.select.where(
    requests.c.repository == param("repository_"), requests.c.merge_commit.in_(several("shas_"))
)


def add_commits(connection: Connection, service: str, commits: Sequence[Commit]) -> set[str]:
    """Note what is told of commits of one repository, beside what was told before; returns those that it changed."""
    told: dict[str, Commit] = {}
    for commit in commits:
        told[commit.sha] = together(told[commit.sha], commit) if commit.sha in told else commit
    if not told:
        return set()
    rows = [COMMITS.row(each, service=service) for each in told.values()]
    return add_commit_rows(connection, service, commits[0].repository, rows)


def add_commit_rows(connection: Connection, service: str, repository: str, rows: Sequence[Row]) -> set[str]:
    """The same with rows, each commit once."""
    old = {row[1]: row for row in ask(connection, _COMMITS, _of(repository, [row[1] for row in rows]))}
    fresh, changed = [row for row in rows if row[1] not in old], []
    for row in rows:
        there = old.get(row[1])
        if there is None:
            continue
        owner = max(there[_SERVICE], service) if service != UNMAPPED else there[_SERVICE]
        new = COMMITS.row(together(COMMITS.record(there), COMMITS.record(row)), service=owner)
        if new != there:
            changed.append(new)
    COMMITS.add(connection, fresh)
    _COMMIT.run(connection, changed)
    return {row[1] for row in fresh} | {row[1] for row in changed}


def add_links(connection: Connection, repository: str, links: Sequence[Link]) -> set[str]:
    """Note links of a repository; what is there already stays. Returns the commits from which there are new ones."""
    if not links:
        return set()
    there = {tuple(row) for row in ask(connection, _THERE, _of(repository, list({each.child for each in links})))}
    new = [(repository, each.child, each.parent, each.how) for each in links]
    add_link_rows(connection, [row for row in new if row[1:] not in there])
    return {row[1] for row in new if row[1:] not in there}


def _of(repository: str, shas: list[str]) -> dict[str, object]:
    return {"repository_": repository, "shas_": shas}


def add_link_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Note links as rows; what is there already stays."""
    _LINK.run(connection, rows)


def add_names(connection: Connection, names: Sequence[tuple[str, str, str, str]]) -> None:
    """Note names of commits, tags and builds, as (service, name, repository, commit)."""
    _NAME.run(connection, names)


def put_request(connection: Connection, service: str, request: PullRequest) -> bool:
    """Note a pull request as its claims come to; returns whether that is news."""
    values = {"repository_": request.repository, "id_": request.id}
    new = [PULL_REQUESTS.row(request, service=service)]
    changed, _, added = PULL_REQUESTS.become(connection, ask(connection, _REQUEST, values), new)
    return bool(changed or added)


def put_requests(connection: Connection, service: str, made: Sequence[PullRequest]) -> None:
    """Note many pull requests of a service."""
    _PUT.run(connection, [PULL_REQUESTS.row(each, service=service) for each in made])


def whole(connection: Connection, service: str, words: Collection[str]) -> dict[str, str]:
    """The whole commits of versions and beginnings of commits, as far as they are known and certain.

    A name of the service goes before the beginning of a commit; of several commits only the service's own will do.
    """
    asked = [*words, *(f"v{word}" for word in words)]
    named: dict[str, set[str]] = {}
    for name, sha in ask(connection, _NAMES, {"service_": service, "names_": asked}) if words else ():
        for word in {name, name.removeprefix("v")} & set(words):
            named.setdefault(word, set()).add(sha)
    told = ((word, whole_of(connection, service, word, named.get(word, ()))) for word in words)
    return {word: sha for word, sha in told if sha is not None}


def whole_of(connection: Connection, service: str, word: str, named: Collection[str]) -> str | None:
    """The whole commit of a version or the beginning of a commit; `named` are the commits that are called so."""
    if len(named) == 1:
        sha = next(iter(named))
        return _only(connection, service, sha) or sha
    return _only(connection, service, word)


_HEX = frozenset("0123456789abcdef")


def _only(connection: Connection, service: str, beginning: str) -> str | None:
    """The one commit that begins so: the service's own, or anybody's; of digits alone, maybe a date, only its own."""
    if len(beginning) >= WHOLE:
        return beginning
    if len(beginning) < SHORT or not _HEX.issuperset(beginning):
        return None
    values = {"from_": beginning, "to_": f"{beginning}g"}
    found = ask(connection, _LIKE, values)
    for some in ([sha for _, sha, owner in found if owner == service], [sha for _, sha, _ in found]):
        longest = max(some, key=len, default=None)
        if longest and all(longest.startswith(sha) for sha in some):
            return str(longest)
        if some or beginning.isdigit():
            return None
    return None


_d, _r = fact_deployments.c, fact_arrivals.c


def _chain_stop(sha: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether a commit was live in the chain before the horizon: nothing behind it is of interest."""
    arrived = sa.exists().where(
        _r.service == param("service_"), _r.environment == param("environment_"), _r.sha == sha,
        _r.live_at < number("horizon_"),
    )  # fmt: skip
    deployed = sa.exists().where(
        _d.service == param("service_"), _d.environment == param("environment_"), _d.artifact == sha,
        _d.live_at < number("horizon_"),
    )  # fmt: skip
    return sa.or_(arrived, deployed)


_walk = (
    sa.select(_l.child.label("sha"))
    .where(_l.repository == param("repository_"), _l.child.in_(several("heads_")))
    .distinct()
    .cte("walk", recursive=True)
)
_walk = _walk.union(
    sa.select(_l.parent).where(
        _l.repository == param("repository_"), _l.child == _walk.c.sha, _l.how != "forced", _l.child != param("stop_"),
        sa.not_(_chain_stop(_walk.c.sha)),
    )
)  # fmt: skip
_WALK = sa.select(_l.child, _l.parent, _l.how).where(_l.repository == param("repository_"), _l.child == _walk.c.sha)
_ARRIVED = sa.select(_r.sha, _r.live_at, _r.original, _r.deployment_id).where(
    _r.service == param("service_"), _r.environment == param("environment_"), _r.live_at < number("until_"),
    _r.sha.in_(several("shas_")),
)  # fmt: skip
_PICKED = sa.select(_r.original).where(
    _r.service == param("service_"), _r.environment == param("environment_"), _r.live_at < number("until_"),
    _r.original.in_(several("shas_")),
)  # fmt: skip
_DEPLOYED = sa.select(_d.sha, sa.func.min(_d.live_at)).where(
    _d.service == param("service_"), _d.environment == param("environment_"), _d.live_at < number("until_"),
    _d.artifact.in_(several("shas_")), _d.outcome == "succeeded",
).group_by(_d.sha)  # fmt: skip
_BITE = 5_000


def graph(
    connection: Connection,
    chain: tuple[str, str],
    heads: Collection[str],
    extra: Collection[str],
    times: tuple[int, int],
    stop: str = "",
) -> tuple[Graph, dict[str, str]]:
    """What is known around commits, and which deployments brought those that were live.

    `heads` are walked from, `extra` commits are only looked up; `times` (µs) are the horizon, and until when what is
    kept counts: see `Graph.live`. What is behind the commit `stop` is left out.
    """
    found, (horizon, until) = Graph(), times
    where = {"service_": chain[0], "environment_": chain[1]}
    for repository in repositories(connection, heads):
        values = where | {"repository_": repository, "heads_": list(heads), "horizon_": horizon, "stop_": stop}
        for child, parent, how in ask(connection, _WALK, values):
            found.links.setdefault(child, []).append(Link(child, parent, how))
        shas = {*heads, *found.links, *(link.parent for links in found.links.values() for link in links)}
        _add_known(connection, found, repository, shas)
    add_commits_of(connection, found, extra)
    holders = _add_live(connection, found, where | {"until_": until}) if until else {}
    return found, holders


def repositories(connection: Connection, heads: Collection[str]) -> list[str]:
    """Where these commits are known to be."""
    if not heads:
        return []
    return sorted(row[0] for row in ask(connection, _WHERE, {"shas_": list(heads)}))


def add_commits_of(connection: Connection, found: Graph, shas: Collection[str]) -> None:
    """Add what is told of these commits, wherever they are."""
    missing = [sha for sha in shas if sha not in found.commits]
    for some in _bites(missing):
        for commit in COMMITS.find(connection, _SHAS, {"shas_": some}):
            found.commits[commit.sha] = commit


def _add_known(connection: Connection, found: Graph, repository: str, shas: Collection[str]) -> None:
    """The commits themselves, the pull requests that they merge, and those requests' own commits."""
    for some in _bites(list(shas)):
        for commit in COMMITS.find(connection, _COMMITS, {"repository_": repository, "shas_": some}):
            found.commits[commit.sha] = commit
    merged: list[PullRequest] = []
    for some in _bites([*shas, *{sha[:_CUT] for sha in shas}]):
        merged += PULL_REQUESTS.find(connection, _MERGES, {"repository_": repository, "shas_": some})
    add_merges(connection, found, merged, shas)


def add_merges(connection: Connection, found: Graph, merged: Iterable[PullRequest], shas: Iterable[str]) -> None:
    """Add the pull requests whose merges are among some commits, their own commits, and all that those name."""
    whole = {sha[:_CUT]: sha for sha in sorted(shas, key=len)}
    inner: set[str] = set()
    for request in merged:
        commit = request.merge_commit or ""
        if (sha := whole.get(commit[:_CUT])) is not None and commit in (sha, sha[:_CUT]):
            found.merges[sha] = request
            inner.update(request.commits)
    add_commits_of(connection, found, inner - found.commits.keys())
    _complete(connection, found, {sha for sha in inner if len(sha) < WHOLE})
    add_commits_of(connection, found, set(found.whole.values()) - found.commits.keys())
    told = list(found.commits.values())
    _complete(connection, found, {each.original for each in told if each.original})
    _complete(connection, found, {sha for each in told for sha in reverts(each.message)})


def _complete(connection: Connection, found: Graph, beginnings: Collection[str]) -> None:
    """The whole commits of beginnings that messages and pull requests name."""
    for beginning in beginnings:
        if beginning not in found.commits and (full := _only(connection, "", beginning)):
            found.whole[beginning] = full


def _add_live(connection: Connection, found: Graph, where: Mapping[str, object]) -> dict[str, str]:
    """What of it was live in the chain; returns the deployments that brought it."""
    holders: dict[str, str] = {}
    told = list(found.commits.values())
    others = {found.full(each.original) for each in told if each.original}
    others |= {found.full(sha) for each in told for sha in reverts(each.message)}
    for some in _bites([*found.commits, *(others - found.commits.keys())]):
        values = {**where, "shas_": some}
        for sha, live_at, _, deployment_id in ask(connection, _ARRIVED, values):
            found.live[sha] = live_at
            holders[sha] = deployment_id
        found.copied.update(row[0] for row in ask(connection, _PICKED, values))
        for sha, live_at in ask(connection, _DEPLOYED, values):
            found.live[sha] = min(live_at, found.live.get(sha, live_at))
    return holders


def _bites(items: Sequence[str]) -> Iterable[list[str]]:
    return (list(items[start : start + _BITE]) for start in range(0, len(items), _BITE))
