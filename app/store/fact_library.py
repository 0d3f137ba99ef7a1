"""The history of whole repositories, read at once: a rebuild derives every chain of a service by it."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.history import Link
from app.facts.lineage import Graph
from app.store import fact_history
from app.store.ask import ask
from app.store.fact_records import COMMITS, PULL_REQUESTS, param
from app.store.fact_tables import fact_commits, fact_links, fact_names
from app.store.fact_tables import fact_pull_requests as requests

_l = fact_links.c
_COMMITS = COMMITS.select.where(fact_commits.c.repository == param("repository_"))
_LINKS = sa.select(_l.child, _l.parent, _l.how).where(_l.repository == param("repository_"))
_MERGED = PULL_REQUESTS.select.where(
    requests.c.repository == param("repository_"), requests.c.merge_commit.is_not(None)
)
_NAMES = sa.select(fact_names.c.name, fact_names.c.sha).where(fact_names.c.service == param("service_"))


class Library:
    """What is known of repositories and of a service's names, for one transaction in which nothing of it changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._repositories: frozenset[str] = frozenset()
        self._graph = Graph()
        self._service = ""
        self._names: dict[str, set[str]] = {}
        self._whole: dict[str, str | None] = {}

    def whole(self, service: str, words: Collection[str]) -> dict[str, str]:
        """See `fact_history.whole`."""
        if service != self._service:
            self._service, self._names, self._whole = service, defaultdict(set), {}
            for name, sha in ask(self._connection, _NAMES, {"service_": service}):
                for word in {name, name.removeprefix("v")}:
                    self._names[word].add(sha)
        found = {}
        for word in words:
            if word not in self._whole:
                self._whole[word] = fact_history.whole_of(self._connection, service, word, self._names.get(word, ()))
            if (sha := self._whole[word]) is not None:
                found[word] = sha
        return found

    def graph(self, heads: Collection[str], extra: Collection[str]) -> Graph:
        """What is known around commits and behind them; see `fact_history.graph`. Nothing of it is live."""
        repositories = frozenset(fact_history.repositories(self._connection, heads))
        if repositories != self._repositories:
            self._repositories, self._graph = repositories, Graph()
            for repository in sorted(repositories):
                self._read(repository)
        known = self._graph
        fact_history.add_commits_of(self._connection, known, extra)
        return Graph(known.commits, known.links, known.merges, known.whole)

    def _read(self, repository: str) -> None:
        found, here = self._graph, {"repository_": repository}
        links: dict[str, list[Link]] = defaultdict(list)
        for child, parent, how in ask(self._connection, _LINKS, here):
            links[child].append(Link(child, parent, how))
        found.links.update(links)
        for commit in COMMITS.find(self._connection, _COMMITS, here):
            found.commits[commit.sha] = commit
        merged = PULL_REQUESTS.find(self._connection, _MERGED, here)
        shas = {*found.commits, *links, *(link.parent for some in links.values() for link in some)}
        fact_history.add_merges(self._connection, found, merged, shas)
