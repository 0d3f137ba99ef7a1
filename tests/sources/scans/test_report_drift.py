"""Reports as XML that drift, are cut, or mean harm: a valid event or BadPayload, nothing else."""

import copy
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from app.events import EVENT_TYPES, Draft
from app.kernel.errors import BadPayload

Post = Callable[..., Draft]
Sample = Callable[[str], Any]
REPORTS = ["detailed-report", "summary-report-sandbox"]
VALUES = ("", "x", "-1", "7", "9" * 5000, "2.5", "é\u202e", "true")


def holds(post: Post, body: bytes) -> bool:
    """Whether the file was taken; then its event is valid."""
    try:
        draft = post(body)
    except BadPayload:
        return False
    envelope = {
        "id": "0" * 32,
        "type": draft.type,
        "status": draft.status,
        "subject": draft.subject,
        "source": "scans",
        "occurred_at": draft.occurred_at or "2026-11-22T10:00:00Z",
        "received_at": "2026-11-22T10:00:00Z",
        "receipt": "receipt",
    }
    EVENT_TYPES[draft.type].model_validate(envelope | draft.fields)
    return True


def drifted(report: bytes) -> Iterator[tuple[str, bytes]]:
    """Every attribute removed and retyped, every element removed and emptied."""
    root = ElementTree.fromstring(report)
    elements = list(root.iter())
    for number, element in enumerate(elements):
        for name in element.keys():  # noqa: SIM118
            for value in (None, *VALUES):
                copied = copy.deepcopy(root)
                found = list(copied.iter())[number]
                if value is None:
                    del found.attrib[name]
                else:
                    found.set(name, value)
                yield f"{element.tag}@{name}={value!r:.20}", ElementTree.tostring(copied)
        copied = copy.deepcopy(root)
        list(copied.iter())[number].clear()
        yield f"{element.tag} emptied", ElementTree.tostring(copied)
        copied = copy.deepcopy(root)
        found = list(copied.iter())[number]
        for parent in copied.iter():
            if found in list(parent):
                parent.remove(found)
        yield f"{element.tag} removed", ElementTree.tostring(copied)


@pytest.mark.parametrize("name", REPORTS)
def test_F14_schema_drift(post: Post, sample: Sample, name: str) -> None:
    taken = 0
    for what, body in drifted(sample(name)):
        try:
            taken += holds(post, body)
        except Exception as error:
            pytest.fail(f"{what}: {error!r}")
    assert taken > 100, "most of a report may be missing"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_cut_anywhere_is_refused(post: Post, sample: Sample, name: str) -> None:
    report = sample(name).strip()
    for end in range(len(report)):
        assert not holds(post, report[:end]), f"cut at byte {end}"
    assert holds(post, report)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<detailedreport policy_name="&b;"/>"""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BOMB, id="entity-bomb"),
        pytest.param(b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><detailedreport/>', id="dtd"),
        pytest.param(b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><detailedreport x="&a;"/>', id="xxe"),
        pytest.param(b"<detailedreport>&nbsp;</detailedreport>", id="undefined-entity"),
        pytest.param(b'<?xml version="1.0" encoding="klingon"?><detailedreport/>', id="unknown-encoding"),
        pytest.param(b'<?xml version="1.0" encoding="utf-7"?><detailedreport/>', id="odd-encoding"),
        pytest.param(b"<detailedreport>\xff</detailedreport>", id="not-utf8"),
        pytest.param(b"<testsuites/>", id="wrong-root"),
        pytest.param(b"<html><body>Bad gateway</body></html>", id="html"),
        pytest.param(b"<detailedreport/><detailedreport/>", id="two-roots"),
        pytest.param(b"<detailedreport/>x", id="trailing-garbage"),
        pytest.param(b"<", id="nothing"),
    ],
)
def test_hostile_xml_is_refused_and_not_quoted(post: Post, body: bytes) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(body)
    assert "passwd" not in str(refusal.value)


def test_F06_deep_xml_does_no_harm(post: Post) -> None:
    deep = b"<detailedreport>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</detailedreport>"
    assert post(deep).fields["total"] == 0
    nested = deep.replace(b"<a>", b"<component>").replace(b"</a>", b"</component>")
    assert post(nested).fields["total"] == 0


def test_a_report_in_utf16(post: Post) -> None:
    report = '<?xml version="1.0" encoding="UTF-16"?><detailedreport policy_compliance_status="Pass"/>'
    assert post(report.encode("utf-16")).fields["verdict"] == "passed"


def test_a_count_that_is_none_is_refused(post: Post) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(b'<summaryreport><severity level="3"><category count="many"/></severity></summaryreport>')
    assert refusal.value.path == "severity.category@count"


def test_names_with_a_prefix_are_the_same(post: Post) -> None:
    report = (
        b'<v:summaryreport xmlns:v="urn:x"><v:severity level="3"><v:category count="2"/></v:severity></v:summaryreport>'
    )
    assert post(report).fields["findings"]["medium"] == 2
