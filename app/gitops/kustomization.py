"""One kustomization file, with the strictness of kustomize: what it refuses is a problem here too."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.gitops.images import Entry
from app.gitops.model import Unreadable
from app.gitops.nodes import Items, Node, Scalar, Table
from app.gitops.reading import documents

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_TEXTS = ("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace")
_LISTS_OF_TEXT = (
    *("resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators"),
    *("patchesStrategicMerge", "buildMetadata"),
)
_LISTS = (
    *("images", "imageTags", "patches", "patchesJson6902", "replacements", "replicas", "vars", "labels"),
    *("configMapGenerator", "secretGenerator", "helmCharts", "helmChartInflationGenerator"),
)
_TABLES = (
    *("metadata", "openapi", "commonLabels", "commonAnnotations", "helmGlobals", "generatorOptions"),
    "sortOptions",
)
_FIELDS = {name.lower(): name for name in (*_TEXTS, *_LISTS_OF_TEXT, *_LISTS, *_TABLES)}
_ENTRY = {name.lower(): name for name in ("name", "newName", "newTag", "digest", "tagSuffix")}
_VERSIONS = {"Kustomization": "kustomize.config.k8s.io/v1beta1", "Component": "kustomize.config.k8s.io/v1alpha1"}
# What may bring images that cannot be told from the files.
_OUT_OF_SIGHT = ("helmCharts", "helmChartInflationGenerator", "generators", "configurations")
_MAY_SET_IMAGES = ("transformers", "replacements")


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, in a file or as text in the kustomization, and what it is meant for."""

    file: str
    inline: str
    target: Table | None
    line: int


@dataclass(frozen=True, slots=True)
class Kustomization:
    """What a kustomization file says of images; `whole` is False when some may come from elsewhere."""

    path: str
    component: bool
    resources: tuple[Scalar, ...]
    components: tuple[Scalar, ...]
    images: tuple[Entry, ...]
    patches: tuple[Patch, ...]
    doubtful: tuple[Node, ...]
    whole: bool


def read_kustomization(data: bytes, path: str) -> Kustomization:
    """Raises Unreadable for what kustomize refuses, and for keys that stand there twice."""
    found = documents(data, path)
    if len(found) != 1:
        reason = "holds more than one document" if found else "is empty"
        raise Unreadable(f"the kustomization {reason}", path)
    fields = _fields(found[0], path)
    kind = fields.text("kind") or "Kustomization"
    version = fields.text("apiVersion")
    if kind not in _VERSIONS or (version and version != _VERSIONS[kind]):
        raise Unreadable(f"no kustomization, but {version or '?'} {kind}"[:200], path, fields.line)
    return Kustomization(
        path=path,
        component=kind == "Component",
        resources=(*_texts(fields, "resources", path), *_texts(fields, "bases", path)),
        components=_texts(fields, "components", path),
        images=tuple(_images(fields, path)),
        patches=tuple(_patches(fields, path)),
        doubtful=tuple(fields.entries[name] for name in _MAY_SET_IMAGES if name in fields.entries),
        whole=not any(fields.entries.get(name) for name in _OUT_OF_SIGHT),
    )


def _fields(node: Node, path: str) -> Table:
    """The fields by their proper names (Go takes them in any case), each of its kind; nulls are left out."""
    fields = _folded(node, _FIELDS, "a kustomization", path)
    for name, value in fields.entries.items():
        wanted = Scalar if name in _TEXTS else Table if name in _TABLES else Items
        if not isinstance(value, wanted):
            raise Unreadable(f"{name!r} is of another kind", path, value.line)
        if isinstance(value, Scalar):
            _text(value, name, path)
    for name in _LISTS_OF_TEXT:
        _texts(fields, name, path)
    return fields


def _folded(node: Node, known: dict[str, str], what: str, path: str) -> Table:
    if not isinstance(node, Table):
        raise Unreadable(f"{what} is a map", path, node.line)
    found: dict[str, Node] = {}
    for key, value in node.entries.items():
        name = known.get(key.lower())
        if name is None:
            raise Unreadable(f"{what} has no field {key[:60]!r}", path, value.line)
        if name in found:
            raise Unreadable(f"the field {name!r} stands there twice", path, value.line)
        if not (isinstance(value, Scalar) and value.kind == "null"):
            found[name] = value
    return Table(found, node.line)


def _text(node: Node, name: str, path: str) -> str:
    """A text. An unquoted `1e10`, `0123` or `yes` is none to kustomize."""
    if not isinstance(node, Scalar):
        raise Unreadable(f"{name!r} is no text", path, node.line)
    if node.kind in ("number", "bool"):
        raise Unreadable(f"{name}: {node.text[:60]} is a {node.kind} to kustomize: quote it", path, node.line)
    return node.text if node.kind == "text" else ""


def _texts(fields: Table, name: str, path: str) -> tuple[Scalar, ...]:
    return tuple(Scalar(_text(item, name, path), "text", item.line) for item in fields.items(name))


def _images(fields: Table, path: str) -> Iterator[Entry]:
    for item in (*fields.items("images"), *fields.items("imageTags")):
        if isinstance(item, Scalar) and item.kind == "null":
            continue
        entry = _folded(item, _ENTRY, "an image", path)
        said = {key: _text(value, key, path) for key, value in entry.entries.items()}
        line = next((entry.entries[key].line for key in ("newTag", "digest") if key in entry.entries), item.line)
        name, new_name, new_tag = said.get("name", ""), said.get("newName", ""), said.get("newTag", "")
        yield Entry(name, new_name, new_tag, said.get("digest", ""), said.get("tagSuffix", ""), path, line)


def _patches(fields: Table, path: str) -> Iterator[Patch]:
    """In the order in which kustomize applies them."""
    for item in _texts(fields, "patchesStrategicMerge", path):
        inline = "\n" in item.text or ": " in item.text
        yield Patch("" if inline else item.text, item.text if inline else "", None, item.line)
    for told in (*fields.items("patches"), *fields.items("patchesJson6902")):
        if not isinstance(told, Table):
            raise Unreadable("a patch is a map", path, told.line)
        target = told.entries.get("target")
        kept = target if isinstance(target, Table) else None
        yield Patch(told.text("path"), told.text("patch"), kept, told.line)
