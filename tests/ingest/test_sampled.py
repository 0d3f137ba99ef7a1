"""A shipped sample becomes the event that the real request would."""

import app.sources
from app.estate import load_estate
from app.ingest.sampled import sample_view
from app.kernel import yaml
from app.kernel.clock import iso
from app.kernel.discover import rooms
from app.kernel.samples import load_sample
from tests.conftest import START
from tests.running.rules import ESTATE

SOURCE = rooms(app.sources, "SOURCE")["bitbucket"]
NAMES = load_estate([yaml.load(ESTATE, "estate.yaml")])


def test_it_has_our_names_and_the_time_that_it_is_given() -> None:
    view = sample_view(SOURCE, load_sample("app.sources.bitbucket", "pipeline-failed"), NAMES, START)
    assert view is not None
    assert (view["type"], view["status"], view["service"]) == ("pipeline.finished", "failed", "checkout")
    assert view["received_at"] == iso(START)


def test_one_that_says_nothing_is_none() -> None:
    assert sample_view(SOURCE, load_sample("app.sources.bitbucket", "push-no-change"), NAMES, START) is None
