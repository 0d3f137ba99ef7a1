"""The service as a step sees it: where it is, and how the step proves who it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.links import is_address
from app.kernel.signing import HubSignature
from app.reporter.events import Report
from app.reporter.pipe import variable
from app.reporter.sending import Answer, post
from app.reporter.uploads import Upload


@dataclass(frozen=True, slots=True)
class Service:
    """`url` without a slash at its end; a token for the API, or the secret of `/hooks/reports`."""

    url: str = field(repr=False)
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    def report(self, report: Report, until: float) -> Answer:
        """Post a report: signed where there is a secret and no token."""
        body = report.bytes()
        headers = {"Content-Type": "application/json", "X-Shipbell-Report": report.key}
        if self.token:
            return post(f"{self.url}/api/v1/reports", body, headers | self._bearer(), until)
        signed = HubSignature().sign(body, self.secret.encode())
        return post(f"{self.url}/hooks/reports", body, headers | signed, until)

    def upload(self, upload: Upload, until: float) -> Answer:
        """Post a file as it is. It needs a token."""
        try:
            body = upload.body()
        except (OSError, ValueError) as error:
            return Answer(-1, error.strerror or "unreadable" if isinstance(error, OSError) else str(error))
        headers = {"Content-Type": "application/octet-stream"} | self._bearer()
        return post(f"{self.url}{upload.url}", body, headers, until)

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def open_service(variables: Mapping[str, str], *, files: bool) -> Service | None:
    """The service that the variables name; None when they name none, or give no proof. Files are for a token alone."""
    url = variable(variables, "SHIPBELL_URL").rstrip("/")
    token = variable(variables, "SHIPBELL_TOKEN")
    secret = "" if files else next(iter(variable(variables, "SHIPBELL_SECRET_REPORTS").split()), "")
    if not is_address(url) or not (token or secret):
        return None
    return Service(url, token, secret)
