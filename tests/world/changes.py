"""Changes to a world that must not change what it comes to, or only in a way that is known beforehand."""

import re
from collections.abc import Sequence

import orjson

from app.kernel.clock import DAY, MINUTE
from tests.world import telling
from tests.world.telling import View

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def shifted(views: Sequence[View], weeks: int) -> list[View]:
    """Everything some weeks later: the same days of the week, the same hours (UTC)."""

    def later(found: re.Match[str]) -> str:
        return telling.at(telling.us(found[0]) + weeks * 7 * DAY)

    return [orjson.loads(_TIME.sub(later, orjson.dumps(view).decode())) for view in views]


def renamed(views: Sequence[View], names: dict[str, str]) -> list[View]:
    """Services, and all that is called after them, under other names."""
    whole = re.compile("|".join(names))
    return [orjson.loads(whole.sub(lambda found: names[found[0]], orjson.dumps(view).decode())) for view in views]


def mended(views: Sequence[View]) -> list[View]:
    """After each rollout the platform repairs some drift, and somebody rolls the same out once more."""
    added: list[View] = []
    for view in views:
        if view["type"] != "deployment.finished" or view["status"] != "succeeded":
            continue
        if view["source"] != "argocd" or view["target"]["cluster"] != "blue":
            continue
        ended = telling.us(view["finished_at"])
        for wait, automated in ((5, True), (6, False)):
            again = telling.at(ended + wait * MINUTE)
            began = telling.at(ended + wait * MINUTE - 1)
            subject = view["subject"].replace(view["started_at"], began)
            added.append(
                {
                    **view, "id": telling.sha(subject)[:32], "subject": subject, "started_at": began,
                    "finished_at": again, "occurred_at": again, "operation": {"automated": automated}, "healthy": True,
                }
            )  # fmt: skip
    return [*views, *added]
