"""The evidence of the gate `fix-version`: what runs, the commits since then, their tickets, what Jira says of them."""

import asyncio
from collections.abc import Callable, Sequence

from app.clients.jira import Jira
from app.clients.upstreams import GitOpsEntry
from app.estate.sections import Tickets
from app.estate.tickets import ticket_finder
from app.gates.desired import desired
from app.gates.gate import Running, Sources
from app.gates.model import CannotTell, Question
from app.gates.rooms.fix_version import changes
from app.gates.rooms.fix_version.changes import Range
from app.gates.rooms.fix_version.decide import Evidence
from app.gates.rooms.fix_version.named import Named
from app.gates.rooms.fix_version.settings import FixVersionSettings
from app.gitops import Tags

MOST_TICKETS = 1_000
_HEX = frozenset("0123456789abcdef")


async def gather(question: Question, settings: FixVersionSettings, sources: Sources) -> Evidence:
    """Asks Jira who we are first: with that, an answer of 404 is about the ticket and not about the token."""
    jira = sources.clients.jira if sources.clients else None
    if jira is None:
        raise CannotTell(
            "no_jira",
            "no Jira is set up to ask",
            ("Set upstreams.jira in the rules, and its token (SHIPBELL_JIRA_TOKEN).",),
        )
    account, keys_in = await _account(jira, sources)
    base = await _baseline(question, sources)
    named = Named(keys_in)
    span = await _range(question, base, named, sources)
    keys = named.keys()
    sources.say(
        f"{named.commits} commits from {span.base} to {span.head}, read from {span.whence}: {len(keys)} tickets"
    )
    if named.truncated or len(keys) > MOST_TICKETS:
        raise CannotTell("too_many_tickets", f"the commits name more than {MOST_TICKETS:,} tickets: that is no release")
    issues = await jira.issues(keys)
    sources.say(f"Jira: {len(issues.found)} found, {len(issues.missing)} not: {', '.join(issues.missing[:10]) or '-'}")
    shown = {*keys, *(issue.key for issue in issues.found.values())}
    return Evidence(
        baseline=base.version,
        whence=base.whence,
        base=span.base,
        head=span.head,
        read_from=span.whence,
        commits=named.commits,
        unnamed=named.unnamed,
        reverted=named.reverted,
        diverged=span.diverged,
        found=issues.found,
        missing=issues.missing,
        links={key: link for key in sorted(shown) if (link := jira.link(key))},
        account=account,
    )


KeysIn = Callable[[str], Sequence[str]]


async def _account(jira: Jira, sources: Sources) -> tuple[str, KeysIn]:
    """Who we are to Jira, and what finds keys in a text: those of the estate's projects, else of all that we see."""
    estate = sources.estate
    if estate.projects:
        who = await jira.myself()
        sources.say(f"Jira knows us as {who.name or who.id}; projects by the estate: {', '.join(estate.projects)}")
        return who.name or who.id, lambda text: estate.tickets_in((text,))
    who, seen = await asyncio.gather(jira.myself(), jira.projects())
    if not seen:
        raise CannotTell(
            "no_projects",
            f"the account {who.name or who.id} sees no project in Jira, and the estate names none",
            ("List the projects in `tickets.projects` of the estate, or give the account the right to browse them.",),
        )
    projects = tuple(each.key for each in seen)
    sources.say(f"Jira knows us as {who.name or who.id}; projects that it shows us: {', '.join(projects[:20])}")
    find = ticket_finder(Tickets.model_construct(projects=projects))
    return who.name or who.id, lambda text: [found["key"] for found in find((text,))]


async def _baseline(question: Question, sources: Sources) -> Running:
    if question.baseline:
        return Running(question.baseline, whence="what the caller says")
    git = sources.clients.gitops if sources.clients else None
    found = await _told(question, sources) if sources.facts else None  # nearer than a fetch, and as fresh
    if found is None and git is not None:
        found = await desired(git, sources.estate, question.service, question.environment)
        sources.say(f"GitOps: {found.version if found else 'nothing'} in {question.environment}")
    if found is None and not sources.facts:
        found = await _told(question, sources)
    if found is None and git is None and sources.runs is None:
        raise CannotTell(
            "no_baseline",
            f"nobody can say what runs in {question.environment}: neither a GitOps repository nor a service is set up",
            ("Set upstreams.gitops in the rules, or SHIPBELL_URL and SHIPBELL_TOKEN, or give --baseline COMMIT.",),
        )
    if found is None:
        raise changes.first_deployment(question)
    return found


async def _told(question: Question, sources: Sources) -> Running | None:
    """What the service says."""
    if sources.runs is None:
        return None
    found = await sources.runs(question.service, question.environment)
    sources.say(f"the service: {found.version if found else 'nothing'} runs in {question.environment}")
    return found


async def _range(question: Question, base: Running, named: Named, sources: Sources) -> Range:
    names = _names(base, sources)
    sources.say(f"the commit of {base.version} is sought as {', '.join(names)}")
    found = None
    if sources.checkout is not None:
        found = await changes.local(sources.checkout, question, base, names, named)
        if found is None:
            sources.say("the clone here is shallow, and does not reach so far back")
    if found is not None:
        return found
    bitbucket = sources.clients.bitbucket if sources.clients else None
    repo = sources.estate.repositories.get(question.service) or question.service
    if bitbucket is None or ("/" not in repo and not bitbucket.workspace):
        if sources.checkout is not None:
            raise changes.too_shallow()
        raise CannotTell(
            "no_repository",
            "there is neither a clone here nor Bitbucket to read commits from",
            ("Run the gate in the clone of the service (--repo-dir), or set upstreams.bitbucket in the rules.",),
        )
    named.restart()
    head = await changes.head(bitbucket, repo, question, await _wanted(question, sources))
    return await changes.remote(bitbucket, repo, head, question, base, names, named, sources.say)


async def _wanted(question: Question, sources: Sources) -> list[str]:
    """Under which names the version that is asked about may stand there, if it has to name the commit."""
    if question.commit or not question.version:
        return []
    stays = await sources.facts.stays(question, question.before) if sources.facts and question.before else ()
    sha = next((stay.sha for stay in stays if stay.sha), "")
    return _names(Running(question.version, sha), sources)


def _names(base: Running, sources: Sources) -> list[str]:
    """Under which names a version may stand in the repository: its commit, else a tag, often with a v before it."""
    git = sources.clients.gitops if sources.clients else None
    tags = git.tags if git else Tags(GitOpsEntry.model_fields["tag"].default)
    sha = base.sha or tags.commit(base.version)
    if sha:
        return [sha]
    plain = len(base.version) >= 7 and _HEX.issuperset(base.version.lower())
    return [base.version] if plain else [base.version, f"v{base.version}"]
