"""Messages: lines for the fun of it, as data. The first that fits an event is shown, and always the same one."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from app.kernel.ids import derived_id
from app.routing.match import View, look_up
from app.routing.people import People
from app.routing.times import Times

_BAD = frozenset({"failed", "error", "degraded", "missing", "block"})
_GRAVE = frozenset({"critical", "high"})


@dataclass(frozen=True, slots=True)
class Message:
    """An entry of `messages`. `holds` by event type, None for all."""

    name: str
    holds: Mapping[str, Callable[[View], bool]] | None
    during: Times | None
    texts: tuple[str, ...]
    by_user: Mapping[str, tuple[str, ...]] | None
    asks: frozenset[str]
    """Fields (the first word of each path) that its match asks for: what is bad in one of these may carry it."""
    file: str = ""
    line: int = 0

    def fits(self, view: View, bad: Set[str]) -> bool:
        """Whether the event is one for it, times apart; `bad` as `bad_news` says."""
        if bad and not bad & self.asks:
            return False
        if self.holds is None:
            return True
        test = self.holds.get(view["type"])
        return test is not None and test(view)


@dataclass(frozen=True, slots=True)
class Said:
    """The message of an event: `text` may hold `{{ e.… }}`."""

    name: str
    text: str


def said(messages: tuple[Message, ...], view: View, at: int, people: People) -> Said | None:
    """The first message that fits the event at that time (µs), or None. Of several texts its id picks one."""
    bad = bad_news(view)
    for message in messages:
        if not message.fits(view, bad):
            continue
        texts = message.texts if message.by_user is None else message.by_user.get(_author(view, people), ())
        if texts and (message.during is None or message.during.active(at)):
            return Said(message.name, texts[_pick(view, message.name) % len(texts)])
    return None


def bad_news(view: View) -> Set[str]:
    """The fields because of which nobody wants a joke: failed, blocked, grave, an incident, news of ourselves."""
    found = {name for name in ("status", "verdict") if view.get(name) in _BAD}
    if str(view.get("type")).startswith(("incident.", "shipbell.")):
        found.add("type")
    if view.get("severity") in _GRAVE and view.get("status") != "resolved":
        found.add("severity")
    findings = view.get("findings")
    if isinstance(findings, dict) and (findings.get("critical") or findings.get("high")):
        found.add("findings")
    return found


def _author(view: View, people: People) -> str:
    """The Teams address of who wrote it, else the e-mail: who is never mentioned may still be spoken of."""
    email = look_up(view, ("commit", "author", "email"))
    if not isinstance(email, str):
        return ""
    return people.aliases.get(email.lower(), email.lower())


def _pick(view: View, name: str) -> int:
    return int(derived_id("message", name, str(view.get("id")))[:8], 16)
