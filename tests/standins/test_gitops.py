"""The GitOps repository: cloned over real HTTP it says what the story says, and where it does not, that is told."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from app.standins.gitops import write_repository
from app.standins.serving import serving
from app.standins.standins import Standins
from app.standins.story.model import Story
from app.standins.story.names import ENVIRONMENTS
from app.standins.story.tell import tell
from tests.conftest import START

TAG = re.compile(r"- name: (\S+)\n  newTag: (.*)\n")


async def git(*words: str | Path) -> str:
    """What a git says that nobody has set up; as somebody with a token."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader", "GIT_CONFIG_VALUE_0": "Authorization: Bearer some-token",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        "git", *words, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    return said.decode()


@pytest.fixture
async def clone(standins: Standins, tmp_path: Path) -> Path:
    async with serving(standins) as url:
        await git("clone", "--quiet", f"{url}/git/gitops.git", tmp_path / "clone")
    return tmp_path / "clone"


async def test_every_overlay_has_the_tag_of_the_story(clone: Path, standins: Standins) -> None:
    story: Story = standins.story
    refused = {(each.service, each.environment) for each in story.drifts if each.kind == "refused_manifest"}
    for service in story.services.values():
        for environment in ENVIRONMENTS:
            folder = clone / "applications" / service.name / "overlays" / environment.name
            tags = dict(TAG.findall((folder / "kustomization.yaml").read_text()))
            told = [e for e in service.rollouts if e.environment == environment.name and e.how != "source"]
            plain = (service.name, environment.name) in refused
            assert tags[service.image] == (told[-1].tag if plain else f'"{told[-1].tag}"')
            sources = [path.read_text() for path in folder.glob(".argocd-source-*.yaml")]
            desired = story.desired(service.name, environment.name)
            assert sources == [] or f"{service.image}:{desired}" in sources[0]
            assert (len(tags) == 2) == (environment.name == "prod")


async def test_each_rollout_is_a_commit_at_its_time_by_its_author(clone: Path, standins: Standins) -> None:
    assert standins.standing.total("git") >= 2
    log = (await git("-C", clone, "log", "--format=%H %at %ae", "--reverse")).splitlines()[1:]
    told = {f"{sha} {each.at // 1_000_000} {each.by.email}" for each, sha in standins.repository.revisions.items()}
    assert set(log) == told
    assert log[-1].startswith(standins.repository.head)
    rollout = standins.story.services["checkout"].rollouts[10]
    path = f"applications/checkout/overlays/{rollout.environment}/kustomization.yaml"
    sha = standins.repository.revisions[rollout]
    assert f'newTag: "{rollout.tag}"' in await git("-C", clone, "show", f"{sha}:{path}")
    assert f'newTag: "{rollout.tag}"' not in await git("-C", clone, "show", f"{sha}^:{path}")


def test_the_same_story_has_the_same_commits(tmp_path: Path) -> None:
    story = tell(START, services=2, tickets=8)
    (tmp_path / "again").mkdir()
    first, again = write_repository(story, tmp_path), write_repository(story, tmp_path / "again")
    assert first.head == again.head
    assert write_repository(tell(START, services=2, tickets=9), tmp_path).head != first.head
