"""One upstream that we ask over HTTP: limits, retries, a budget, a circuit, and silence about tokens."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import orjson
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from app import telemetry
from app.clients.addressed import Addressed
from app.clients.auth import Auth
from app.clients.budget import Budget
from app.clients.circuit import Circuit
from app.clients.faults import PASSING, ApiFault, Elsewhere, Kind, kind_of
from app.clients.replies import Reply, body_of, chunks_of, complaint, parsed, retry_after
from app.clients.split import Splitter
from app.kernel.clock import monotonic
from app.kernel.errors import BadPayload

T = TypeVar("T")
Params = Mapping[str, str | int | Sequence[str]]
Headers = Mapping[str, str]
Judge = Callable[[int, Mapping[str, str]], Kind | None]
"""What is wrong with an answer in the eyes of one upstream, by its status and its headers (lower-case names)."""

_REDIRECTS = (301, 302, 307, 308)
_HOPS = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a client is, in seconds and bytes. `deadline` is for one question with all its tries.

    `list_read` is for lists without pages: Argo CD writes nothing before it has all of it.
    A pause is what a 429 asks for by `Retry-After`; `first_pause` is taken when it does not say for how long.
    """

    connect: float = 5.0
    read: float = 10.0
    list_read: float = 60.0
    deadline: float = 90.0
    tries: int = 4
    first_wait: float = 0.5
    longest_wait: float = 20.0
    first_pause: float = 5.0
    longest_pause: float = 60.0
    whole: int = 64 << 20
    streamed: int = 512 << 20
    item: int = 8 << 20


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    url: httpx.URL
    body: bytes | None = None
    judge: Judge | None = None
    read: float | None = None
    headers: Headers | None = None


