"""Lays a pod's files out in a folder as a kubelet does, links included, and gives its environment."""

import os
import shutil
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from tests.deploy.manifests import Manifests
from tests.house.test_image import environment

TOKEN = "t" * 32
_numbers = count(1)


def place(folder: Path, files: Mapping[str, str]) -> None:
    """Put these files, by their paths, into a mounted volume: all at once, by turning the link `..data`."""
    folder.mkdir(parents=True, exist_ok=True)
    before = (folder / "..data").resolve() if (folder / "..data").exists() else None
    fresh = folder / f"..2026_11_22_{next(_numbers)}"
    for path, text in files.items():
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        (fresh / path).write_text(text, "utf-8")
    (folder / "..data_tmp").symlink_to(fresh.name)
    os.replace(folder / "..data_tmp", folder / "..data")
    for top in {path.partition("/")[0] for path in files}:
        if not (folder / top).is_symlink():
            (folder / top).symlink_to(f"..data/{top}")
    if before:
        shutil.rmtree(before)


def rule_files(manifests: Manifests) -> dict[str, str]:
    """What the volume of the rules holds, by path."""
    (volume,) = (each for each in manifests.pod["volumes"] if each["name"] == "rules")
    files: dict[str, str] = {}
    for source in volume["projected"]["sources"]:
        data = manifests.one("ConfigMap", source["configMap"]["name"])["data"]
        items: list[dict[str, Any]] = source["configMap"].get("items") or [{"key": key, "path": key} for key in data]
        files |= {item["path"]: data[item["key"]] for item in items}
    return files


def mount(manifests: Manifests, root: Path, secrets: Mapping[str, str]) -> dict[str, str]:
    """All volumes of the pod below `root`; the container's variables, with its paths below `root` too."""
    files = {mount["name"]: root / mount["mountPath"][1:] for mount in manifests.container["volumeMounts"]}
    for volume in manifests.pod["volumes"]:
        folder = files[volume["name"]]
        if "secret" in volume:
            place(folder, {item["path"]: secrets.get(item["key"], "s" * 32) for item in volume["secret"]["items"]})
        elif "projected" in volume:
            place(folder, rule_files(manifests))
        else:
            folder.mkdir(parents=True)
    image = {name: value for name, value in environment().items() if name.startswith("SHIPBELL_")}
    return {name: _below(root, files, value) for name, value in {**image, **manifests.settings}.items()}


def _below(root: Path, mounted: Mapping[str, Path], value: str) -> str:
    for path in (str(folder.relative_to(root)) for folder in mounted.values()):
        if f"/{path}" in value:
            return value.replace(f"/{path}", str(root / path))
    return value
