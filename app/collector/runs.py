"""Pipelines and deployments at Bitbucket: the true results of those whose end nobody told."""

from collections.abc import Sequence
from datetime import datetime

from app.collector import bitbucket_events as told_as
from app.collector.news import report
from app.collector.reading import OVERLAP, Reading
from app.kernel.clock import to_datetime, to_us

_Ended = tuple[told_as.Told | None, datetime | None]


async def tell_pipelines(here: Reading) -> int:
    """Tell results that nobody told; returns how many runs there are since the last look. Raises ApiFault."""
    since = here.since("pipelines")
    listed = await here.bitbucket.pipelines(here.name, to_datetime(since))
    ended = [(told_as.finished(here.service, here.its, each), each.completed_on) for each in listed.items]
    running = [to_us(run.created_on) for run in listed.items if run.state != "COMPLETED" and run.created_on]
    await _tell_missed(here, "pipeline", ended, "pipeline.finished", since)
    here.remember("pipelines", listed.complete, running)
    return sum(1 for each in listed.items if each.created_on and to_us(each.created_on) > since + OVERLAP)


async def tell_deployments(here: Reading) -> None:
    """Tell results that nobody told. Raises ApiFault."""
    since = here.since("deployments")
    listed = await here.bitbucket.deployments(here.name, to_datetime(since))
    ended = [(told_as.deployed(here.service, here.its, each), each.completed_on) for each in listed.items]
    running = [to_us(one.started_on) for one in listed.items if one.state != "COMPLETED" and one.started_on]
    await _tell_missed(here, "deployment", ended, "deployment.finished", since)
    here.remember("deployments", listed.complete, running)


async def _tell_missed(here: Reading, kind: str, ended: Sequence[_Ended], event_type: str, since: int) -> None:
    """Tell those whose end no webhook, report or earlier round has told, whatever the status that was told."""
    work = here.work
    subjects = await work.ask.subjects(here.service, [event_type], since)
    missed = [
        work.voiced(event, moment, first=here.first)
        for event, moment in ended
        if event is not None and f"{event_type} {event['status']}" not in subjects.get(event["subject"], ())
    ]
    work.summary.looked[kind] += len(ended)
    for start in range(0, len(missed), told_as.PUSH):
        await work.tell(report(kind, missed[start : start + told_as.PUSH]))
