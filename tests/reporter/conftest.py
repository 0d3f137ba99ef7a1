"""A service as a step meets it: it answers, refuses, hangs or is not there; and the steps that meet it."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

UUID = "{0b7c2f2e-3c1d-4f5a-8e9b-1a2b3c4d5e6f}"
STEPS = {
    "values": [
        {"uuid": "{1}", "name": "Build", "state": {"name": "COMPLETED", "result": {"name": "SUCCESSFUL"}}},
        {"uuid": "{2}", "name": "Unit tests", "state": {"name": "COMPLETED", "result": {"name": "FAILED"}}},
        {"uuid": UUID, "name": "Report", "state": {"name": "IN_PROGRESS", "result": None}},
    ]
}
BITBUCKET = {
    "CI": "true",
    "BITBUCKET_BUILD_NUMBER": "512",
    "BITBUCKET_COMMIT": "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4",
    "BITBUCKET_REPO_FULL_NAME": "acme/checkout",
    "BITBUCKET_REPO_UUID": "{c6a1f7d0-1111-4222-8333-944455566677}",
    "BITBUCKET_PIPELINE_UUID": "{a1a2a3a4-b1b2-4c1c-8d1d-e1e2e3e4e5e6}",
    "BITBUCKET_STEP_UUID": UUID,
    "BITBUCKET_STEP_RUN_NUMBER": "1",
    "BITBUCKET_BRANCH": "feature/shop-12-pay-later",
    "BITBUCKET_DEPLOYMENT_ENVIRONMENT": "qa",
}
"""A deployment step. https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/"""
GITLAB = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_SERVER_HOST": "gitlab.example.com",
    "CI_PROJECT_ID": "77",
    "CI_PROJECT_PATH": "acme/checkout",
    "CI_PROJECT_URL": "https://gitlab.example.com/acme/checkout",
    "CI_PIPELINE_ID": "2012345678",
    "CI_PIPELINE_URL": "https://gitlab.example.com/acme/checkout/-/pipelines/2012345678",
    "CI_JOB_ID": "9012345678",
    "CI_JOB_NAME": "deploy-qa",
    "CI_JOB_STATUS": "running",
    "CI_COMMIT_SHA": "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4",
    "CI_COMMIT_BRANCH": "main",
    "CI_COMMIT_TITLE": "SHOP-12: pay later",
    "CI_COMMIT_AUTHOR": "Ada Example <ada@example.com>",
    "CI_ENVIRONMENT_NAME": "qa",
}
"""A deployment job. https://docs.gitlab.com/ci/variables/predefined_variables/"""


@dataclass
class Service:
    """What came, and how it is answered: `mode` is a status, `hangs` or `drips`."""

    url: str = ""
    mode: str = "201"
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def reports(self) -> list[Any]:
        """The bodies of reports."""
        return [json.loads(body) for path, _, body in self.heard if path.endswith("/reports")]

    @property
    def event(self) -> dict[str, Any]:
        """The one event of the last report."""
        (event,) = self.reports[-1]["events"]
        return dict(event)

    @property
    def told(self) -> str:
        """What the last request told, in the words of the documentation's table."""
        if not self.heard:
            return "–"
        path = self.heard[-1][0]
        if "/tests/results" in path:
            return "tests failed" if "status=failed" in path else "tests"
        return " ".join(filter(None, (self.event["type"], self.event.get("status"))))


def _door(service: Service) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.headers["Authorization"] == "Bearer repository-token"
            self._answer(200, json.dumps(STEPS).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard = {name.lower(): value for name, value in self.headers.items()}
            service.heard.append((self.path, heard, body))
            if service.mode == "hangs":
                service.over.wait(20)
            elif service.mode == "drips":
                self._drip()
            else:
                self._answer(int(service.mode), b'{"title": "no", "detail": "because of secret-token-0123"}')

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _drip(self) -> None:
            for byte in b"HTTP/1.1 201 Created\r\n":
                if service.over.wait(0.1):
                    return
                self.wfile.write(bytes([byte]))

        def log_message(self, *_: object) -> None: ...

    return Door


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _door(made))
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.reporter.sending.PAUSE", 0.02)


@pytest.fixture
def settings(service: Service) -> dict[str, str]:
    """What a repository sets for its steps."""
    return {"SHIPBELL_URL": service.url, "SHIPBELL_TOKEN": "secret-token-0123"}


def took(began: float) -> float:
    return time.monotonic() - began
