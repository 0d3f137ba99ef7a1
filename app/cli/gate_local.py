"""Asks gates here, in the pipeline: by rules that lie here, the clone of the step, Jira and Bitbucket."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
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
from app.config.documents import read_documents, read_files
from app.config.environment import FileTwins
from app.estate import Estate, load_estate
from app.gates import told
from app.gates.asking import question
from app.gates.found import ALL, GATES
from app.gates.gate import Sources
from app.gates.keeper import Bypass, Gatekeeper
from app.gates.model import Decision, Question
from app.gates.preview import preview
from app.gates.section import Asked as AskedGates
from app.gates.section import load_gates
from app.kernel.clock import system_clock

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
    documents = read_documents(place) if place.is_dir() else read_files([place], place.parent)
    upstreams, _ = load_upstreams(documents)
    return Rules(load_estate(documents), upstreams, load_gates(documents, GATES))


def ask_here(asked: Asked, rules: Rules, say: Callable[[str], None]) -> tuple[dict[str, Any], tuple[str, Any]]:
    """The answer, and the report to send to a service. Raises Misused and ConfigErrors."""
    return asyncio.run(_ask(asked, rules, say))


async def _ask(asked: Asked, rules: Rules, say: Callable[[str], None]) -> tuple[dict[str, Any], tuple[str, Any]]:
    checkout = open_checkout(asked.options.repo_dir, asked.variables)
    commit, author = await _head(asked, checkout, say)
    put, given = _question(asked, rules.estate, commit), asked.bypass()
    async with _clients(rules, asked.variables, say) as clients:
        keeper = _keeper(asked, rules, clients, checkout, say)
        decisions = await keeper.ask(asked.options.gate, put, Bypass(**given) if given else None)
    return _answer(asked, put, decisions), told.report(put, decisions, asked.asker(author))


def preview_here(asked: Asked, rules: Rules, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """What the gates would say of every service; commits are asked of Bitbucket, for a clone is of one service."""

    async def look() -> list[dict[str, Any]]:
        async with _clients(rules, asked.variables, say) as clients:
            keeper = _keeper(asked, rules, clients, None, say)
            return await preview(keeper, system_clock(), environment=asked.options.environment or None)

    return asyncio.run(look())


def _keeper(
    asked: Asked, rules: Rules, clients: Clients, checkout: Checkout | None, say: Callable[[str], None]
) -> Gatekeeper:
    runs = runs_of(asked.variables, say)
    return Gatekeeper(rules.gates, Sources(rules.estate, clients, None, runs, checkout, say))


def bypassed(asked: Asked, bypass: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, Any]]:
    """The answer for somebody who goes past a gate where nothing is set up to ask."""
    name = asked.options.gate
    body = asked.body()
    put = Question(body.get("service", ""), body.get("environment", ""), system_clock(), commit=body.get("commit", ""))
    keeper = Gatekeeper(AskedGates(), Sources(load_estate([])))
    decisions = asyncio.run(keeper.ask(name, put, Bypass(**bypass)))
    return _answer(asked, put, decisions), told.report(put, decisions, asked.asker())


def _answer(asked: Asked, put: Question, decisions: Sequence[Decision]) -> dict[str, Any]:
    return told.answer(asked.options.gate, put, decisions, told.stops(asked.options.on_unknown, put.tier))


def _question(asked: Asked, estate: Estate, commit: str) -> Question:
    body = asked.body()
    named, stage = body.get("service", ""), body.get("environment", "")
    if not named or not stage:
        missing = "--service" if not named else "--environment"
        raise Misused(f"{missing} is missing, and the variables of this step do not say it")
    more = {name: body.get(name, "") for name in ("version", "baseline", "release")}
    return question(
        estate,
        system_clock(),
        service=named,
        environment=stage,
        repository=asked.here.repository,
        commit=commit,
        unreleased=asked.options.unreleased,
        **more,
    )


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
    return open_clients(
        kept, reveal.get, Path(gettempdir()) / f"shipbell-cache-{os.getuid()}", rules.estate.environments
    )


def can_ask(name: str, rules: Rules) -> bool:
    """Whether a gate can be asked by these rules, without a service."""
    return name == "freeze" or (name == "fix-version" and rules.upstreams.jira is not None) or name == ALL
