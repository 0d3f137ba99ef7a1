"""What `shipbell gate` prints: a block that a developer can act on, and a JUnit report."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from app.kernel.text import visible

_SAYS = {"allow": "ALLOW", "block": "BLOCK", "unknown": "UNKNOWN"}
_RULE = "-" * 72


def block(answer: Mapping[str, Any]) -> str:
    """The whole answer for people; nothing in it that a terminal would obey."""
    return "\n".join(visible(line) for line in _lines(answer))


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    where = f"{answer['service']} -> {answer['environment']}"
    yield _RULE
    if not answer["decisions"]:
        yield f"ALLOW  {answer['gate']}  {where}"
        yield "The rules ask for no gate here."
    for decision in answer["decisions"]:
        yield from _decision(decision, where)
    yield _RULE
    if answer["verdict"] == "unknown":
        yield _unknown(answer)


def table(found: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """What the gates would say of every service, a row each."""
    for answer in found:
        for decision in answer["decisions"]:
            wrong = [each for each in decision["reasons"] if each["weight"] != "note"]
            first = wrong[0] if wrong else None
            why = " ".join(filter(None, (first["subject"], first["text"]))) if first else decision["looked_at"] or ""
            yield {
                "service": answer["service"],
                "environment": answer["environment"],
                "gate": decision["gate"],
                "verdict": decision["verdict"],
                "why": visible(f"{why} (and {len(wrong) - 1} more)" if len(wrong) > 1 else why),
            }


def _decision(decision: Mapping[str, Any], where: str) -> Iterator[str]:
    yield f"{_SAYS[decision['verdict']]}  {decision['gate']}  {where}"
    if decision["looked_at"]:
        yield f"  {decision['looked_at']}"
    if decision["bypassed_by"]:
        yield f"  Bypassed by {decision['bypassed_by']}: {decision['bypass_reason']}"
    wrong = [reason for reason in decision["reasons"] if reason["weight"] != "note"]
    notes = [reason for reason in decision["reasons"] if reason["weight"] == "note"]
    if wrong:
        yield ""
        for reason in wrong:
            yield from _reason(reason)
    if decision["steps"]:
        yield ""
        yield "  What to do:"
        for number, step in enumerate(decision["steps"], 1):
            yield f"    {number}. {step}"
    for reason in notes:
        subject = f"{reason['subject']} " if reason["subject"] else ""
        yield f"  Note: {subject}{reason['text']}"


def _reason(reason: Mapping[str, Any]) -> Iterator[str]:
    if not reason["subject"]:
        yield f"  {reason['text']}"
    else:
        yield f"  {reason['subject']}  {reason['text']}"
    if reason["link"]:
        yield f"      {reason['link']}"


def _unknown(answer: Mapping[str, Any]) -> str:
    tier = f"{answer['environment']} is {answer['tier']}" if answer["tier"] else "nobody knows what sort of place it is"
    if answer["on_unknown"] == "allow":
        return f"Nobody can tell, and the pipeline goes on all the same (--on-unknown allow; {tier})."
    return f"Nobody can tell, so the pipeline stops here (--on-unknown block; {tier}). That is not a finding."


def junit(answer: Mapping[str, Any]) -> bytes:
    """A suite for each gate, a case for each thing that it looked at; a failure blocks, an error is an unknown."""
    root = ElementTree.Element("testsuites", name=f"gate {answer['gate']}")
    for decision in answer["decisions"]:
        cases = list(_cases(decision))
        suite = ElementTree.SubElement(root, "testsuite", name=decision["gate"], tests=str(len(cases)))
        for kind, count in (("failures", "block"), ("errors", "unknown")):
            suite.set(kind, str(sum(any(each["weight"] == count for each in found) for _, found in cases)))
        for name, found in cases:
            case = ElementTree.SubElement(suite, "testcase", name=_xml(name), classname=f"gate.{decision['gate']}")
            for weight, tag in (("block", "failure"), ("unknown", "error")):
                reasons = [each for each in found if each["weight"] == weight]
                if reasons:
                    texts = [" ".join(filter(None, (each["text"], each["link"]))) for each in reasons]
                    told = ElementTree.SubElement(case, tag, message=_xml(texts[0]), type=reasons[0]["code"])
                    told.text = _xml("\n".join([*texts, *decision["steps"]]))
                    break
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _cases(decision: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The gate itself, then each thing that it looked at, with the reasons about them."""
    reasons = decision["reasons"]
    checked = list(dict.fromkeys([*decision["checked"], *_subjects(reasons)]))
    yield f"gate {decision['gate']}", [each for each in reasons if not each["subject"]]
    for name in checked:
        yield name, [each for each in reasons if each["subject"] == name]


def _subjects(reasons: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (each["subject"] for each in reasons if each["subject"])


def _xml(text: str) -> str:
    """Without the characters that no XML may hold."""
    return visible(text, "\n\t")
