"""Asks gates here, in the pipeline: by rules that lie here, the clone of the step, Jira and Bitbucket."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from app.cli.gate_asked import Asked, Misused
from app.cli.gate_running import runs_of
from app.clients.checkout import Checkout, open_checkout
from app.clients.git_faults import GitFault
from app.clients.opening import Clients, open_clients
from app.clients.upstreams import Upstreams, load_upstreams
from app.config.environment import FileTwins
from app.config.files import read_documents
from app.estate import Estate, load_estate
from app.events import Hints
from app.gates import told
from app.gates.found import ALL, GATES
from app.gates.gate import Sources
from app.gates.keeper import Bypass, Gatekeeper
from app.gates.model import Decision, Question
from app.gates.section import Asked as AskedGates
from app.gates.section import load_gates
from app.kernel import yaml
from app.kernel.clock import system_clock
from app.kernel.yaml import Document, did_you_mean

LOCAL = frozenset({"fix-version", "freeze"})
"""Gates that need no service."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rules say, as far as gates want to know it."""

    estate: Estate
    upstreams: Upstreams
    gates: AskedGates


def read_rules(place: Path) -> Rules:
    """From a folder of rules, or from one file. Raises ConfigErrors."""
    documents = read_documents(place) if place.is_dir() else _single(place)
    upstreams, _ = load_upstreams(documents)
    return Rules(load_estate(documents), upstreams, load_gates(documents, GATES))


def _single(file: Path) -> Sequence[Document]:
    try:
        return [yaml.load(file.read_text(encoding="utf-8"), file.name)]
    except (OSError, UnicodeError) as error:
        raise Misused(f"{file} cannot be read: {type(error).__name__}") from None


def ask_here(asked: Asked, rules: Rules, say: Callable[[str], None]) -> tuple[dict[str, Any], tuple[str, Any]]:
    """The answer, and the report to send to a service. Raises Misused and ConfigErrors."""
    return asyncio.run(_ask(asked, rules, say))


async def _ask(asked: Asked, rules: Rules, say: Callable[[str], None]) -> tuple[dict[str, Any], tuple[str, Any]]:
    checkout = open_checkout(asked.options.repo_dir, asked.variables)
    commit, author = await _head(asked, checkout, say)
    question = _question(asked, rules.estate, commit)
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(_clients(rules, asked.variables, say))
        runs = runs_of(asked.variables, say)
        sources = Sources(rules.estate, clients, None, runs, checkout, say)
        given = asked.bypass()
        keeper = Gatekeeper(rules.gates, sources)
        decisions = await keeper.ask(asked.options.gate, question, Bypass(**given) if given else None)
    return _answer(asked, question, decisions), told.report(question, decisions, asked.asker(author))


def bypassed(asked: Asked, bypass: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, Any]]:
    """The answer for somebody who goes past a gate where nothing is set up to ask."""
    name = asked.options.gate
    body = asked.body()
    question = Question(
        body.get("service", ""), body.get("environment", ""), system_clock(), commit=body.get("commit", "")
    )
    keeper = Gatekeeper(AskedGates(), Sources(load_estate([])))
    decisions = asyncio.run(keeper.ask(name, question, Bypass(**bypass)))
    return _answer(asked, question, decisions), told.report(question, decisions, asked.asker())


def _answer(asked: Asked, question: Question, decisions: Sequence[Decision]) -> dict[str, Any]:
    on_unknown = told.stops(asked.options.on_unknown, question.tier)
    return told.answer(asked.options.gate, question, decisions, on_unknown)


def _question(asked: Asked, estate: Estate, commit: str) -> Question:
    body = asked.body()
    named, stage = body.get("service", ""), body.get("environment", "")
    if not named or not stage:
        missing = "--service" if not named else "--environment"
        raise Misused(f"{missing} is missing, and the variables of this step do not say it")
    hints = Hints((("name", named), ("repository", asked.here.repository)), (("name", stage),))
    service, environment = estate.place(hints)
    for kind, ours, said, known in (
        ("service", service, named, estate.services),
        ("environment", environment, stage, estate.environments),
    ):
        if ours is None:
            hint = did_you_mean(said, known)
            raise Misused(f"the estate knows no {kind} {said!r}" + (f" ({hint})" if hint else ""))
    options = asked.options
    return Question(
        service=service or "",
        environment=environment or "",
        now=system_clock(),
        tier=estate.tiers.get(environment or "", ""),
        before=before(estate, environment or ""),
        commit=commit,
        version=options.version or asked.here.tag,
        baseline=options.baseline,
        unreleased=options.unreleased,
        release=options.release,
    )


def before(estate: Estate, environment: str) -> str:
    """The environment before that one in the order of promotion, which is the order of the file."""
    index = estate.environments.index(environment) if environment in estate.environments else 0
    return estate.environments[index - 1] if index else ""


async def _head(asked: Asked, checkout: Checkout | None, say: Callable[[str], None]) -> tuple[str, tuple[str, str]]:
    """The commit that is asked about, whole if the clone here has it, and who wrote it."""
    named = asked.options.commit or asked.here.commit
    if checkout is None:
        say(f"no clone at {asked.options.repo_dir}")
        return named, ("", "")
    try:
        found = await checkout.resolve(named or "HEAD")
        return (found, await checkout.author(found)) if found else (named, ("", ""))
    except GitFault as fault:
        say(str(fault))
        return named, ("", "")


def _clients(rules: Rules, variables: Mapping[str, str], say: Callable[[str], None]) -> Clients:
    """What may be asked: an upstream whose token is not here is left out, for not every step has every token."""
    reveal = FileTwins(variables)
    named = rules.upstreams
    left = {
        name: None
        for name in ("gitops", "bitbucket", "jira")
        if (entry := getattr(named, name)) and entry.token_env and not reveal.get(entry.token_env)
    }
    for name in left:
        say(f"{name} is not asked: {getattr(named, name).token_env} is not set")
    kept = named.model_copy(update={**left, "argocd": {}})
    return open_clients(kept, reveal.get, Path(gettempdir()) / "shipbell-cache", rules.estate.environments)


def can_ask(name: str, rules: Rules) -> bool:
    """Whether a gate can be asked by these rules, without a service."""
    return name == "freeze" or (name == "fix-version" and rules.upstreams.jira is not None) or name == ALL
