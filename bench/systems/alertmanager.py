"""Alertmanager 0.25 (Debian's package): one alert a request, one notification an alert, at once, all in memory."""

import json
import subprocess

from bench.bodies import alert
from bench.processes import Command
from bench.systems import PEERS, Place, System

_SHARE = PEERS / "debian" / "usr" / "share"
# Debian's binary reads its templates from /usr/share: it sees ours laid over it, and the machine stays as it is.
_OVERLAY = ("unshare", "--mount", "--map-root-user", "sh", "-c",
            f'mount -t overlay overlay -o "lowerdir={_SHARE}:/usr/share" /usr/share && exec "$@"', "sh")  # fmt: skip
_BINARY = PEERS / "debian" / "usr" / "bin" / "prometheus-alertmanager"


def alertmanager() -> System | None:
    """None when it is not set up, or cannot be run here."""
    try:
        said = subprocess.run([*_OVERLAY, _BINARY, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    ran = f"Alertmanager {(said.stdout + said.stderr).split()[2]}"
    return System("Alertmanager 0.25", ran, alert("/api/v2/alerts"), _command)


def _command(place: Place) -> Command:
    # JSON is YAML. `...` groups by all labels: each alert is a group, and a notification, of its own.
    configuration = {
        "route": {"receiver": "sink", "group_by": ["..."], "group_wait": "0s", "repeat_interval": "24h"},
        "receivers": [
            {
                "name": "sink",
                "webhook_configs": [{"url": f"http://127.0.0.1:{place.sink}/", "send_resolved": False}],
            }
        ],
    }
    path = place.folder / "alertmanager.yml"
    path.write_text(json.dumps(configuration))
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
