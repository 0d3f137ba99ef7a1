"""What the manifests give to a pod is what the service reads: it starts with that, answers the probes, and ends."""

import asyncio
from pathlib import Path

import app.channels
import app.sources
from app.config.names import unknown_names
from app.config.reload import Rules
from app.config.secrets import open_sources, read_tokens
from app.config.settings import read_settings
from app.kernel.clock import system_clock
from app.kernel.discover import rooms
from app.sources import Source
from tests.deploy.manifests import Manifests, found_in
from tests.deploy.mounts import TOKEN, mount, place, rule_files
from tests.house.checkout import ROOT
from tests.running.children import Cradle
from tests.running.process import Process
from tests.running.wait import until

SOURCES: dict[str, Source] = rooms(app.sources, "SOURCE")
KINDS = rooms(app.channels, "CHANNEL")
SECRETS = {"api-tokens": f"ops:read+operate+ingest:{TOKEN}"}


def test_the_mounted_rules_are_all_of_the_shipped_ones(manifests: Manifests) -> None:
    shipped = {
        str(path.relative_to(ROOT / "rules")): path.read_text("utf-8") for path in (ROOT / "rules").rglob("*.yaml")
    }
    # A new card has a line in rules/Kustomization and one in deploy/kubernetes/base/deployment.yaml.
    assert rule_files(manifests) == shipped


def test_its_settings_are_settings_and_open_the_doors_that_have_a_secret(manifests: Manifests, tmp_path: Path) -> None:
    environ = mount(manifests, tmp_path, {**SECRETS, "url": "postgresql://db.example.com/shipbell"})
    settings = read_settings(environ)
    assert settings.public_url == "https://shipbell.example.com"
    assert settings.database_url.partition(":")[0] == {"sqlite": "sqlite", "postgres": "postgresql"}[manifests.overlay]
    assert unknown_names(environ, SOURCES, ()) == []
    assert [token.name for token in read_tokens(settings.api_tokens)] == ["ops"]
    assert {door.source.name for door in open_sources(SOURCES, environ).values()} == {"argocd", "bitbucket"}


async def test_a_changed_config_map_is_taken_over_whole_while_it_runs(sqlite: Manifests, tmp_path: Path) -> None:
    environ = mount(sqlite, tmp_path, SECRETS)
    folder, files = Path(environ["SHIPBELL_RULES_DIR"]), rule_files(sqlite)
    rules = Rules(folder, KINDS, environ, frozenset(), lambda _: None)
    rules.load(1)
    before = rules.state.now
    watching = asyncio.create_task(rules.watch(system_clock))
    try:
        await asyncio.sleep(0.5)  # it watches before anything changes
        place(folder, files | {"cards/gate.yaml": "summary: ["})
        await until(lambda: rules.state.now.problems, "the refusal")
        assert (rules.state.now.rev, rules.state.now.loaded_at) == (before.rev, before.loaded_at)
        place(folder, files | {"cards/gate.yaml": files["cards/gate.yaml"].replace("summary:", "# new\nsummary:", 1)})
        await until(lambda: rules.state.now.loaded_at > 1, "the change")
        assert rules.state.now.problems == ()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await rules.close()


async def test_it_serves_with_what_is_mounted_answers_the_probes_and_writes_nowhere_else(
    database_url: str, tmp_path: Path, cradle: Cradle
) -> None:
    overlay = {"sqlite": "sqlite", "postgresql": "postgres"}[database_url.partition(":")[0]]
    manifests = Manifests(overlay)
    environ = mount(manifests, tmp_path / "root", {**SECRETS, "url": database_url})
    folder = tmp_path / "workdir"
    folder.mkdir()
    before = {path for path in (tmp_path / "root").rglob("*") if not path.is_dir()}
    here = {"SHIPBELL_HOST": "127.0.0.1", "SHIPBELL_PORT": "0", "SHIPBELL_DRAIN": "0s"}
    process = Process(folder, environ | here, cradle)
    try:
        client = await process.start()
        for path in {get["path"] for get in found_in(manifests.container, "httpGet")} | {"/metrics"}:
            assert (await client.request("GET", path)).status_code == 200
        assert (await client.request("GET", "/api/v1/rules")).status_code == 401
        told = await client.request("GET", "/api/v1/rules", headers={"authorization": f"Bearer {TOKEN}"})
        assert told.status_code == 200
        assert await process.stop() in (0, -15)
    finally:
        await process.kill()
    written = {path for path in (tmp_path / "root").rglob("*") if not path.is_dir()} - before
    assert {path.parent.relative_to(tmp_path).as_posix() for path in written} == (
        {"root/data"} if overlay == "sqlite" else set()
    )
    assert [path.name for path in folder.iterdir()] == ["process.log"]
