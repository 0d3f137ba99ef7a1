"""What is posted for tests and scans: the files as they are, with what no file says of itself beside them."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from app.reporter.events import Said
from app.reporter.surroundings import Surroundings

LARGEST = 25 << 20
"""Bytes of a file that the service takes."""
TESTS, SCANS = "/api/v1/tests/results", "/api/v1/security/scans"
_OUTCOMES = {"succeeded": "passed", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Upload:
    """One request: to which path of the API, with what said beside the file; without a file the word alone."""

    path: str
    said: dict[str, str]
    file: Path | None

    @property
    def url(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.said)}"

    def shown(self, folder: Path) -> str:
        """The file as a person calls it."""
        if self.file is None:
            return "what came of the tests"
        root = folder.resolve()
        return str(self.file.relative_to(root)) if self.file.is_relative_to(root) else self.file.name

    def body(self) -> bytes:
        """The file's bytes. Raises OSError, and ValueError when it is too large."""
        if self.file is None:
            return b""
        if self.file.stat().st_size > LARGEST:
            raise ValueError(f"larger than {LARGEST >> 20} MiB")
        return self.file.read_bytes()


def uploads_of_tests(files: list[Path], said: Said, here: Surroundings, suite: str, run_id: str) -> list[Upload]:
    """A single file as it is; several as parts of one run, and a last word that ends it. Without files the outcome."""
    told = _beside(said, here) | {"suite": suite, "image_tag": said.version or here.tag, "report_url": said.url}
    word = _OUTCOMES.get(said.status, "")
    if len(files) > 1:
        parts = [_upload(TESTS, told | {"run_id": run_id, "final": "false"}, file) for file in files]
        return [*parts, _upload(TESTS, told | {"run_id": run_id, "final": "true", "status": word}, None)]
    if files:
        return [_upload(TESTS, told | {"status": word}, files[0])]
    outcome = word or _OUTCOMES.get(here.outcome or "", "")
    return [_upload(TESTS, told | {"run_id": run_id, "final": "true", "status": outcome}, None)] if outcome else []


def uploads_of_scans(
    files: list[Path], said: Said, here: Surroundings, tool: str, exit_code: str, run_id: str
) -> list[Upload]:
    """One upload a file."""
    told = _beside(said, here) | {"tool": tool, "exit_code": exit_code, "run": run_id}
    return [_upload(SCANS, told, file) for file in files]


def _beside(said: Said, here: Surroundings) -> dict[str, str]:
    return {
        "service": said.service or here.repository,
        "environment": said.environment or here.environment,
        "commit": here.commit,
        "branch": here.branch,
        "repository": here.repository,
        "build": "" if here.build is None else str(here.build),
        "pipeline_url": here.build_url,
    }


def _upload(path: str, told: dict[str, str], file: Path | None) -> Upload:
    return Upload(path, {name: value for name, value in told.items() if value}, file)
