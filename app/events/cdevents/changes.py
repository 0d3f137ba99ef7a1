"""Repositories, branches, pull requests and tickets as CDEvents say them."""

from app.events.cdevents.names import View, known, part, source_uri, uri
from app.events.cdevents.said import Said, Why

_CHANGES = {"opened": "created", "updated": "updated", "merged": "merged", "declined": "abandoned"}


def subject(view: View) -> dict[str, str]:
    """What our event is about, by its natural key."""
    return {"id": view["subject"], "source": source_uri(view)}


def pushed(view: View) -> Said | Why:
    """A branch that came or went. CDEvents have no word for commits that arrive, nor for tags."""
    created, deleted = view.get("created"), view.get("deleted")
    if view.get("ref_kind") != "branch" or not (created or deleted):
        return Why.NO_TYPE
    return Said(
        f"branch.{'created' if created else 'deleted'}", known({"repository": _repository(view)}), subject(view)
    )


def pull_request(view: View) -> Said | Why:
    """A change was created, updated, merged or abandoned."""
    news = _CHANGES[view["type"].partition(".")[2]]
    title = part(view, "pull_request").get("title") if news == "created" else None
    return Said(f"change.{news}", known({"description": title, "repository": _repository(view)}), subject(view))


def repository_renamed(view: View) -> Said | Why:
    """A repository with its new name."""
    its = part(view, "repository")
    owner, _, name = (its.get("full_name") or "").rpartition("/")
    url = uri(its.get("url"))
    return Said("repository.modified", known({"name": name, "owner": owner, "uri": url, "viewUrl": url}), subject(view))


def ticket(view: View) -> Said | Why:
    """A ticket that was created or updated. Its page is looked for among the event's tickets."""
    its = part(view, "ticket")
    if its.get("restricted"):
        return Why.RESTRICTED
    news, who = view["type"].partition(".")[2], part(view, "actor").get("name")
    pages = {each.get("key"): each.get("url") for each in view.get("tickets") or ()}
    said = {
        "summary": its.get("summary"),
        "ticketType": its.get("type"),
        "group": its.get("project"),
        "creator" if news == "created" else "updatedBy": who,
        "assignees": [its["assignee"]] if its.get("assignee") else None,
        "milestone": next(iter(its.get("fix_versions") or ()), None),
        "uri": uri(pages.get(its.get("key"))),
    }
    return Said(f"ticket.{news}", known(said), subject(view))


def _repository(view: View) -> dict[str, str] | None:
    its = part(view, "repository")
    name = its.get("full_name") or its.get("uuid")
    return {"id": name, "source": source_uri(view)} if name else None
