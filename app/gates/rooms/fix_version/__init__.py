"""Every ticket of what is about to be deployed has its Fix Version: QA is not surprised by it."""

from app.gates.gate import Gate, Sources
from app.gates.model import Question
from app.gates.rooms.fix_version.decide import CODES, NAME, Evidence, decide
from app.gates.rooms.fix_version.settings import FixVersionSettings


async def _gather(question: Question, settings: FixVersionSettings, sources: Sources) -> Evidence:
    """What asks over HTTP is loaded when it is asked: the service starts without it."""
    from app.gates.rooms.fix_version.gather import gather

    return await gather(question, settings, sources)


GATE: Gate[FixVersionSettings, Evidence] = Gate(
    name=NAME,
    title="Fix versions of tickets",
    question="Does every ticket between what runs and what is about to be deployed have its Fix Version?",
    settings=FixVersionSettings,
    gather=_gather,
    decide=decide,
    codes=CODES,
)
