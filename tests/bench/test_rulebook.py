from pathlib import Path

import pytest

from app.config.files import load_rules
from app.routing import route
from app.sources import Inbound
from app.sources.bitbucket import SOURCE
from bench.bodies import bitbucket
from bench.rulebook import RULES, write_rules
from bench.template import FIRST


@pytest.fixture
def loaded(tmp_path: Path):
    return load_rules(write_rules(tmp_path), ["webhook"])


def events(loaded, number: int):
    head, _, body = bitbucket("/hooks/bitbucket", "secret").request(number).partition(b"\r\n\r\n")
    lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    drafts = SOURCE.parse(Inbound({name.lower(): value for name, value in lines}, body))
    received = 1_796_000_000_000_000
    return [loaded.estate.event(draft, source="bitbucket", receipt="0" * 32, received_at=received) for draft in drafts]


def test_of_the_fifty_rules_only_the_last_takes_the_benchs_event(loaded):
    (event,) = events(loaded, FIRST)
    routing = route(loaded.rules, event.model_dump(mode="json", exclude_none=True))
    assert len(loaded.rules.rules) == RULES
    assert routing.matched == ("every-success",)
    assert [(send.channel, send.card, send.dedupe) for send in routing.sends] == [("sink", "pipeline", None)]


def test_the_event_is_of_our_service_and_no_two_are_the_same(loaded):
    (one,), (other,) = events(loaded, FIRST), events(loaded, FIRST + 1)
    assert (one.type, one.service) == ("pipeline.finished", "checkout")
    assert one.id != other.id
