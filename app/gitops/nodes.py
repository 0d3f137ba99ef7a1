"""What a YAML file is made of, as text with lines."""

from dataclasses import dataclass

from app.gitops.scalars import Kind


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf: its text, and what kustomize takes it for."""

    text: str
    kind: Kind
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    entries: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A map; the order is the file's."""

    entries: "dict[str, Node]"
    line: int

    def table(self, name: str) -> "Table":
        """The map at a key; an empty one when something else or nothing stands there."""
        found = self.entries.get(name)
        return found if isinstance(found, Table) else Table({}, self.line)

    def items(self, name: str) -> "tuple[Node, ...]":
        """The list at a key; an empty one when something else or nothing stands there."""
        found = self.entries.get(name)
        return found.entries if isinstance(found, Items) else ()

    def text(self, name: str) -> str:
        """The scalar at a key as it was written; empty when there is none."""
        found = self.entries.get(name)
        return found.text if isinstance(found, Scalar) and found.kind != "null" else ""


Node = Scalar | Items | Table
