"""The application as uvicorn calls it: webhooks go straight to their door, the rest through FastAPI."""

from fastapi import FastAPI

from app.ingest.door import PREFIX, HookDoor, Receive, Scope, Send


class Front(FastAPI):
    """FastAPI with the door beside it: its middleware costs more than all that the door does before the commit."""

    door: HookDoor | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.door is not None and scope["type"] == "http" and scope["path"].startswith(PREFIX):
            return await self.door(scope, receive, send)
        return await super().__call__(scope, receive, send)
