"""Incidents that a lost webhook would have told, of all tools that are named: asked once a round, not for a service.

The first time it reads the whole past in silence, part by part: whoever is killed goes on where it was.
"""

from collections.abc import Sequence
from typing import Any

from app.clients.incident_tools import IncidentTools
from app.collector.alert_tool import alert_tool
from app.collector.incident_tool import Message, Told, Tool, is_told
from app.collector.incidentio_tool import incidentio_tool
from app.collector.news import JSON, News
from app.collector.pagerduty_tool import pagerduty_tool
from app.collector.work import Work
from app.events import Draft
from app.events.reports import QUIET
from app.kernel.clock import MINUTE, to_datetime, to_us
from app.kernel.errors import BadPayload
from app.kernel.json import dumps
from app.kernel.text import clean
from app.kernel.together import all_of
from app.sources import Ignored, Inbound
from app.store.collected import Seen

OVERLAP = 10 * MINUTE
"""µs that are read again: what changed just now is not in every list at once."""


def tools(clients: IncidentTools) -> list[Tool[Any]]:
    """Those that may be asked."""
    links = dict(clients.links)
    alerts = (("jsm", clients.jsm), ("opsgenie", clients.opsgenie))
    found: list[Tool[Any]] = [alert_tool(name, each, links.get(name)) for name, each in alerts if each is not None]
    if clients.pagerduty is not None:
        found.append(pagerduty_tool(clients.pagerduty))
    if clients.incidentio is not None:
        found.append(incidentio_tool(clients.incidentio))
    return found


async def tell_incidents(work: Work, tool: Tool[Any]) -> None:
    """Tell what nobody told since the last round, or since the beginning. Raises ApiFault."""
    key = f"incidents:{tool.name}"
    before = work.before("cursor", key)
    first = before is None
    if before is None or work.again:
        since = await _fill(work, tool, f"{key}:filled", first=first)
    else:
        since = int(before.digest) - OVERLAP
    if since < work.now:
        async for page in tool.pages(to_datetime(since), to_datetime(work.now), False):
            await _tell_page(work, tool, page.items, first=first)
    work.note(Seen("cursor", key, str(work.now), work.now))


async def _fill(work: Work, tool: Tool[Any], key: str, *, first: bool) -> int:
    """Read the past, the oldest first; returns since when things may have changed while it was read, µs."""
    before = None if work.again else work.before("cursor", key)
    began = before.at if before else work.now
    since = max(work.since, int(before.digest)) if before else work.since
    async for page in tool.pages(to_datetime(since), to_datetime(work.now), True):
        await _tell_page(work, tool, page.items, first=first)
        if page.upto is not None:
            work.note(Seen("cursor", key, str(to_us(page.upto)), began))
            await work.flush()
    return began


async def _tell_page(work: Work, tool: Tool[Any], items: Sequence[Any], *, first: bool) -> None:
    subjects = [_subject(tool, item) for item in items]
    told = await work.ask.incidents(subjects)
    work.summary.looked["incident"] += len(items)
    pairs = zip(items, subjects, strict=True)
    await all_of(_tell(work, tool, item, told.get(subject, ()), first=first) for item, subject in pairs)


async def _tell(work: Work, tool: Tool[Any], item: Any, told: Sequence[Told], *, first: bool) -> None:
    """What is new of one thing, in the order of time."""
    for message in await tool.messages(item, told):
        news = _news(work, tool, message, told, first=first)
        if news is not None:
            await work.tell(news)


def _news(work: Work, tool: Tool[Any], message: Message, told: Sequence[Told], *, first: bool) -> News | None:
    """The receipt of a message; None for one that says nothing new, or that its room cannot read."""
    body = dumps(message.body)
    try:
        drafts = tool.source.parse(Inbound(message.headers, body))
    except BadPayload as error:
        work.summary.not_known(f"{tool.name}: an incident that cannot be read: {error}")
        return None
    if isinstance(drafts, Ignored):
        return None
    new: list[Draft] = [each for each in drafts if not is_told(told, each.type, each.occurred_at)]
    if not new:
        return None
    quiet = {QUIET: "1"} if work.is_quiet(new[0].occurred_at, first=first) else {}
    headers = {"content-type": JSON, **message.headers, **quiet}
    return News(tool.source.name, headers, body, (), {"incident": len(new)})


def _subject(tool: Tool[Any], item: Any) -> str:
    return f"incident:{tool.source.name}:{clean(tool.id_of(item), 200)}"
