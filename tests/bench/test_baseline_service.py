from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.processes import Server, free_port
from bench.sinks import RunningSink
from bench.systems import Place
from bench.systems.python_peers import SECRET, baseline
from bench.template import FIRST, Template


@pytest.fixture
def service(tmp_path: Path, sink: RunningSink, cores: frozenset[int]) -> Iterator[Server]:
    with Server(baseline().command(Place(tmp_path, free_port(), sink.command.port)), cores) as server:
        server.wait_ready()
        yield server


def send(server: Server, template: Template, number: int) -> httpx.Response:
    head, _, body = template.request(number).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return httpx.post(f"{server.url}/hooks/bitbucket", content=body, headers=headers, trust_env=False)


def test_it_takes_a_webhook_once_tells_the_channel_and_refuses_what_is_not_signed(service: Server, sink: RunningSink):
    template = baseline().template
    first = send(service, template, FIRST)
    again = send(service, template, FIRST)
    forged = send(service, Template(template.raw, "x" * len(SECRET)), FIRST + 1)
    assert (first.status_code, first.json()) == (202, {"outcome": "accepted"})
    assert (again.status_code, again.json()) == (202, {"outcome": "duplicate"})
    assert forged.status_code == 401
    sink.wait_for(1, patience=60)
    assert sink.settle(0.3) == 1
    assert sink.posts() == 1
    assert sink.arrivals().keys() == {FIRST}
