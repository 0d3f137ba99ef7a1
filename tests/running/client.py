"""What a sender and a person may ask of a running service, wherever it runs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.running.hooks import TOKEN, Hook
from tests.running.wait import PATIENCE, until

Metrics = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


class Client:
    """Asks one service over HTTP. `answers` keeps every text that was answered, for whoever looks for leaks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: list[str] = []
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE)

    async def close(self) -> None:
        await self._http.aclose()

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request, without the token."""
        response = await self._http.request(method, path, **more)
        self.answers.append(f"{response.headers!r}\n{response.text}")
        return response

    async def post(self, hook: Hook, **changes: str | None) -> httpx.Response:
        """A signed webhook."""
        return await self.request("POST", hook.path, content=hook.body, headers=hook.signed(**changes))

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request of the API, with the token."""
        return await self.request(method, path, headers={"authorization": f"Bearer {TOKEN}"}, **more)

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of an API answer that has to be 200."""
        response = await self.call("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def accepted(self, hook: Hook, **changes: str | None) -> str:
        """The receipt of a webhook that has to be new."""
        response = await self.post(hook, **changes)
        assert (response.status_code, response.json().get("outcome")) == (202, "accepted"), response.text
        receipt: str = response.json()["receipt"]
        return receipt

    async def settled(self, receipt: str) -> dict[str, Any]:
        """The receipt as soon as it has been read."""

        async def look() -> dict[str, Any] | None:
            found: dict[str, Any] = await self.get(f"/api/v1/receipts/{receipt}")
            return found if found["state"] != "received" else None

        found = await until(look, f"the processing of {receipt}")
        assert found is not None
        return found

    async def taken(self, hook: Hook, **changes: str | None) -> dict[str, Any]:
        """The settled receipt of a new webhook."""
        return await self.settled(await self.accepted(hook, **changes))

    async def deliveries(self, *, ended: int = 0, **filters: Any) -> list[dict[str, Any]]:
        """Deliveries, newest first; waits until at least `ended` of them have been delivered or given up."""

        async def look() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = (await self.get("/api/v1/deliveries", limit=500, **filters))["items"]
            done = [each for each in found if each["state"] in ("delivered", "dead", "cancelled")]
            return found if len(done) >= ended else None

        return await until(look, f"{ended} deliveries") or [] if ended else await look() or []

    async def metrics(self) -> Metrics:
        """Every sample of `/metrics` by its name and labels."""
        text = (await self.request("GET", "/metrics")).text
        families = text_string_to_metric_families(text)
        return {
            (each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples
        }


def total(metrics: Metrics, name: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    wanted = set(labels.items())
    return sum(value for (each, has), value in metrics.items() if each == name and wanted <= has)


def since(before: Metrics, now: Metrics) -> Metrics:
    """What was counted between two looks."""
    was = defaultdict(float, before)
    return {key: value - was[key] for key, value in now.items()}