class Api:
    """Asks one upstream. Every fault is an ApiFault; nothing else is raised for what the other side does.

    `name` is the label of its metrics. `url` is the operator's configuration, so a private address is fine.
    """

    def __init__(
        self,
        name: str,
        url: str,
        auth: Auth | None = None,
        *,
        budget: Budget | None = None,
        circuit: Circuit | None = None,
        concurrency: int = 5,
        limits: Limits = Limits(),
    ) -> None:
        self.name, self.budget, self.circuit = name, budget or Budget(), circuit or Circuit()
        self.sends_credentials = auth is not None
        self.requests = 0
        """Requests that were sent, each try and redirect."""
        self.answered = 0
        """Questions that were answered as they were put: whoever proves nothing gets none."""
        self._address = Addressed(name, url)
        self._limits = limits
        self._slots = asyncio.Semaphore(concurrency)
        self._client = httpx.AsyncClient(
            headers={"User-Agent": "Shipbell", "Accept": "application/json"}
            | ({"Authorization": auth.header()} if auth else {}),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=concurrency),
            follow_redirects=False,
            # A session's cookie would be asked before the token is.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
            verify=_tls(),
        )

    @property
    def host(self) -> str:
        """The host that is asked."""
        return self._address.host

    async def get(
        self, path: str, params: Params | None = None, *, judge: Judge | None = None, headers: Headers | None = None
    ) -> Reply:
        """Ask for `path`, below the upstream's URL and percent-encoded, or for a whole URL of the same host."""
        question = _Question("GET", self._address.of(path, params), judge=judge, headers=headers)
        return await self._ask(question, self._whole)

    async def post(self, path: str, value: Any, *, judge: Judge | None = None) -> Reply:
        """Ask by a POST that changes nothing, so that it may be sent again; `value` goes as JSON."""
        question = _Question("POST", self._address.of(path), orjson.dumps(value), judge)
        return await self._ask(question, self._whole)

    async def each(
        self, path: str, params: Params | None, key: str, make: Callable[[Any], T], *, judge: Judge | None = None
    ) -> list[T]:
        """What `make` makes of the items under `key` of an object, read one by one: the answer is never held whole."""

        async def take(response: httpx.Response) -> list[T]:
            splitter = Splitter(key, self._limits.item)
            made: list[T] = []
            async for chunk in chunks_of(response, self._limits.streamed):
                made.extend(map(make, splitter.feed(chunk)))
            made.extend(map(make, splitter.finish()))
            return made

        url = self._address.of(path, params)
        return await self._ask(_Question("GET", url, judge=judge, read=self._limits.list_read), take)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # ---------------------------------------------------------------- one question, with all its tries

    async def _ask(self, question: _Question, take: Callable[[httpx.Response], Awaitable[T]]) -> T:
        leave = self.circuit.enter()
        if leave is None:
            raise self._counted(ApiFault("circuit_open", self.name, "not asked: it has not answered lately"))
        try:
            found = await self._within_deadline(question, take)
        except ApiFault as fault:
            if fault.kind == "unreachable":
                self.circuit.failed(leave)
            elif fault.status is not None:
                self.circuit.answered()
            raise self._counted(fault) from None
        else:
            self.circuit.answered()
            self.answered += 1
            return found
        finally:
            self.circuit.left(leave)
            telemetry.UPSTREAM_CIRCUIT_OPEN.labels(self.name).set(self.circuit.is_open)

    def _counted(self, fault: ApiFault) -> ApiFault:
        if isinstance(fault, Elsewhere):  # whoever asked says whether that is wrong
            return fault
        telemetry.UPSTREAM_FAULTS.labels(self.name, fault.kind).inc()
        return fault

    async def _within_deadline(self, question: _Question, take: Callable[[httpx.Response], Awaitable[T]]) -> T:
        deadline = self._limits.deadline
        until = monotonic() + deadline
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._limits.tries) | stop_before_delay(deadline),
            wait=self._wait,
            retry=retry_if_exception(lambda error: isinstance(error, ApiFault) and error.kind in PASSING),
            reraise=True,
        )
        try:
            async with asyncio.timeout(deadline):
                return await retrying(self._try, question, take, until)
        except TimeoutError:
            raise ApiFault("unreachable", self.name, f"no answer within {deadline:g} s") from None

    def _wait(self, state: RetryCallState) -> float:
        """Exponential with full jitter, and never before the time that the upstream asked for."""
        fault = state.outcome.exception() if state.outcome else None
        told = fault.retry_after if isinstance(fault, ApiFault) else None
        limits = self._limits
        jittered = wait_random_exponential(multiplier=limits.first_wait, max=limits.longest_wait)(state)
        return max(jittered, min(told or 0.0, limits.longest_pause))

    # ---------------------------------------------------------------- one try

    async def _try(self, question: _Question, take: Callable[[httpx.Response], Awaitable[T]], until: float) -> T:
        url = question.url
        for _ in range(_HOPS):
            await self._turn(until)
            async with self._slots, self._sent(question, url) as response:
                if response.status_code in _REDIRECTS and question.method == "GET":
                    url = self._address.redirected(url, response.headers.get("location", ""))
                    continue
                await self._judge(question, response)
                return await take(response)
        raise ApiFault("integration_error", self.name, "it redirects without an end")

    async def _turn(self, until: float) -> None:
        """Wait for the budget and for pauses that were asked for, if the deadline allows it."""
        while (wait := self.budget.take()) is not None:
            seconds, kind = wait
            if monotonic() + seconds >= until:
                raise ApiFault(kind, self.name, f"not asked: to be asked again in {seconds:.0f} s", retry_after=seconds)
            await asyncio.sleep(seconds)

    @asynccontextmanager
    async def _sent(self, question: _Question, url: httpx.URL) -> AsyncIterator[httpx.Response]:
        """The answer, whose body has yet to be read; all that goes wrong on the way becomes an ApiFault."""
        self.requests += 1
        status_class = "no_answer"
        headers = question.headers or ({"Content-Type": "application/json"} if question.body is not None else None)
        timeout = httpx.Timeout(question.read or self._limits.read, connect=self._limits.connect, pool=None)
        began = monotonic()
        try:
            async with self._client.stream(
                question.method, url, content=question.body, headers=headers, timeout=timeout
            ) as response:
                status_class = "429" if response.status_code == 429 else f"{response.status_code // 100}xx"
                self._note_limits(response.headers)
                try:
                    yield response
                except BadPayload as error:
                    raise ApiFault("integration_error", self.name, str(error), response.status_code) from None
        except httpx.TransportError as error:
            raise ApiFault("unreachable", self.name, _words(error)) from None
        except httpx.RequestError:  # a body that is not what its Content-Encoding says
            raise ApiFault("integration_error", self.name, "the answer cannot be decoded") from None
        finally:
            telemetry.UPSTREAM_REQUESTS.labels(self.name, status_class).inc()
            telemetry.UPSTREAM_SECONDS.labels(self.name).observe(monotonic() - began)

    async def _judge(self, question: _Question, response: httpx.Response) -> None:
        status, headers = response.status_code, response.headers
        kind = (question.judge and question.judge(status, headers)) or kind_of(status)
        if kind is None:
            return
        told = retry_after(headers)
        if kind == "rate_limited":
            told = self._limits.first_pause if told is None else told
            self.budget.pause(min(told, self._limits.longest_pause))
        words, revisions = await complaint(response)
        words = words or ("the token is not good, or no longer" if kind == "auth_error" else "")
        detail = f"HTTP {status} for {question.method} {question.url.path}" + (f": {words}" if words else "")
        raise ApiFault(kind, self.name, detail, status, retry_after=told, revisions=revisions)

    def _note_limits(self, headers: httpx.Headers) -> None:
        if headers.get("x-ratelimit-nearlimit", "").lower() == "true":
            self.budget.near()
        told = headers.get("x-ratelimit-remaining", "")
        remaining = int(told) if told.isdecimal() and len(told) < 10 else self.budget.remaining
        if remaining is not None:
            telemetry.UPSTREAM_REMAINING.labels(self.name).set(remaining)

    async def _whole(self, response: httpx.Response) -> Reply:
        value = parsed(await body_of(response, self._limits.whole))
        return Reply(response.status_code, response.headers, value)


def _words(error: httpx.TransportError) -> str:
    """What happened, without httpx' own text, which may hold the URL."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return "the certificate is not trusted" if "CERTIFICATE" in str(error) else "cannot connect"
    return "the connection broke"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One for all: it takes 20 ms to make. Trusts what the machine trusts, `SSL_CERT_FILE` included."""
    return ssl.create_default_context()
