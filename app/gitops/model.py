"""The words of a GitOps repository: a tree of files, its layout, and what it wants where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.kernel.errors import ShipbellError


class Unreadable(ShipbellError):
    """What a file wants cannot be told, and is not guessed: the reason, with the file and line (0: all of it)."""

    def __init__(self, message: str, path: str, line: int = 0) -> None:
        super().__init__(message)
        self.message, self.path, self.line = message, path, line


class Tree(Protocol):
    """The files of one commit; paths have slashes and begin at the root of the repository."""

    def paths(self) -> Iterable[str]:
        """Every path, of what cannot be read too."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none, or when `refused` says why it is not read."""
        ...

    def refused(self, path: str) -> str:
        """Why a path that is there is not read (a link, too large); empty for all others."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desired state of one service in one environment stands: a folder, or a file with manifests."""

    service: str
    environment: str
    path: str
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a repository is laid out.

    `path` is a template such as `apps/{service}/overlays/{env}`, with `{cluster}`, `*` (within one folder's name) and
    `**` as well; it fits folders, or files when it names one. With mode `branch-per-env` the environment stands in the
    branch's name (`branch`: `environment/{env}`). `image` is the name of a service's own image: `{service}` and `*`
    may be in it; without a slash it is held against the last part of the name. `environments` are known names, which
    help to tell `{service}-{env}` apart. `applications` is a template of paths at which Argo CD's Applications stand,
    `application` the name of one (`{service}-{env}`). `explicit` places come first.
    """

    path: str
    mode: Literal["folders", "branch-per-env"] = "folders"
    branch: str = ""
    image: str = "{service}"
    environments: tuple[str, ...] = ()
    applications: str = ""
    application: str = ""
    explicit: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """An image as it will run: its name without tag, and the file and line that said so last."""

    name: str
    tag: str
    digest: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Desired:
    """What one place wants of one service: its own image, or a `problem` and no version at all.

    `path` and `line` are where the version (or the problem) stands; `sidecars` are the other images there. `place` is
    the folder or file that was read: what its history is asked for.
    """

    service: str
    environment: str
    cluster: str
    image: str = ""
    tag: str = ""
    digest: str = ""
    path: str = ""
    line: int = 0
    problem: str = ""
    sidecars: tuple[Image, ...] = ()
    place: str = ""


Parts = Mapping[str, str]
"""What the named parts of a template were: `service`, `env`, `cluster`."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a workload: its image as text, and the names that the image had before."""

    kind: str
    holder: str
    list: str
    index: int
    name: str
    image: str
    path: str
    line: int
    before: tuple[str, ...] = field(default=())
