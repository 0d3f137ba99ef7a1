"""A JUnit report, as every CI reads it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from app.cli.faults import say


def write_junit(file: Path, suite: str, classname: str, results: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Write the report. Exits with a sentence when it cannot be written."""
    try:
        file.write_bytes(junit_report(suite, classname, results))
    except OSError as error:
        raise say(f"{file} cannot be written: {error.strerror}") from None


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
