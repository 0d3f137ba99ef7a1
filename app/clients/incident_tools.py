"""The clients of the incident tools that the section `upstreams` names."""

from collections.abc import Callable
from dataclasses import dataclass

from app.clients.alerts import Alerts
from app.clients.api import Api
from app.clients.auth import Auth, Basic, Bearer, Keyed
from app.clients.declared import Declared
from app.clients.incidentio import IncidentIo
from app.clients.pagerduty import PagerDuty
from app.clients.upstreams import IncidentIoEntry, JsmEntry, OpsgenieEntry, PagerDutyEntry, Upstreams
from app.kernel.secrets import Secret

CONCURRENCY = 5
"""Calls to one tool at a time: people wait for it on a bad day."""


@dataclass(frozen=True, slots=True)
class IncidentTools:
    """Those that may be asked; `links` say where an alert is seen, by the name of the tool."""

    jsm: Alerts | None = None
    opsgenie: Alerts | Declared | None = None
    pagerduty: PagerDuty | None = None
    incidentio: IncidentIo | None = None
    links: tuple[tuple[str, str], ...] = ()

    def apis(self) -> list[Api]:
        """Their APIs."""
        return [tool.api for tool in (self.jsm, self.opsgenie, self.pagerduty, self.incidentio) if tool is not None]


Token = Callable[[str, str], Secret]
"""The value of a variable, for a part of the section; what is not set is noted."""


def open_incident_tools(upstreams: Upstreams, token: Token) -> IncidentTools:
    """The clients, with their tokens. Raises ConfigError for a URL that is none."""
    jsm, opsgenie, pagerduty, incidentio = upstreams.jsm, upstreams.opsgenie, upstreams.pagerduty, upstreams.incidentio
    links = [(name, entry.link) for name, entry in (("jsm", jsm), ("opsgenie", opsgenie)) if entry and entry.link]
    return IncidentTools(
        jsm=_jsm(jsm, token(jsm.token_env, "jsm")) if jsm else None,
        opsgenie=_opsgenie(opsgenie, token(opsgenie.token_env, "opsgenie")) if opsgenie else None,
        pagerduty=_pagerduty(pagerduty, token(pagerduty.token_env, "pagerduty")) if pagerduty else None,
        incidentio=_incidentio(incidentio, token(incidentio.token_env, "incidentio")) if incidentio else None,
        links=tuple(links),
    )


def _jsm(entry: JsmEntry, token: Secret) -> Alerts:
    auth = Basic(entry.user, token) if entry.user else Bearer(token)
    return Alerts(_api("jsm", entry.url, auth), jsm=True, query=entry.query)


def _opsgenie(entry: OpsgenieEntry, token: Secret) -> Alerts | Declared:
    api = _api("opsgenie", entry.url, Keyed("GenieKey ", token))
    return Declared(api) if entry.reads == "incidents" else Alerts(api, jsm=False, query=entry.query)


def _pagerduty(entry: PagerDutyEntry, token: Secret) -> PagerDuty:
    return PagerDuty(_api("pagerduty", entry.url, Keyed("Token token=", token)), entry.teams)


def _incidentio(entry: IncidentIoEntry, token: Secret) -> IncidentIo:
    return IncidentIo(_api("incidentio", entry.url, Bearer(token)))


def _api(name: str, url: str, auth: Auth) -> Api:
    return Api(name, url, auth, concurrency=CONCURRENCY)
