"""Whether every ticket of a change has its Fix Version: decided on what was gathered, without asking anybody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.gates.model import Decision, Question, Reason, decided
from app.gates.rooms.fix_version.settings import FixVersionSettings

if TYPE_CHECKING:
    from app.clients.jira_answers import FixVersion, Issue

NAME = "fix-version"
CODES = {
    "missing_fix_version": "the ticket has no Fix Version",
    "only_released": "all of its Fix Versions are released or archived, and an unreleased one is asked for",
    "other_version": "none of its Fix Versions is this release's",
    "not_found_or_hidden": "Jira knows no such ticket, or hides it from the account that asks: it does not say which",
    "no_such_field": "tickets of this type have no field Fix Version, so nobody can set it",
    "moved": "it has another key now, and is judged under that",
    "no_tickets": "there are commits, and none of them names a ticket",
    "nothing_new": "no commit is new: what runs is the same, or newer",
    "unnamed_commits": "some commits name no ticket",
    "reverted": "commits that were reverted before they were deployed were left out",
    "diverged": "what runs is not behind this commit, but beside it",
    "unknown_baseline": "the repository does not know the commit that runs: squashed or force-pushed away",
    "first_deployment": "nothing is known to run there yet",
    "baseline_unreadable": "the GitOps repository cannot be read at this place",
    "several_versions": "the environment is to run several versions at once",
    "unknown_commit": "the commit that is asked about is nowhere",
    "too_many_commits": "more commits than any release has",
    "too_many_tickets": "more tickets than any release has",
    "shallow_clone": "the clone does not reach back far enough",
    "no_jira": "no Jira is set up to ask",
    "no_repository": "there is neither a clone nor Bitbucket to read commits from",
    "no_baseline": "nobody can say what runs",
    "no_projects": "the account that asks sees no project at all in Jira",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found. `found` and `missing` share the keys that commits name; `links` are the tickets' pages."""

    baseline: str
    whence: str
    base: str
    head: str
    read_from: str
    commits: int
    unnamed: int
    reverted: int
    diverged: bool
    found: "Mapping[str, Issue]"
    missing: tuple[str, ...]
    links: Mapping[str, str]
    account: str


def decide(question: Question, settings: FixVersionSettings, evidence: Evidence) -> Decision:
    """Blocks on the first ticket that has no version; what cannot be said of a ticket is no fault of the ticket."""
    reasons = [*_tickets(question, settings, evidence), *_notes(question, evidence)]
    looked_at = (
        f"{evidence.commits} {'commit' if evidence.commits == 1 else 'commits'} from {evidence.base[:12]} "
        f"({evidence.baseline} runs in {question.environment}, by {evidence.whence}) to {evidence.head[:12]}, "
        f"read from {evidence.read_from}; {len(evidence.found) + len(evidence.missing)} tickets"
    )
    checked = [*evidence.found, *evidence.missing]
    return decided(NAME, reasons, _steps(question, reasons), checked=checked, looked_at=looked_at, links=evidence.links)


def _tickets(question: Question, settings: FixVersionSettings, evidence: Evidence) -> Iterator[Reason]:
    for asked, issue in evidence.found.items():
        link = evidence.links.get(issue.key) or evidence.links.get(asked)
        if issue.key.upper() != asked.upper():
            yield Reason("note", "moved", f"is {issue.key} now", asked, link)
        if issue.type not in settings.ignore_types:
            wrong = _wrong(issue, question, unreleased=settings.unreleased or question.unreleased)
            if wrong is not None:
                code, text = wrong
                weight = "unknown" if code == "no_such_field" else "block"
                yield Reason(weight, code, _with_words(text, issue), asked, link)  # type: ignore[arg-type]
    for key in evidence.missing:
        text = f"not found, or hidden from the account that asks ({evidence.account})"
        yield Reason("block", "not_found_or_hidden", text, key, evidence.links.get(key))


def _wrong(issue: "Issue", question: Question, *, unreleased: bool) -> tuple[str, str] | None:
    versions = issue.fix_versions
    if versions is None:
        return "no_such_field", f"the type {issue.type or 'of this ticket'!r} has no field Fix Version"
    if not versions:
        return "missing_fix_version", "no Fix Version"
    if question.release and all(each.name != question.release for each in versions):
        return "other_version", f"Fix Version {_names(versions)}, not {question.release}"
    if unreleased and all(each.released or each.archived for each in versions):
        return "only_released", f"Fix Version {_names(versions)} is released already"
    return None


def _names(versions: "tuple[FixVersion, ...]") -> str:
    return ", ".join(each.name for each in versions)


def _with_words(text: str, issue: "Issue") -> str:
    """What is wrong, and which ticket that is; of a restricted one nothing is told."""
    words = f"{issue.summary[:80]} ({issue.status})" if issue.summary else ""
    return f"{text}: {words}" if words else text


def _notes(question: Question, evidence: Evidence) -> Iterator[Reason]:
    if not evidence.commits:
        yield Reason("note", "nothing_new", f"no commit is new: {question.environment} runs this, or something newer")
    elif not evidence.found and not evidence.missing:
        yield Reason("note", "no_tickets", f"none of the {evidence.commits} commits names a ticket")
    elif evidence.unnamed:
        yield Reason("note", "unnamed_commits", f"{evidence.unnamed} of {evidence.commits} commits name no ticket")
    if evidence.reverted:
        yield Reason("note", "reverted", f"{evidence.reverted} commits were reverted before they were deployed")
    if evidence.diverged and evidence.commits:
        text = f"what runs in {question.environment} is not behind this commit, but beside it (another branch?)"
        yield Reason("note", "diverged", text)


def _steps(question: Question, reasons: list[Reason]) -> list[str]:
    codes = {reason.code for reason in reasons}
    version = f"{question.release!r}" if question.release else "the release that this goes into"
    steps = []
    if codes & {"missing_fix_version", "only_released", "other_version"}:
        steps += [f"Open each ticket above and set its field “Fix versions” to {version}."]
    if "not_found_or_hidden" in codes:
        steps += [
            "Is a key above a typing error? Then name the right ticket in a further commit. Is the ticket hidden? "
            "Then let the account above see it."
        ]
    if "no_such_field" in codes:
        field = "Put the field “Fix versions” on that type of ticket"
        steps += [f"{field}, or list the type in gates.fix-version.ignore_types of the rules."]
    return [
        *steps,
        "If a ticket does not belong to this release, take its commits out.",
        "Run this step again: nothing has to be pushed for a ticket that was changed in Jira.",
    ]
