"""Stand-ins of the incident tools: /jsm/{cloud} and /opsgenie have the same alerts, the others others."""

from collections.abc import Mapping

from starlette.routing import Mount

from app.standins.incidents.alerts import Alerts
from app.standins.incidents.incidentio import IncidentIo
from app.standins.incidents.pagerduty import PagerDuty
from app.standins.story.model import Story

CLOUD = "3f1c2b7a-0d4e-4c55-9a77-5e8d1b2c3a4f"
"""The cloud id of acme's site."""

STRANGERS: Mapping[str, object] = {
    "jsm": {"code": 401, "message": "Unauthorized; scope does not match"},
    "opsgenie": {"message": "Could not authenticate", "took": 0.001, "requestId": "4c1f0c9e"},
    "pagerduty": {"error": {"message": "Authentication failed", "code": 2006, "errors": ["Invalid credentials"]}},
    "incidentio": {
        "type": "authentication_error",
        "status": 401,
        "request_id": "8f2a",
        "errors": [{"code": "invalid_token", "message": "The API key is not valid"}],
    },
}
"""What each answers with 401 to a key that it does not know."""


def incident_mounts(story: Story) -> list[Mount]:
    """The routes of all four."""
    return [
        Mount(f"/jsm/{CLOUD}", routes=Alerts(story, jsm=True).routes()),
        Mount("/opsgenie", routes=Alerts(story, jsm=False).routes()),
        Mount("/pagerduty", routes=PagerDuty(story).routes()),
        Mount("/incidentio", routes=IncidentIo(story).routes()),
    ]
