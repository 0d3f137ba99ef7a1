"""A question to an upstream that has to fail, and a page where JSON was wanted."""

import traceback
from collections.abc import Awaitable
from typing import Any

import pytest
from aiohttp import web

from app.clients.faults import ApiFault
from tests.clients.conftest import TOKEN


async def fault(asked: Awaitable[Any]) -> ApiFault:
    """The fault of a question that has to fail; it shows neither the token nor the query."""
    with pytest.raises(ApiFault) as caught:
        await asked
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in shown
    assert "hush" not in shown
    return caught.value


def page(text: str = "<html>Log in</html>", status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")
