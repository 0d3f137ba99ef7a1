"""The GitOps repository of the story: a bare git repository with Kustomize overlays, one commit a rollout."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.kernel.clock import DAY, SECOND
from app.standins.story.model import Rollout, Service, Story
from app.standins.story.names import ENVIRONMENTS

REPOSITORY = "gitops.git"
ROBOT = "release robot <robot@example.com>"
SIDECAR = "registry.example.com/platform/mesh-proxy"
SIDECAR_TAG = "2.9.1"


@dataclass(frozen=True, slots=True)
class Repository:
    """Where it lies, its newest commit, and the commit of each rollout."""

    folder: Path
    head: str
    revisions: Mapping[Rollout, str]
    messages: Mapping[str, Rollout]


def write_repository(story: Story, root: Path) -> Repository:
    """Make `gitops.git` in `root`, anew. The same story gives the same commits. Raises OSError without a git."""
    folder, marks = root / REPOSITORY, root / "marks"
    shutil.rmtree(folder, ignore_errors=True)
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    rollouts = sorted(
        (each for service in story.services.values() for each in service.rollouts),
        key=lambda each: (each.at, each.service, each.environment),
    )
    script = b"".join(_script(story, rollouts))
    quick = ("-c", "core.compression=0")  # thousands of commits are written and cloned in half the time
    _git(*quick, "-C", str(folder), "fast-import", "--quiet", f"--export-marks={marks}", told=script)
    named = dict(line.split() for line in marks.read_text("ascii").splitlines())
    marks.unlink()
    revisions = {rollout: named[f":{number}"] for number, rollout in enumerate(rollouts, 2)}
    head = named[f":{len(rollouts) + 1}"]
    return Repository(folder, head, revisions, {sha: rollout for rollout, sha in revisions.items()})


def _git(*words: str, told: bytes = b"") -> None:
    """Nothing of this machine's own settings of git has a say."""
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    command = [shutil.which("git") or "git", *words]
    subprocess.run(command, input=told, env=environment, check=True, capture_output=True)  # noqa: S603  our own words


def _script(story: Story, rollouts: list[Rollout]) -> Iterator[bytes]:
    """What `git fast-import` reads: all bases first, then each rollout as one commit."""
    begun = min((each.at for each in rollouts), default=story.now) - DAY
    files = {path: text for service in story.services.values() for path, text in _base(service)}
    yield _commit(1, begun, ROBOT, "Bases of all services", files)
    for number, rollout in enumerate(rollouts, 2):
        path, text = _written(story, rollout)
        by = f"{rollout.by.name} <{rollout.by.email}>"
        yield _commit(
            number, rollout.at, by, f"{rollout.service}: {rollout.environment} to {rollout.tag}", {path: text}
        )


def _commit(mark: int, at: int, author: str, message: str, files: Mapping[str, str]) -> bytes:
    stamp = f"{at // SECOND} +0000"
    parts = [
        f"commit refs/heads/main\nmark :{mark}\nauthor {author} {stamp}\ncommitter {ROBOT} {stamp}\n".encode(),
        _data(message),
        *(f"M 100644 inline {path}\n".encode() + _data(text) for path, text in files.items()),
    ]
    return b"".join(parts) + b"\n"


def _data(text: str) -> bytes:
    data = text.encode()
    return b"data %d\n%b\n" % (len(data), data)


def folder_of(service: str, environment: str) -> str:
    """Where the overlay lies."""
    return f"applications/{service}/overlays/{environment}"


def _base(service: Service) -> Iterator[tuple[str, str]]:
    folder = f"applications/{service.name}/base"
    yield f"{folder}/kustomization.yaml", "resources:\n- deployment.yaml\n- service.yaml\n"
    yield f"{folder}/service.yaml", _SERVICE.format(name=service.name)
    yield f"{folder}/deployment.yaml", _DEPLOYMENT.format(name=service.name, image=service.image, sidecar=SIDECAR)


def _written(story: Story, rollout: Rollout) -> tuple[str, str]:
    """The file that a rollout changes, as it is then."""
    folder, image = folder_of(rollout.service, rollout.environment), story.services[rollout.service].image
    if rollout.how == "source":
        name = f"{rollout.service}-{rollout.environment}"
        return f"{folder}/.argocd-source-{name}.yaml", f"kustomize:\n  images:\n  - {image}:{rollout.tag}\n"
    tag = rollout.tag if rollout.how == "refused" else f'"{rollout.tag}"'
    more = f"- name: {SIDECAR}\n  newTag: {SIDECAR_TAG}\n" if rollout.environment == ENVIRONMENTS[-1].name else ""
    return f"{folder}/kustomization.yaml", _OVERLAY.format(
        namespace=f"{rollout.service}-{rollout.environment}", image=image, tag=tag, more=more
    )


_OVERLAY = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: {namespace}
resources:
- ../../base
images:
- name: {image}
  newTag: {tag}
{more}"""

_SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
  - port: 80
    targetPort: 8080
"""

_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      containers:
      - name: {name}
        image: {image}
      - name: mesh-proxy
        image: {sidecar}:2.8.0
"""
