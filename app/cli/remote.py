"""The running service as the command line speaks to it."""

from typing import Any
from urllib.parse import quote

import httpx
import typer

from app.cli.faults import UNREACHABLE, USAGE, WRONG, say
from app.config.environment import read_environment
from app.config.settings import Settings, read, read_settings
from app.kernel.links import NO_URL, is_address

TIMEOUT_SECONDS = 30.0


def segment(word: object) -> str:
    """What a person typed, as one part of a path: `../` in it leads nowhere else."""
    return quote(str(word), safe="")


class Service:
    """The API of the service at SHIPBELL_URL (or where this machine's settings say), with a token."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        environ = read_environment()
        settings = read_settings(environ)
        self.url = (read(environ, "SHIPBELL_URL") or _here(settings)).strip().rstrip("/")
        if not is_address(self.url):
            raise say(NO_URL, USAGE)
        first = settings.api_tokens[0].split(":", 2)[-1] if settings.api_tokens else ""
        token = read(environ, "SHIPBELL_TOKEN") or first
        headers = {b"authorization": f"Bearer {token}".encode()} if token else {}
        try:
            self._client = httpx.Client(
                base_url=self.url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False, transport=transport
            )
        except httpx.InvalidURL:
            raise say(NO_URL, USAGE) from None

    def get(self, path: str, **query: Any) -> Any:
        """The answer's JSON; `query` leaves out what is None. Exits with what is wrong and what to do."""
        return self._ask("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Any) -> Any:
        """The answer's JSON."""
        return self._ask("POST", path, json=body)

    def post_file(self, path: str, body: bytes) -> Any:
        """The answer's JSON to a file that is posted as it is."""
        return self._ask("POST", path, content=body)

    def deliver(self, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """A webhook as its vendor would send it: no token of ours."""
        try:
            return httpx.post(self.url + path, headers=headers, content=body, timeout=TIMEOUT_SECONDS, trust_env=False)
        except httpx.HTTPError:
            raise self._unreachable() from None

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.HTTPError:
            raise self._unreachable() from None
        said = _object(answer)
        if answer.is_success and said is None:
            raise say(f"what answers at {self.url} is no Shipbell")
        if answer.is_success:
            return said
        said = said or {"title": answer.text[:200]}
        hint = " (set SHIPBELL_TOKEN, or run where the service's .env is)" if answer.status_code == 401 else ""
        code = USAGE if answer.status_code == 422 else WRONG
        end = say(f"{answer.status_code} {said.get('title', '')}{hint}", code)
        for item in said.get("errors", []):
            typer.secho(f"  {item['where']}: {item['what']}", fg="red", err=True)
        raise end

    def _unreachable(self) -> typer.Exit:
        return say(
            f"no service answers at {self.url}: start it with 'shipbell serve', or set SHIPBELL_URL", UNREACHABLE
        )


def _here(settings: Settings) -> str:
    """Where the service listens by this machine's settings."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    """The JSON object that it holds, as all our answers do."""
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
