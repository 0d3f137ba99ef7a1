"""What `shipbell gate` was asked: the options, what the step knows of itself, and the exit codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.gates.told import Asker, OnUnknown
from app.kernel.errors import ShipbellError
from app.reporter.surroundings import Surroundings

ALLOW, BLOCK, UNKNOWN, USAGE = 0, 1, 2, 3
SKIP = "SKIP_JIRA_FIX_VERSION_CHECK"
"""The variable that lets a pipeline past the gate `fix-version`."""
_TRUE = frozenset({"true", "1", "yes"})
_WHO = ("BITBUCKET_STEP_TRIGGERER_UUID", "GITLAB_USER_LOGIN", "GITHUB_ACTOR", "USER", "LOGNAME")


class Misused(ShipbellError):
    """The command cannot be carried out as it was typed, or as it is set up."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed."""

    gate: str
    service: str = ""
    environment: str = ""
    baseline: str = ""
    commit: str = ""
    version: str = ""
    repo_dir: Path = Path()
    rules: Path | None = None
    on_unknown: OnUnknown | None = None
    skip: bool = False
    reason: str = ""
    unreleased: bool = False
    release: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The options with the step's surroundings; `variables` hold tokens."""

    options: Options
    here: Surroundings
    variables: Mapping[str, str] = field(repr=False)

    def is_preview(self) -> bool:
        """Whether it is asked what the gates would say of every service."""
        return self.options.dry_run and self.options.gate == "all" and not self.options.service

    def bypass(self) -> dict[str, str] | None:
        """Who goes past which gate, and why; None when nobody does. Raises Misused without a reason."""
        options = self.options
        if options.skip:
            if not options.reason:
                raise Misused("--skip needs a --reason: both are recorded")
            return {"by": self._who(), "reason": options.reason, "gate": ""}
        if self.variables.get(SKIP, "").strip().lower() in _TRUE:
            return {"by": self._who(), "reason": options.reason or f"{SKIP}=true", "gate": "fix-version"}
        return None

    def asker(self, author: tuple[str, str] = ("", "")) -> Asker:
        """The step, as it is told."""
        here = self.here
        return Asker(
            repository=here.repository,
            provider=here.system if here.repository else "",
            build=here.build,
            build_url=here.build_url,
            branch=here.tag or here.branch,
            step=here.step,
            author=author[0] or here.author[0],
            author_email=author[1] or here.author[1],
        )

    def body(self) -> dict[str, Any]:
        """The question as `POST /api/v1/gates/{name}` takes it."""
        options, here = self.options, self.here
        said = {
            "service": options.service or here.repository,
            "environment": options.environment or here.environment,
            "commit": options.commit or here.commit,
            "version": options.version or here.tag,
            "baseline": options.baseline,
            "release": options.release,
            "on_unknown": options.on_unknown,
            "repository": here.repository,
            "provider": here.system if here.repository else "",
            "build_url": here.build_url,
            "branch": here.tag or here.branch,
            "step": here.step,
        }
        asked: dict[str, Any] = {name: value for name, value in said.items() if value}
        asked |= {"unreleased": True} if options.unreleased else {}
        asked |= {"build": here.build} if here.build is not None else {}
        asked |= {"skip": bypass} if (bypass := self.bypass()) else {}
        return asked | ({"dry_run": True} if options.dry_run else {})

    def _who(self) -> str:
        return next((self.variables[name] for name in _WHO if self.variables.get(name)), "somebody")


def exit_code(answer: Mapping[str, Any]) -> int:
    """0 allow, 1 block, 2 unknown where that stops."""
    if answer["verdict"] == "unknown":
        return ALLOW if answer["on_unknown"] == "allow" else UNKNOWN
    return BLOCK if answer["verdict"] == "block" else ALLOW
