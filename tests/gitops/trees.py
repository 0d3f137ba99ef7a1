"""Trees of files for the tests: given as texts, or laid on a disk for the real kustomize."""

from collections.abc import Iterable, Mapping
from pathlib import Path


class Files:
    """A tree that is a dict; `links` cannot be read."""

    def __init__(self, files: Mapping[str, str | bytes], links: Iterable[str] = ()) -> None:
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self._links = frozenset(links)

    def paths(self) -> Iterable[str]:
        return [*self._files, *self._links]

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def refused(self, path: str) -> str:
        return "a symbolic link, which is not followed" if path in self._links else ""


def laid(files: Mapping[str, str], folder: Path) -> None:
    """The files on a disk."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")


def workload(name: str, *images: str, kind: str = "Deployment", lists: str = "containers") -> str:
    """A manifest with a container `c0`, `c1`, … for each image."""
    members = "".join(f"\n      - {{name: c{number}, image: '{image}'}}" for number, image in enumerate(images))
    version = "apps/v1" if kind == "Deployment" else "argoproj.io/v1alpha1"
    return f"""apiVersion: {version}
kind: {kind}
metadata: {{name: {name}}}
spec:
  template:
    spec:
      {lists}:{members}
"""
