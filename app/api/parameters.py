"""Query parameters that nobody reads are refused: a misspelt filter would otherwise answer everything."""

import asyncio
import difflib

from fastapi import HTTPException, Request

MOST_SHOWN = 64
"""Characters of a name that is told back."""


async def known_parameters(request: Request) -> None:
    """Raise 422 for a query parameter that the OpenAPI page does not name for this route."""
    given = set(request.query_params)
    if not given:
        return
    page = await asyncio.to_thread(request.app.openapi)  # made once, by the first who asks with parameters
    described = page["paths"][request.scope["route"].path_format][request.method.lower()]
    known = {each["name"] for each in described.get("parameters", ()) if each["in"] == "query"}
    for name in sorted(given - known):
        close = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(sorted(known)) or 'none'}"
        raise HTTPException(422, f"no parameter {name[:MOST_SHOWN]!r} here; {advice}")
