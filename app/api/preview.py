"""`/preview`: a page for people, with any card on any stored event or shipped sample as Teams would show it."""

import asyncio
import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse

from app.api.access import allow_person
from app.api.parts import Parts, parts_of
from app.cards.preview import Choices, Shown, find_renderer, page
from app.ingest.rehearsal import as_sent, sample_view
from app.kernel.samples import load_sample, sample_names
from app.kernel.yaml import did_you_mean
from app.store import events as store

router = APIRouter()

RECENT = 50
"""How many stored events the page offers."""
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}
_ID = re.compile("[0-9a-f]{32}")
_SILENT = "This sample says nothing that a card could show: it is ignored, as the real request would be."
_EMPTY = "No event is stored yet: choose a sample."

View = dict[str, Any]


@router.get("/preview", include_in_schema=False, dependencies=[Depends(allow_person("read"))])
async def preview(
    parts: Annotated[Parts, Depends(parts_of)],
    card: Annotated[str | None, Query(max_length=200)] = None,
    event: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """The page. Without an `event` it is the newest one, without a `card` the one that today's rules choose."""
    names = parts.cards().names
    if card is not None and card not in names:
        raise HTTPException(404, f"there is no such card ({did_you_mean(card, names) or 'see shipbell cards lint'})")
    recent = await _recent(parts)
    chosen = event or next((view["id"] for view in recent), None)
    view = await _view(chosen, parts) if chosen else None
    samples = [(name, name) for name in _samples(parts)]
    choices = Choices(sorted(names), {"Recent events": _options(recent, chosen, view), "Samples": samples})
    note = "" if view else _SILENT if chosen else _EMPTY
    made = await asyncio.to_thread(lambda: page(_shown(card, chosen, view, parts), find_renderer(), choices, note))
    return HTMLResponse(made.html, headers={**_HEADERS, "content-security-policy": made.policy})


def _shown(card: str | None, chosen: str | None, view: View | None, parts: Parts) -> Shown | None:
    if view is None or chosen is None:
        return None
    name, context = as_sent(parts.book().rules, view, card)
    return Shown(name, chosen, parts.cards().render(name, context))


async def _recent(parts: Parts) -> list[View]:
    rows = await parts.database.read(
        lambda connection: store.listing(connection, {}, since=None, until=None, limit=RECENT, before=None)
    )
    return [orjson.loads(data) for _, _, data in rows]


async def _view(chosen: str, parts: Parts) -> View | None:
    """The event of this id, or of this sample; None for a sample that says nothing. Raises 404."""
    if _ID.fullmatch(chosen):
        data = await parts.database.read(lambda connection: store.get(connection, chosen))
        if data is None:
            raise HTTPException(404, "there is no such event; it may be older than the retention")
        found: View = orjson.loads(data)
        return found
    room, _, name = chosen.partition("/")
    if chosen not in _samples(parts):
        raise HTTPException(404, "there is no such event: give its id, or source/sample")
    return sample_view(parts.sources[room], load_sample(_room(room), name), parts.book().estate, parts.clock())


def _samples(parts: Parts) -> list[str]:
    return [f"{source}/{name}" for source in parts.sources for name in sample_names(_room(source))]


def _room(source: str) -> str:
    return f"app.sources.{source.replace('-', '_')}"


def _options(recent: list[View], chosen: str | None, view: View | None) -> list[tuple[str, str]]:
    """Recent events with a line of words each, and the chosen one if it is older than those."""
    older = [view] if view and view["id"] == chosen and all(each["id"] != chosen for each in recent) else []
    return [(each["id"], _words(each)) for each in (*older, *recent)]


def _words(view: View) -> str:
    said = (view.get(name) for name in ("type", "status", "service", "environment", "version"))
    words = " ".join(str(each)[:80] for each in said if each)
    return f"{str(view['occurred_at'])[:16].replace('T', ' ')} {words}"
