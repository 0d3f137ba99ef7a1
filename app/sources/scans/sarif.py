"""SARIF 2.1.0: what most scanners can write.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html — titles come from the rules alone: a result's
own message, snippet and properties quote the code, and with a secret scanner they quote the secret.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.kernel.text import clean
from app.kernel.timestamps import parse_timestamp
from app.sources.scans.lenient import Many, Several, Things, Word, Yes
from app.sources.scans.reading import Reading, Weakness
from app.sources.scans.sarif_result import Result
from app.sources.scans.sarif_rules import Component, Rules
from app.sources.scans.sarif_tools import kind_of, tool_name

FORMAT = "sarif"


class Tool(Shape):
    """The tool and its extensions, which may hold the rules."""

    driver: Component
    extensions: Several[Component] = []


class Invocation(Shape):
    """One run of the tool's program."""

    executionSuccessful: Yes = None  # noqa: N815
    endTimeUtc: Word = None  # noqa: N815


class Provenance(Shape):
    """Which revision was scanned."""

    revisionId: Word = None  # noqa: N815
    branch: Word = None


class Run(Shape):
    """One run; without `results` the scan did not run."""

    tool: Tool
    results: Many[Result] | None = None
    invocations: Several[Invocation] = []
    versionControlProvenance: Several[Provenance] = []  # noqa: N815
    automationDetails: Things = {}  # noqa: N815

    @property
    def failed(self) -> bool:
        return self.results is None or any(invocation.executionSuccessful is False for invocation in self.invocations)

    def weaknesses(self) -> Iterator[Weakness]:
        """The results that are findings, not suppressed and still there."""
        rules = Rules(self.tool.driver, self.tool.extensions)
        secretive = kind_of(self.tool.driver.name) == "secrets"
        for result in self.results or []:
            if result.counts:
                yield result.weakness(rules.of(result.pointer), secretive=secretive)


class File(Shape):
    """The file."""

    runs: Many[Run]


def read(body: dict[str, Any]) -> Reading:
    """The findings of all runs. SARIF has no verdict."""
    runs = fit(File, body).runs
    if not runs:
        raise BadPayload("no runs", "runs")
    names = dict.fromkeys(tool_name(run.tool.driver.name) for run in runs)
    kinds = {kind_of(run.tool.driver.name) for run in runs}
    sources = {(item.revisionId, item.branch) for run in runs for item in run.versionControlProvenance}
    revision, branch = sources.pop() if len(sources) == 1 else (None, None)
    return Reading(
        FORMAT,
        clean("+".join(names), 100),
        [weakness for run in runs for weakness in run.weaknesses()],
        error=any(run.failed for run in runs),
        scan_id=_guid(runs),
        kind=kinds.pop() if len(kinds) == 1 else None,
        occurred_at=_ended(runs),
        commit=revision,
        branch=branch,
    )


def _guid(runs: list[Run]) -> str | None:
    """The run's own id; a file of several runs has none."""
    guid = runs[0].automationDetails.get("guid") if len(runs) == 1 else None
    return guid if isinstance(guid, str) and guid else None


def _ended(runs: list[Run]) -> datetime | None:
    """When the last of the runs ended."""
    times = (parse_timestamp(invocation.endTimeUtc) for run in runs for invocation in run.invocations)
    return max((moment for moment in times if moment), default=None)
