"""Result files that a step left behind: found by their usual names, posted to the service as they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from app.reporter.events import Said
from app.reporter.surroundings import Surroundings

LARGEST = 25 << 20
"""Bytes of a file that the service takes."""
MOST = 100
TESTS = ("**/test-results/**/*.xml", "**/surefire-reports/*.xml", "**/junit*.xml", "**/TEST-*.xml")
SCANS = ("results.json", "filtered_results.json", "policy_flaws.json", "srcclr*.json", "*.sarif", "**/*.sarif.json")
_OUTCOMES = {"succeeded": "passed", "passed": "passed", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to post: to which path of the API, with what said beside it."""

    path: str
    file: Path | None

    def shown(self, folder: Path) -> str:
        """The file as a person calls it."""
        if self.file is None:
            return "the outcome"
        return (
            str(self.file.relative_to(folder.resolve()))
            if self.file.is_relative_to(folder.resolve())
            else self.file.name
        )


def find(patterns: Iterable[str], folder: Path) -> list[Path]:
    """The files that fit, each once, at most a hundred; links that lead out of the folder are passed over."""
    root = folder.resolve()
    found: dict[Path, None] = {}
    for pattern in patterns:
        for path in sorted(_matching(root, pattern)):
            if path.is_file() and path.resolve().is_relative_to(root):
                found[path.resolve()] = None
    return list(found)[:MOST]


def _matching(root: Path, pattern: str) -> list[Path]:
    plain = Path(pattern)
    if plain.is_absolute():
        return [plain] if plain.is_relative_to(root) else []
    return list(root.glob(pattern))


def test_uploads(files: list[Path], said: Said, here: Surroundings, suite: str, run_id: str) -> list[Upload]:
    """One upload a file, merged by the service into one run; without files the outcome alone."""
    told = {
        **_beside(said, here),
        "suite": suite,
        "image_tag": said.version or here.tag,
        "report_url": said.url,
        "run_id": run_id,
        "status": "" if files else _OUTCOMES.get(said.status or here.outcome or "", ""),
    }
    sent: list[Path | None] = [*files] if files or not told["status"] else [None]
    last = len(sent) - 1
    return [
        Upload(_path("/api/v1/tests/results", told | {"final": "true" if index == last else ""}), file)
        for index, file in enumerate(sent)
    ]


def scan_uploads(files: list[Path], said: Said, here: Surroundings, tool: str, exit_code: str) -> list[Upload]:
    """One upload a file."""
    told = {**_beside(said, here), "tool": tool, "exit_code": exit_code}
    return [Upload(_path("/api/v1/security/scans", told), file) for file in files]


def _beside(said: Said, here: Surroundings) -> dict[str, str]:
    """What no result file says of itself."""
    return {
        "service": said.service or here.repository,
        "environment": said.environment or here.environment,
        "commit": here.commit,
        "branch": here.branch,
        "repository": here.repository,
        "build": "" if here.build is None else str(here.build),
        "pipeline_url": here.build_url,
    }


def _path(path: str, told: dict[str, str]) -> str:
    return f"{path}?{urlencode({name: value for name, value in told.items() if value})}"
