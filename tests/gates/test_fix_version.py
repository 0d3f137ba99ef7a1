"""The gate `fix-version` as a step asks it: real clones, stand-ins for Jira and Bitbucket, an outcome for each trap."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.standins.jira import CLOUD_ID
from tests.gates.clones import Clone
from tests.gates.conftest import BITBUCKET, Run, World

ASK = ("fix-version", "--service", "checkout", "--environment", "qa", "--json")
Rules = Callable[..., Path]


def test_each_ticket_is_judged(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    for message in (
        "SHOP-1 and SHOP-2: done",
        "Merged in feature/SHOP-3-pay (pull request #7)",
        "SHOP-4: released already",
        "SHOP-5: a part",
        "SHOP-6: hidden",
        "SHOP-7: moved",
        "SHOP-8: restricted",
        "SHOP-999: a typing error",
        "UTF-8, SHA-256, CVE-2024-1234 and OTHER-3",
    ):
        clone.commit(message)
    said = run(*ASK, "--rules", str(rules()), "--baseline", base)
    assert (said.code, sorted(said.codes)) == (
        1,
        [
            "SHOP-3 missing_fix_version",
            "SHOP-5 no_such_field",
            "SHOP-6 not_found_or_hidden",
            "SHOP-8 missing_fix_version",
            "SHOP-999 not_found_or_hidden",
        ],
    )


def test_a_moved_ticket_and_commits_without_one_are_notes(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    clone.commit("SHOP-7: moved")
    clone.commit("tidy up")
    said = run(*ASK, "--rules", str(rules()), "--baseline", base)
    notes = {each["code"]: each["text"] for each in said.json["decisions"][0]["reasons"]}
    assert notes == {"moved": "is OPS-77 now", "unnamed_commits": "1 of 2 commits name no ticket"}


@pytest.mark.parametrize(
    ("option", "reasons"),
    [
        ((), []),
        (("--unreleased",), ["SHOP-4 only_released"]),
        (("--release", "2026.12"), ["SHOP-4 other_version"]),
    ],
)
def test_only_some_versions_may_count(
    run: Run, rules: Rules, clone: Clone, option: tuple[str, ...], reasons: list[str]
) -> None:
    base = clone.head
    clone.commit("SHOP-1, SHOP-2 and SHOP-4")
    assert run(*ASK, "--rules", str(rules()), "--baseline", base, *option).codes == reasons


def test_types_that_have_no_field_may_be_ignored(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    clone.commit("SHOP-5: a part")
    file = rules("gates: {fix-version: {ignore_types: [Sub-task]}}\n")
    assert run(*ASK, "--rules", str(file), "--baseline", base).code == 0


def test_a_developer_can_act_on_what_is_printed(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    clone.commit("SHOP-3: pay")
    said = run(*ASK[:-1], "--rules", str(rules()), "--baseline", base)
    assert "BLOCK  fix-version  checkout -> qa" in said.out
    assert "  SHOP-3  no Fix Version: What SHOP-3 is about (In Test)" in said.out
    assert "https://acme.atlassian.net/browse/SHOP-3" in said.out
    assert "    1. Open each ticket above and set its field “Fix versions”" in said.out
    assert "    3. Run this step again" in said.out


def test_what_jira_says_is_printed_as_text(run: Run, rules: Rules, clone: Clone, world: World) -> None:
    base = clone.head
    clone.commit("SHOP-999 \x1b[31m is red")
    said = run(*ASK[:-1], "--rules", str(rules()), "--baseline", base, "--debug")
    assert "\x1b" not in said.out + said.err


# ---------------------------------------------------------------- what runs, and the commits since then


def test_history_that_was_rewritten_from_the_ground_is_an_unknown_baseline(
    run: Run, rules: Rules, clone: Clone
) -> None:
    base = clone.head
    clone.head = ""
    clone.commit("SHOP-1: all anew")
    assert run(*ASK, "--rules", str(rules()), "--baseline", base).codes == ["unknown_baseline"]


def test_a_force_push_counts_what_the_other_side_does_not_have(run: Run, rules: Rules, clone: Clone) -> None:
    first = clone.head
    old = clone.commit("SHOP-1: what runs")
    clone.commit("SHOP-3: rebased", first)
    said = run(*ASK, "--rules", str(rules()), "--baseline", old)
    assert said.codes == ["SHOP-3 missing_fix_version"]
    assert "diverged" in [each["code"] for each in said.json["decisions"][0]["reasons"]]


def test_merges_bring_the_commits_of_both_sides(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    side = clone.commit("SHOP-3: on a branch", base, branch="feature")
    main = clone.commit("SHOP-1: on main")
    clone.commit("Merged in feature", main, side)
    said = run(*ASK, "--rules", str(rules()), "--baseline", base)
    assert (said.codes, said.json["decisions"][0]["checked"]) == (["SHOP-3 missing_fix_version"], ["SHOP-3", "SHOP-1"])


def test_what_was_reverted_before_it_was_deployed_needs_no_version(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    done = clone.commit("SHOP-3: pay")
    clone.commit("SHOP-1: other")
    undone = clone.revert(done)
    assert run(*ASK, "--rules", str(rules()), "--baseline", base).code == 0
    clone.revert(undone)
    assert run(*ASK, "--rules", str(rules()), "--baseline", base).codes == ["SHOP-3 missing_fix_version"]
    assert run(*ASK, "--rules", str(rules()), "--baseline", done).code == 0  # the two reverts come to nothing
    clone.revert(done)
    said = run(*ASK, "--rules", str(rules()), "--baseline", clone.git("rev-parse", "main~1"))
    assert said.codes == ["SHOP-3 missing_fix_version"]  # it runs, and is taken away


@pytest.mark.parametrize("version", ["2.14.0", "main-{short}", "{short}"])
def test_a_version_is_found_by_its_tag_or_its_commit(run: Run, rules: Rules, clone: Clone, version: str) -> None:
    base = clone.head
    clone.git("tag", "v2.14.0", base)
    clone.commit("SHOP-3: pay")
    said = run(*ASK, "--rules", str(rules()), "--baseline", version.format(short=base[:9]))
    assert said.codes == ["SHOP-3 missing_fix_version"]


def test_a_shallow_clone_says_so_or_asks_bitbucket(
    run: Run, rules: Rules, clone: Clone, world: World, tmp_path: Path
) -> None:
    base = clone.head
    clone.commit("SHOP-3: pay")
    clone.commit("SHOP-1: other")
    shallow = tmp_path / "shallow"
    clone.git("clone", "--quiet", "--depth", "1", clone.folder.as_uri(), str(shallow))
    here = ("--repo-dir", str(shallow), "--baseline", base)
    assert run(*ASK, "--rules", str(rules()), *here).codes == ["shallow_clone"]
    world.pushed(clone)
    assert run(*ASK, "--rules", str(rules(BITBUCKET)), *here).codes == ["SHOP-3 missing_fix_version"]


def test_without_a_clone_bitbucket_is_asked(run: Run, rules: Rules, clone: Clone, world: World, tmp_path: Path) -> None:
    base = clone.head
    clone.commit("SHOP-3: pay")
    world.pushed(clone)
    nowhere = ("--repo-dir", str(tmp_path))
    file = str(rules(BITBUCKET))
    assert run(*ASK, "--rules", file, "--baseline", base, *nowhere).codes == ["SHOP-3 missing_fix_version"]
    assert run(*ASK, "--rules", file, "--baseline", "deadbeef99", *nowhere).codes == ["unknown_baseline"]
    unknown = run(*ASK, "--rules", file, "--baseline", base, "--commit", "deadbeef99", *nowhere)
    assert unknown.codes == ["unknown_commit"]
    assert run(*ASK, "--rules", str(rules()), "--baseline", base, *nowhere).codes == ["no_repository"]


def test_a_version_is_judged_and_not_what_the_branch_has_meanwhile(
    run: Run, rules: Rules, clone: Clone, world: World, tmp_path: Path
) -> None:
    base, released = clone.head, clone.commit("SHOP-1: pay")
    clone.commit("SHOP-3: not in that version")
    world.pushed(clone)
    ask = (*ASK, "--rules", str(rules(BITBUCKET)), "--baseline", base, "--repo-dir", str(tmp_path))
    assert run(*ASK[:-1], *ask[len(ASK) :], "--json").codes == ["SHOP-3 missing_fix_version"]
    for version in (released[:12], f"main-{released[:10]}"):
        assert run(*ask, "--version", version).json["decisions"][0]["checked"] == ["SHOP-1"]
    assert run(*ask, "--version", "9.9.9").codes == ["unknown_commit"]


# ---------------------------------------------------------------- Jira


def test_jira_that_does_not_answer_is_unknown(run: Run, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clients.api.Limits.__init__.__defaults__", (1.0, 1.0, 1.0, 1.0, 1, 0.01, 0.01, 0.01, 0.01,
                                                                          1 << 20, 1 << 20, 1 << 20))  # fmt: skip
    said = run(*ASK, "--rules", str(rules(jira="http://127.0.0.1:9/jira")), "--baseline", "abcdef1")
    assert said.codes == ["jira_unreachable"]


@pytest.mark.parametrize("path", ["/jira-dc", f"/jira/ex/jira/{CLOUD_ID}"])
def test_data_center_and_the_gateway_are_asked_too(
    run: Run, rules: Rules, clone: Clone, world: World, path: str
) -> None:
    base = clone.head
    clone.commit("SHOP-1, SHOP-3 and SHOP-6")
    file = rules(jira=world.url + path)
    if "dc" in path:
        file.write_text(file.read_text().replace("token_env: JIRA", "edition: datacenter, token_env: JIRA"))
    said = run(*ASK, "--rules", str(file), "--baseline", base)
    assert said.codes == ["SHOP-3 missing_fix_version", "SHOP-6 not_found_or_hidden"]


def test_without_projects_in_the_estate_jira_is_asked_for_them(run: Run, rules: Rules, clone: Clone) -> None:
    base = clone.head
    clone.commit("SHOP-3 and UTF-8")
    file = rules()
    file.write_text(file.read_text().replace("tickets: {projects: [SHOP], ", "tickets: {"))
    said = run(*ASK, "--rules", str(file), "--baseline", base)
    assert said.codes == ["SHOP-3 missing_fix_version"]


def test_sixty_tickets_of_two_hundred_commits_are_six_calls_at_most(
    run: Run, rules: Rules, clone: Clone, world: World
) -> None:
    base = clone.head
    clone.many(200, "SHOP-{ticket}: change {n}")
    world.standing.reset()
    said = run(*ASK, "--rules", str(rules()), "--baseline", base)
    assert (said.code, len(said.json["decisions"][0]["checked"])) == (0, 60)
    assert said.json["decisions"][0]["looked_at"].startswith("200 commits")
    assert world.standing.total("jira") <= 6
