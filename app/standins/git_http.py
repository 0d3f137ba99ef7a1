"""Git over HTTP: a folder of bare repositories served by git's own `http-backend`, read only."""

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_CHUNK = 64 * 1024
# Partial clones and single commits may be asked for, as Bitbucket allows it; the repositories may be another user's.
_CONFIG = {"uploadpack.allowFilter": "true", "uploadpack.allowAnySHA1InWant": "true", "safe.directory": "*"}


class GitHttp:
    """An ASGI application: `/{name}.git/…` is the bare repository of that name in `root`.

    With `authorization` (the whole value of the header, such as `Basic …`) everybody else is answered 401.
    """

    def __init__(self, root: Path, authorization: str = "") -> None:
        self._root = root.resolve()
        self._authorization = authorization

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other kinds of connections are no concern of ours."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if self._authorization and headers.get("authorization") != self._authorization:
            challenge = [(b"www-authenticate", b'Basic realm="git"'), (b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": 401, "headers": challenge})
            await send({"type": "http.response.body", "body": b"Unauthorized\n"})
            return
        await _converse(self._environment(scope, headers), receive, send)

    def _environment(self, scope: Scope, headers: dict[str, str]) -> dict[str, str]:
        """What CGI tells a program (RFC 3875), and nothing of our own environment."""
        git = shutil.which("git") or "git"
        found = {
            "PATH": f"{Path(git).parent}:{os.defpath}",
            "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": str(self._root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": headers.get("git-protocol", ""),
            "REQUEST_METHOD": scope["method"],
            "PATH_INFO": scope["path"].removeprefix(scope.get("root_path", "")),
            "QUERY_STRING": scope["query_string"].decode("latin-1"),
            "CONTENT_TYPE": headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            "REMOTE_ADDR": "127.0.0.1",
            "GIT_CONFIG_COUNT": str(len(_CONFIG)),
        }
        if "content-length" in headers:  # absent: chunked, and read to its end
            found["CONTENT_LENGTH"] = headers["content-length"]
        for number, (key, value) in enumerate(_CONFIG.items()):
            found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return found


async def _converse(environment: dict[str, str], receive: Receive, send: Send) -> None:
    """Run `git http-backend`: the request into it, its answer out of it, both at the same time."""
    process = await asyncio.create_subprocess_exec(
        *("git", "http-backend"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    feeding = asyncio.create_task(_feed(cast(asyncio.StreamWriter, process.stdin), receive))
    try:
        await _answer(cast(asyncio.StreamReader, process.stdout), send)
    finally:
        feeding.cancel()
        with suppress(ProcessLookupError, PermissionError):  # upload-pack and pack-objects are its children
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _feed(stdin: asyncio.StreamWriter, receive: Receive) -> None:
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        with suppress(ConnectionError):  # it has heard enough
            stdin.write(message.get("body", b""))
            await stdin.drain()
    stdin.close()


async def _answer(stdout: asyncio.StreamReader, send: Send) -> None:
    """The head that the program writes becomes HTTP's; without one it has failed: 500."""
    status, headers = 200, []
    while (line := (await stdout.readline()).rstrip(b"\r\n")) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"status":
            status = int(value.split()[0])
        else:
            headers.append((name.lower(), value.strip()))
    await send({"type": "http.response.start", "status": status if headers else 500, "headers": headers})
    while chunk := await stdout.read(_CHUNK):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
