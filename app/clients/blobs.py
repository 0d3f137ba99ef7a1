"""Documents that a registry keeps elsewhere: fetched without a token, from public addresses, and checked."""

import hashlib
from collections.abc import Collection

import aiohttp

from app.clients.addresses import GuardedResolver, guarded_socket
from app.clients.faults import ApiFault
from app.kernel.target import read_target

_SECONDS = aiohttp.ClientTimeout(total=15, connect=5)


async def fetch_blob(upstream: str, url: str, digest: str, allowed: Collection[str], most: int) -> bytes:
    """The document of this digest, of at most `most` bytes. Raises ApiFault.

    The address is the registry's word, so it is https to a public address, unless its `host:port` is one of `allowed`.
    It is not redirected again.
    """
    try:
        target = read_target(url, allowed)
    except ValueError as error:
        raise ApiFault("integration_error", upstream, f"it keeps its documents where we do not go: {error}") from None
    inner = aiohttp.ThreadedResolver()
    connector = (
        aiohttp.TCPConnector(resolver=inner)
        if target.extra
        else aiohttp.TCPConnector(resolver=GuardedResolver(inner), socket_factory=guarded_socket)
    )
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=_SECONDS, trust_env=False) as session,
            session.get(target.url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                detail = f"HTTP {response.status} for a document at {target.host}"
                raise ApiFault("unreachable" if response.status >= 500 else "integration_error", upstream, detail)
            body = await _body(response, most)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        detail = f"its document at {target.host} cannot be read: {type(error).__name__}"
        raise ApiFault("unreachable", upstream, detail) from None
    finally:
        await inner.close()
    algorithm, _, expected = digest.partition(":")
    if body is None or hashlib.new(algorithm, body, usedforsecurity=False).hexdigest() != expected:
        raise ApiFault("integration_error", upstream, f"the document at {target.host} is not the one that was named")
    return body


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """None for one that is too long."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
