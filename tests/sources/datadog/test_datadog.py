"""The traps of Datadog: a template that somebody changed, variables that stayed as they were, what may be none."""

import json
import re
from importlib import resources
from typing import Any

import pytest

from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.datadog import SOURCE
from app.sources.datadog.message import SCHEMA, Message


def told(**fields: Any) -> Any:
    body = json.loads(load_sample("app.sources.datadog", "triggered").body)
    return SOURCE.parse(Inbound({}, json.dumps(body | fields).encode()))


@pytest.mark.parametrize(
    ("transition", "outcome"),
    [
        ("Triggered", ("incident.opened", None)), ("Re-Triggered", ("incident.opened", None)),
        ("Recovered", ("incident.resolved", None)), ("Warn", ("incident.opened", "incident")),
        ("No Data", ("incident.opened", "incident")), ("Renotify", None), ("$ALERT_TRANSITION", None),
    ],
)  # fmt: skip
def test_what_a_transition_means(transition: str, outcome: Any) -> None:
    parsed = told(transition=transition)
    assert (parsed == Ignored("unused_type")) if outcome is None else (parsed[0].type, parsed[0].only_if) == outcome


def test_a_trigger_and_its_recovery_are_one_incident() -> None:
    assert told()[0].subject == told(transition="Recovered")[0].subject
    assert told(cycle="")[0].subject == told(cycle="$ALERT_CYCLE_KEY", transition="Recovered")[0].subject
    assert told(cycle="")[0].subject != told(cycle="", group="another")[0].subject


def test_the_template_of_the_page_is_the_one_that_is_read() -> None:
    page = (resources.files("app.sources.datadog") / "README.md").read_text("utf-8")
    template = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    assert template.keys() == Message.model_fields.keys() | {"schema"}
    assert template["schema"] == SCHEMA
    with pytest.raises(BadPayload, match="cycle"):  # as it is, it names no alert
        SOURCE.parse(Inbound({}, json.dumps(template | {"transition": "Triggered"}).encode()))


def test_another_template_is_refused_with_a_hint() -> None:
    with pytest.raises(BadPayload, match="README"):
        SOURCE.parse(Inbound({}, b'{"alert_transition": "Triggered"}'))


def test_tags_of_the_group_that_fired_go_before_the_monitors() -> None:
    hints = told(tags="service:checkout,env:prod", scope="service:basket")[0].hints
    assert (hints.service, hints.environment) == ((("name", "basket"),), (("name", "prod"),))
