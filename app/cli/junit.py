"""A JUnit report, as every CI reads it."""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree


def junit_report(suite: str, classname: str, results: Iterable[tuple[str, Sequence[str]]]) -> bytes:
    """One test case for each (name, problems); it failed when there are problems."""
    results = list(results)
    root = ElementTree.Element("testsuite", name=suite, tests=str(len(results)))
    root.set("failures", str(sum(bool(problems) for _, problems in results)))
    for name, problems in results:
        case = ElementTree.SubElement(root, "testcase", classname=classname, name=name)
        if problems:
            ElementTree.SubElement(case, "failure", message=problems[0]).text = "\n".join(problems)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
