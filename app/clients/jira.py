"""Jira over REST: Cloud (a site, or the gateway for scoped tokens) and Data Center.

A gate never searches: the index lags behind, and one unknown key makes a whole query fail. It asks for the issues.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from app.clients.addressed import segment
from app.clients.api import Api
from app.clients.faults import ApiFault, Kind
from app.clients.jira_answers import Account, CustomField, Issue, Issues, Project, ProjectPage
from app.clients.replies import Reply, read
from app.kernel.together import all_of

Edition = Literal["cloud", "datacenter"]

GATEWAY = "api.atlassian.com"
SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
"""The schema of the sprint field; its id differs from site to site."""
CHUNK = 100
"""Issues that one bulkfetch takes."""

_FIELDS = ("summary", "status", "fixVersions", "assignee", "issuetype", "updated", "security")


class Jira:
    """The questions that we ask. Each raises ApiFault; what an account may not see is a 404 as if it were not there."""

    def __init__(self, api: Api, edition: Edition = "cloud", site: str = "") -> None:
        """`site`: where people click, when the API is asked elsewhere (the gateway)."""
        self.api, self._cloud, self._site = api, edition == "cloud", site.rstrip("/")
        self._base = "/rest/api/3" if self._cloud else "/rest/api/2"
        self._sprint: tuple[str | None] | None = None

    @property
    def site(self) -> str:
        """Where people click."""
        return self._site

    def link(self, key: str) -> str | None:
        """The page of an issue; None when no site is known. Never made of `self`, which may be the gateway's."""
        return f"{self._site}/browse/{segment(key)}" if self._site else None

    async def myself(self) -> Account:
        """Who we are. Raises `auth_error` when the token is bad: with it, a 404 later on is unambiguous."""
        return read(Account, (await self._get("/myself")).value, self.api.name)

    async def issues(self, keys: Iterable[str], *, sprint: str | None = None) -> Issues:
        """Each of the issues, asked for in hundreds and then, if it was not told, alone: it may have moved.

        Keys are the same in capitals and small letters; the answer has them in capitals.
        `sprint`: the id of the sprint field (`sprint_field`), when sprints are wanted.
        """
        wanted = list(dict.fromkeys(key.strip().upper() for key in keys))
        told = await self.together(wanted, sprint=sprint)
        told |= await self.alone((key for key in wanted if key not in told), sprint=sprint)
        return Issues(
            {key: told[key] for key in wanted if key in told}, tuple(key for key in wanted if key not in told)
        )

    async def together(self, keys: Sequence[str], *, sprint: str | None = None) -> dict[str, Issue]:
        """Those of the issues that one question for a hundred finds under these keys; Data Center has none such."""
        starts = range(0, len(keys), CHUNK) if self._cloud else ()
        chunks = await all_of(self._bulk(list(keys[start : start + CHUNK]), sprint) for start in starts)
        return {issue.key.upper(): issue for chunk in chunks for issue in chunk}

    async def alone(self, keys: Iterable[str], *, sprint: str | None = None) -> dict[str, Issue]:
        """Each issue asked for by itself, under the key that was asked for; without those that are not found."""
        asked = list(keys)
        found = await all_of(self._single(key, sprint) for key in asked)
        return {key: issue for key, issue in zip(asked, found, strict=True) if issue is not None}

    async def sprint_field(self) -> str | None:
        """The id of the sprint field here, such as `customfield_10020`; None when there is none. Asked for once."""
        if self._sprint is None:
            fields = read(list[CustomField], (await self._get("/field")).value, self.api.name)
            self._sprint = (next((field.id for field in fields if field.schema == SPRINT), None),)
        return self._sprint[0]

    async def projects(self) -> tuple[Project, ...]:
        """The projects that the account may see: keys that begin otherwise are no tickets."""
        if not self._cloud:
            return read(tuple[Project, ...], (await self._get("/project")).value, self.api.name)
        found: list[Project] = []
        while True:
            reply = await self._get("/project/search", {"startAt": len(found), "maxResults": 100})
            page = read(ProjectPage, reply.value, self.api.name)
            found += page.values
            if page.is_last or not page.values:
                return tuple(found)

    # ---------------------------------------------------------------- issues

    async def _bulk(self, keys: list[str], sprint: str | None) -> list[Issue]:
        body = {"issueIdsOrKeys": keys, "fields": [*_FIELDS, *([sprint] if sprint else [])]}
        reply = await self.api.post(f"{self._base}/issue/bulkfetch", body, judge=self._judge)
        issues = reply.value.get("issues") if isinstance(reply.value, dict) else None
        if not isinstance(issues, list):
            raise ApiFault("integration_error", self.api.name, "issues: missing", reply.status)
        return [self._issue(value, sprint) for value in issues]

    async def _single(self, key: str, sprint: str | None) -> Issue | None:
        fields = ",".join([*_FIELDS, *([sprint] if sprint else [])])
        try:
            reply = await self._get(f"/issue/{segment(key)}", {"fields": fields})
        except ApiFault as fault:
            if fault.kind == "not_found":
                return None
            raise
        return self._issue(reply.value, sprint)

    def _issue(self, value: Any, sprint: str | None) -> Issue:
        fields = value.get("fields") if isinstance(value, dict) else None
        if sprint and isinstance(fields, dict):
            value = {**value, "fields": {**fields, "sprint": fields.get(sprint)}}
        return read(Issue, value, self.api.name).silenced()

    # ---------------------------------------------------------------- answers that are not what they seem

    async def _get(self, path: str, params: Mapping[str, str | int] | None = None) -> Reply:
        return await self.api.get(f"{self._base}{path}", params, judge=self._judge)

    def _judge(self, status: int, headers: Mapping[str, str]) -> Kind | None:
        """A token that ran out is answered as if nobody had logged in: by 200, or 404 for what only we may see.

        https://github.com/MrRefactoring/jira.js/issues/418
        """
        if "AUTHENTICATED_FAILED" in headers.get("x-seraph-loginreason", ""):
            return "auth_error"
        if status == 200 and self.api.sends_credentials and self._anonymous(headers):
            return None if "html" in headers.get("content-type", "").lower() else "auth_error"  # a proxy, not Jira
        return None

    def _anonymous(self, headers: Mapping[str, str]) -> bool:
        """Whether Jira took us for nobody. Its gateway refuses a bad token itself, and need not name the account."""
        if not self._cloud:
            return headers.get("x-ausername") == "anonymous"
        return self.api.host != GATEWAY and "x-aaccountid" not in headers
