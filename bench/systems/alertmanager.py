"""Alertmanager 0.25 (Debian's package): one alert a request, one notification an alert, at once, all in memory.

It has as many routes as Shipbell has rules, of the same kinds, and makes a message by templates: of its receivers that
do, Slack's is the nearest to a card. The one for webhooks makes none, it sends what it has as JSON: measured, too.
"""

import json
import subprocess
from collections.abc import Callable
from typing import Any

from bench.bodies import alert
from bench.processes import Command
from bench.rulebook import RULES
from bench.systems import PEERS, Place, System

_SHARE = PEERS / "debian" / "usr" / "share"
# Debian's binary reads its templates from /usr/share: it sees ours laid over it, and the machine stays as it is.
_OVERLAY = ("unshare", "--mount", "--map-root-user", "sh", "-c",
            f'mount -t overlay overlay -o "lowerdir={_SHARE}:/usr/share" /usr/share && exec "$@"', "sh")  # fmt: skip
_BINARY = PEERS / "debian" / "usr" / "bin" / "prometheus-alertmanager"
_TYPE = 'type="pipeline.finished"'
_SHOWN = {
    "Branch": "{{ .CommonLabels.ref }}",
    "Commit": '<{{ .CommonAnnotations.commit_url }}|{{ printf "%.12s" .CommonAnnotations.commit }}> '
    "{{ .CommonLabels.title }}",
    "Author": "{{ .CommonAnnotations.author }}",
    "Pipeline": "{{ .CommonAnnotations.pipeline }}",
    "Repository": "{{ .CommonLabels.repository }}",
    "Ticket": '{{ reReplaceAll "^([A-Z]+-[0-9]+).*" "$1" .CommonLabels.title }}',
}

Receiver = Callable[[str], dict[str, Any]]


def alertmanager() -> System | None:
    """None when it is not set up, or cannot be run here."""
    return _system("Alertmanager 0.25", _message)


def alertmanager_json() -> System | None:
    """The same without a message."""
    return _system("Alertmanager 0.25, its own JSON", _own_json)


def _system(name: str, receiver: Receiver) -> System | None:
    try:
        said = subprocess.run([*_OVERLAY, _BINARY, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    ran = f"Alertmanager {(said.stdout + said.stderr).split()[2]}"
    return System(name, ran, alert("/api/v2/alerts"), lambda place: _command(place, receiver))


def _command(place: Place, receiver: Receiver) -> Command:
    routes = [*map(_refusing, range(RULES - 1)), {"matchers": [_TYPE]}]
    # JSON is YAML. `...` groups by all labels: each alert is a group, and a notification, of its own.
    route = {"receiver": "sink", "group_by": ["..."], "group_wait": "0s", "repeat_interval": "24h", "routes": routes}
    sink = {"name": "sink", **receiver(f"http://127.0.0.1:{place.sink}/")}
    path = place.folder / "alertmanager.yml"
    path.write_text(json.dumps({"route": route, "receivers": [sink]}))
    argv = [
        *_OVERLAY,
        str(_BINARY),
        f"--config.file={path}",
        f"--storage.path={place.folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{place.port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    return Command(argv, place.port, "/-/ready", {}, place.folder)


def _refusing(number: int) -> dict[str, Any]:
    """The rules of the bench as routes: each is asked, as Shipbell asks all of its rules."""
    clauses = [
        f'service="service-{number}"',
        f'ref=~"release/{number}-.*"',
        rf'email=~"team-{number}\\..*@example\\.com"',
        f'repository=~"acme/team-{number}-.*"',
        rf'title=~".*\\[hotfix-{number}\\].*"',
    ]
    return {"matchers": [_TYPE, clauses[number % len(clauses)]], "continue": True}


def _own_json(url: str) -> dict[str, Any]:
    return {"webhook_configs": [{"url": url, "send_resolved": False}]}


def _message(url: str) -> dict[str, Any]:
    message = {
        "api_url": url,
        "send_resolved": False,
        "color": '{{ if eq .CommonLabels.status "succeeded" }}good{{ else }}danger{{ end }}',
        "title": "{{ .CommonLabels.service }} build #{{ .CommonLabels.build }}: {{ .CommonLabels.status }}",
        "title_link": "{{ .CommonAnnotations.url }}",
        "text": "{{ .CommonLabels.status }}",
        "fields": [{"title": title, "value": value} for title, value in _SHOWN.items()],
        "actions": [{"type": "button", "text": "Pipeline", "url": "{{ .CommonAnnotations.url }}"}],
    }
    return {"slack_configs": [message]}
