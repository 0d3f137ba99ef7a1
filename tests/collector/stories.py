"""What may happen after the first story: each returns another one."""

from dataclasses import replace

from app.standins.story.model import Build, Commit, PullRequest, Rollout, Service, Story


def changed(story: Story, service: Service, now: int) -> Story:
    """The story with another state of one service."""
    return replace(story, now=now, services={**story.services, service.name: service})


def pushed(story: Story, name: str, now: int, message: str = "SHOP-101 a late change\n") -> tuple[Story, str]:
    """One more commit on main, with a pipeline that succeeded; also its SHA."""
    service = story.services[name]
    author = service.commits[service.main].author
    made = Commit(f"{now:x}".rjust(40, "d"), (service.main,), author, now, message)
    last = service.builds[-1]
    built = Build(last.number + 1, f"{now:032x}", made.sha, "main", author, now, now, "", "SUCCESSFUL", ())
    after = replace(
        service,
        main=made.sha,
        branches={**service.branches, "main": made.sha},
        commits={**service.commits, made.sha: made},
        builds=[*service.builds, built],
    )
    return changed(story, after, now), made.sha


def rolled_out(story: Story, name: str, environment: str, tag: str, now: int, *, synced: bool = True) -> Story:
    """One more commit in the GitOps repository, which Argo CD has synced (or not)."""
    service = story.services[name]
    rollout = Rollout(name, environment, tag, now, service.rollouts[-1].by, synced=synced)
    return changed(story, replace(service, rollouts=[*service.rollouts, rollout]), now)


def rewritten(story: Story, name: str, now: int) -> Story:
    """The newest commit of main is gone: another one has taken its place."""
    service = story.services[name]
    old = service.commits[service.main]
    new = replace(old, sha=f"{now:x}".rjust(40, "f"), message="PAY-101 once more\n")
    commits = {sha: each for sha, each in service.commits.items() if sha != old.sha}
    after = replace(
        service, main=new.sha, branches={**service.branches, "main": new.sha}, commits={**commits, new.sha: new}
    )
    after = replace(after, pulls=[each for each in after.pulls if not _on(each, old.sha)])
    return changed(story, after, now)


def _on(pull: PullRequest, sha: str) -> bool:
    return sha in (pull.base, pull.merge)
