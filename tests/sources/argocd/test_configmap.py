"""The ConfigMap that we ship: it says all that the room reads, and the room reads what it says."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.kernel import yaml
from app.sources.argocd.message import Message
from app.sources.argocd.reading import SCHEMA

FILE = Path(__file__).parents[3] / "deploy" / "argocd" / "argocd-notifications-cm.yaml"
DATA = yaml.load(FILE.read_text(encoding="utf-8"), FILE.name).value["data"]
TEMPLATE = yaml.load(DATA["template.shipbell-app-state"], "template").value
BODY = TEMPLATE["webhook"]["shipbell"]["body"]

SHAPE = """
    schema trigger argocd url instance app name namespace uid labels creationTimestamp deletionTimestamp project
    destination sources repoURL path targetRevision chart ref sync status revision revisions health message
    lastTransitionTime operation phase startedAt finishedAt retryCount initiatedBy dryRun partial strategyApply autoSync
    requestedRevision requestedRevisions images failedResources kind hookPhase operationPending externalURLs history id
    deployStartedAt deployedAt conditions type reconciledAt hydratedFrom
"""
KEYS = SHAPE.split()


@pytest.mark.parametrize("key", KEYS)
def test_the_body_says_every_key_of_the_shape(key: str) -> None:
    assert f'"{key}"' in BODY


def aliases(model: type[BaseModel]) -> set[str]:
    """The names outside of a model's fields, and of the models in it."""
    found = set()
    for field in model.model_fields.values():
        found.add(str(field.alias))
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found |= aliases(inner)
    return found


def test_the_room_reads_nothing_that_the_body_does_not_say() -> None:
    vendors = {"server", "username", "automated"}  # inside of objects that the body hands on whole
    assert aliases(Message) - vendors <= set(KEYS)


def test_the_body_is_one_value_printed_once() -> None:
    assert f'"schema" "{SCHEMA}"' in BODY
    assert BODY.count("toJson") == 1
    assert BODY.rstrip().endswith("| toJson -}}")
    assert BODY.count("{{") == BODY.count("}}")
    code = re.sub(r'"[^"]*"', "", BODY)
    assert code.count("(") == code.count(")")
    assert len(re.findall(r"\{\{- (?:if|range) ", code)) == len(re.findall(r"\{\{- end -\}\}", code))


def test_nothing_stands_outside_of_the_braces() -> None:
    assert re.sub(r"\{\{-.*?-\}\}", "", BODY, flags=re.DOTALL).strip() == ""


def test_every_variable_is_defined_before_it_is_used() -> None:
    defined: set[str] = set()
    for match in re.finditer(r"\$(\w+)(\s*,\s*\$\w+)?\s*(:=)?", BODY):
        if match.group(3):
            defined.add(match.group(1))
        assert match.group(1) in defined, match.group(0)


def test_the_triggers_are_subscribed_and_keyed_by_time_not_by_revision() -> None:
    triggers = {name.removeprefix("trigger."): DATA[name] for name in DATA if name.startswith("trigger.")}
    entries = yaml.load(DATA["subscriptions"], "subscriptions").value
    assert {name for one in entries for name in one["triggers"]} == set(triggers)
    assert [one["recipients"] for one in entries] == [
        ["shipbell:operation"],
        ["shipbell:health"],
        ["shipbell:sync-unknown"],
        ["shipbell:deleted"],
    ]
    for text in triggers.values():
        for rule in yaml.load(text, "trigger").value:
            assert rule["send"] == ["shipbell-app-state"]
            assert "revision" not in rule.get("oncePer", "").lower()


def test_the_service_sends_the_token_of_the_secret() -> None:
    service = yaml.load(DATA["service.webhook.shipbell"], "service").value
    assert {"name": "Authorization", "value": "Bearer $shipbell-token"} in service["headers"]
    assert TEMPLATE["webhook"]["shipbell"]["path"] == "/hooks/argocd"
    assert TEMPLATE["webhook"]["shipbell"]["method"] == "POST"
