"""What the gates would say today: of every service, of what would be deployed next."""

import asyncio
from collections.abc import Sequence
from typing import Any

from app.gates import told
from app.gates.asking import question
from app.gates.found import ALL
from app.gates.keeper import Gatekeeper
from app.gates.model import CannotTell, Question

AT_ONCE = 8


async def preview(
    keeper: Gatekeeper, now: int, services: Sequence[str] | None = None, environment: str | None = None
) -> list[dict[str, Any]]:
    """The answers, where the rules ask for a gate at all; nothing is recorded."""
    estate, slots = keeper.sources.estate, asyncio.Semaphore(AT_ONCE)
    stages = [environment] if environment else estate.environments
    places = [
        (name, stage)
        for name in (estate.services if services is None else services)
        for stage in stages
        if keeper.asked.names(name, stage)
    ]

    async def one(name: str, stage: str) -> dict[str, Any]:
        async with slots:
            asked = await _next(keeper, question(estate, now, service=name, environment=stage))
            return told.answer(ALL, asked, await keeper.ask(ALL, asked), told.stops(None, asked.tier))

    return list(await asyncio.gather(*(one(name, stage) for name, stage in places)))


async def _next(keeper: Gatekeeper, asked: Question) -> Question:
    """With what runs in the environment before as what would be deployed."""
    runs = keeper.sources.runs
    try:
        found = await runs(asked.service, asked.before) if runs and asked.before else None
    except CannotTell:
        found = None
    if found is None:
        return asked
    return question(
        keeper.sources.estate,
        asked.now,
        service=asked.service,
        environment=asked.environment,
        commit=found.sha,
        version=found.version,
    )
