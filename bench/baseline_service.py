"""The service that a platform team would write itself: FastAPI, pydantic, an ORM row per request, a background task.

Written to be fair: the signature is checked, SQLite runs in WAL mode, a repeated request is recognised by a unique
column, and one httpx client is shared by all sends. It keeps no queue: what is not sent when it stops is not sent.
"""

import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SECRET = os.environ.get("BASELINE_SECRET", "").encode()
SINK = os.environ.get("BASELINE_SINK", "")
DATABASE = os.environ.get("BASELINE_DATABASE", "baseline.db")


class Base(DeclarativeBase):
    """The tables."""


class WebhookEvent(Base):
    """One request that was taken."""

    __tablename__ = "webhook_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_uuid: Mapped[str] = mapped_column(unique=True)
    event_key: Mapped[str]
    repository: Mapped[str]
    state: Mapped[str]
    received_at: Mapped[datetime]
    payload: Mapped[bytes]


class Named(BaseModel):
    """A repository, as far as the card needs it."""

    full_name: str


class Commit(BaseModel):
    """A commit, as far as the card needs it."""

    hash: str
    message: str


class Status(BaseModel):
    """The state of a build."""

    state: str
    name: str
    url: str
    refname: str | None = None
    commit: Commit
    created_on: datetime
    updated_on: datetime


class CommitStatus(BaseModel):
    """The webhook's body."""

    repository: Named
    commit_status: Status


# Few connections and none beyond them: SQLite's writers wait for each other, and more of them only wait longer.
engine = create_async_engine(f"sqlite+aiosqlite:///{DATABASE}", pool_size=5, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def prepare(connection: Any, _record: Any) -> None:
    """WAL, as every guide for SQLite under a web service says."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Creates the table, and the one client for all sends."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with httpx.AsyncClient(timeout=10) as client:
        app.state.client = client
        yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def session() -> AsyncIterator[AsyncSession]:
    """One session a request."""
    async with sessions() as opened:
        yield opened


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Says that the process is up."""
    return {"status": "ok"}


@app.post("/hooks/bitbucket", status_code=202)
async def hook(
    request: Request,
    background: BackgroundTasks,
    database: Annotated[AsyncSession, Depends(session)],
    x_event_key: Annotated[str, Header()],
    x_request_uuid: Annotated[str, Header()],
    x_hub_signature: Annotated[str, Header()] = "",
) -> dict[str, str]:
    """Takes a webhook: checks it, stores it, answers, and tells the channel afterwards."""
    body = await request.body()
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_hub_signature):
        raise HTTPException(401, "bad signature")
    payload = CommitStatus.model_validate_json(body)
    database.add(row_of(payload, body, x_event_key, x_request_uuid))
    try:
        await database.commit()
    except IntegrityError:
        return {"outcome": "duplicate"}
    if payload.commit_status.state == "SUCCESSFUL":
        background.add_task(notify, request.app.state.client, payload)
    return {"outcome": "accepted"}


def row_of(payload: CommitStatus, body: bytes, event_key: str, request_uuid: str) -> WebhookEvent:
    """The row that keeps the request."""
    return WebhookEvent(
        request_uuid=request_uuid,
        event_key=event_key,
        repository=payload.repository.full_name,
        state=payload.commit_status.state,
        received_at=datetime.now(UTC),
        payload=body,
    )


async def notify(client: httpx.AsyncClient, payload: CommitStatus) -> None:
    """Posts the card to the channel; a failure is only logged, as it is in most such services."""
    status = payload.commit_status
    facts = {
        "Repository": payload.repository.full_name,
        "Branch": status.refname,
        "Commit": status.commit.hash[:12],
        "Message": status.commit.message.splitlines()[0],
        "Duration": f"{(status.updated_on - status.created_on).total_seconds():.0f} s",
    }
    card = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": f"{status.name}: {status.state}", "weight": "Bolder", "wrap": True},
            {"type": "FactSet", "facts": [{"title": title, "value": value} for title, value in facts.items()]},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": "Pipeline", "url": status.url}],
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    try:
        answer = await client.post(SINK, json={"type": "message", "attachments": [content]})
        answer.raise_for_status()
    except httpx.HTTPError as error:
        print(f"not sent: {error!r}")
