"""The sprint of a ticket: a field whose number is another one on every site, so it is known by what is in it."""

import re
from collections.abc import Mapping
from typing import Any

# Data Center, and Cloud until 2020: com.atlassian.greenhopper.service.sprint.Sprint@1[id=1,state=ACTIVE,name=…,goal=…]
_OLD = re.compile(r"\.Sprint@[0-9a-f]+\[.*?state=([A-Z]+),name=(.*?),(?:goal|startDate)=")


def sprint_of(fields: Mapping[str, Any]) -> str | None:
    """The name of the sprint that is active, else of the last one that is told."""
    found: list[tuple[bool, str]] = []
    for name, value in fields.items():
        if name.startswith("customfield_") and isinstance(value, list):
            found += [each for each in map(_read, value) if each]
    active = [name for is_active, name in found if is_active]
    return active[-1] if active else found[-1][1] if found else None


def _read(value: Any) -> tuple[bool, str] | None:
    """(whether it is active, its name) of a value that is a sprint."""
    if isinstance(value, dict) and "boardId" in value:
        name, state = value.get("name"), value.get("state")
        return (state == "active", name) if isinstance(name, str) and isinstance(state, str) else None
    old = _OLD.search(value[:2000]) if isinstance(value, str) else None
    return (old[1] == "ACTIVE", old[2]) if old else None
