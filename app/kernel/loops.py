"""Loops that live as long as the process does."""

from collections.abc import Coroutine
from typing import Any

from app.kernel import logs

log = logs.get("main")


async def guarded(loop: Coroutine[Any, Any, None]) -> None:
    """A loop that ends by a defect must not end in silence: the process would look well and do nothing."""
    try:
        await loop
    except Exception:
        log.critical("a loop died: the process ends, so that it is started anew", action="loop", exc_info=True)
        raise SystemExit(70) from None
