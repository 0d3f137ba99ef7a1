"""The service as a step sees it: where it is, and how the step proves who it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.signing import HubSignature
from app.reporter.events import Report
from app.reporter.files import LARGEST, Upload
from app.reporter.sending import Answer, post


@dataclass(frozen=True, slots=True)
class Service:
    """`url` without a slash at its end; a token for the API, or the secret of `/hooks/reports`."""

    url: str
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    def report(self, report: Report, until: float) -> Answer:
        """Post a report: signed where there is a secret and no token."""
        body = json.dumps(report.body, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "X-Shipbell-Report": report.key}
        if self.token:
            return post(f"{self.url}/api/v1/reports", body, headers | self._bearer(), until)
        signed = HubSignature().sign(body, self.secret.encode())
        return post(f"{self.url}/hooks/reports", body, headers | signed, until)

    def upload(self, upload: Upload, until: float) -> Answer:
        """Post a file as it is. It needs a token."""
        if not self.token:
            return Answer(0, "files need SHIPBELL_TOKEN")
        body = b""
        if upload.file is not None:
            if upload.file.stat().st_size > LARGEST:
                return Answer(0, f"larger than {LARGEST >> 20} MiB")
            body = upload.file.read_bytes()
        headers = {"Content-Type": "application/octet-stream"} | self._bearer()
        return post(f"{self.url}{upload.path}", body, headers, until)

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def open_service(variables: Mapping[str, str]) -> Service | None:
    """The service that the variables name; None when they name none, or give no proof."""
    url = variables.get("SHIPBELL_URL", "").strip().rstrip("/")
    token = variables.get("SHIPBELL_TOKEN", "").strip()
    secret = next(iter(variables.get("SHIPBELL_SECRET_REPORTS", "").split()), "")
    if not url.startswith(("https://", "http://")) or not (token or secret):
        return None
    return Service(url, token, secret)
