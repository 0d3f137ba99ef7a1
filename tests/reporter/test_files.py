import os
import time
from pathlib import Path

import pytest

from app.reporter.events import Said
from app.reporter.files import MOST, is_scan, is_tests, named_files, usual_files
from app.reporter.surroundings import read_surroundings
from app.reporter.uploads import LARGEST, Upload, uploads_of_scans, uploads_of_tests
from tests.reporter.conftest import BITBUCKET

LATE = time.perf_counter() + 3600
HERE = read_surroundings(BITBUCKET)


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<testsuite/>", "utf-8")


def shown(files: list[Path], folder: Path) -> list[str]:
    return [str(file.relative_to(folder.resolve())) for file in files]


def test_usual_results_of_tests(tmp_path: Path) -> None:
    usual = ("app/build/test-results/test/TEST-a.xml", "junit.xml", "lib/target/surefire-reports/b.xml", "x/TEST-c.xml")
    put(tmp_path, *usual, "pom.xml", "src/results.xml", "node_modules/x/junit.xml", ".git/junit.xml", "junit.txt")
    assert shown(usual_files(tmp_path, is_tests, LATE), tmp_path) == ["junit.xml", *sorted({*usual} - {"junit.xml"})]


def test_usual_results_of_scans(tmp_path: Path) -> None:
    on_top = ("results.json", "filtered_results.json", "srcclr-1.json", "a.json")
    put(tmp_path, *on_top, "out/trivy.sarif", "out/results.json")
    found = shown(usual_files(tmp_path, is_scan, LATE), tmp_path)
    assert found == ["filtered_results.json", "results.json", "srcclr-1.json", "out/trivy.sarif"]


def test_patterns_and_names_each_file_once(tmp_path: Path) -> None:
    put(tmp_path, "build/a/one.xml", "build/two.xml", "three.xml")
    wanted = ["build/**/*.xml", "build/two.xml", "", "./three.xml", f"{tmp_path.resolve()}/*.xml"]
    found, nothing = named_files(wanted, tmp_path, LATE)
    assert (sorted(shown(found, tmp_path)), nothing) == (["build/a/one.xml", "build/two.xml", "three.xml"], [])
    assert shown(named_files(["*/*.xml"], tmp_path, LATE)[0], tmp_path) == ["build/two.xml"]


WAYS_OUT = ["../secret.xml", "../*.xml", "**/../../secret.xml", "/etc/passwd", "/etc/*", "link.xml", "away/secret.xml",
            "away/*", "*.xml", "**/*", "a\x00b", "[", "x" * 5000, "loop/a.xml", "~/secret.xml"]  # fmt: skip


@pytest.mark.parametrize("pattern", WAYS_OUT, ids=lambda each: each[:20].replace("\x00", "0"))
def test_no_way_leads_out_of_the_folder(tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    put(tmp_path, "secret.xml")
    (folder / "link.xml").symlink_to(tmp_path / "secret.xml")
    (folder / "away").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "TEST-pipe.xml")
    assert named_files([pattern], folder, LATE) == ([], [pattern])
    assert usual_files(folder, lambda _: True, LATE) == []


def test_a_hundred_files_are_enough_and_no_time_is_no_search(tmp_path: Path) -> None:
    put(tmp_path, *(f"junit-{number:03}.xml" for number in range(MOST + 5)))
    assert len(usual_files(tmp_path, is_tests, LATE)) == MOST
    assert len(named_files(["*.xml"], tmp_path, LATE)[0]) == MOST
    assert usual_files(tmp_path, is_tests, 0.0) == []


def test_several_files_are_one_run_that_a_last_word_ends() -> None:
    uploads = uploads_of_tests([Path("a.xml"), Path("b.xml")], Said("tests"), HERE, "unit", "run-1")
    assert [each.said["final"] for each in uploads] == ["false", "false", "true"]
    assert [each.file for each in uploads] == [Path("a.xml"), Path("b.xml"), None]
    assert {each.said["run_id"] for each in uploads} == {"run-1"}
    assert "status" not in uploads[-1].said  # the files know better than the exit code of the step
    (only,) = uploads_of_tests([Path("a.xml")], Said("tests", url="https://s3.example.com/r"), HERE, "unit", "run-1")
    assert "run_id" not in only.said
    assert only.said == {
        "service": "acme/checkout", "environment": "qa", "commit": HERE.commit, "branch": HERE.branch,
        "repository": "acme/checkout", "build": "512", "pipeline_url": HERE.build_url, "suite": "unit",
        "report_url": "https://s3.example.com/r",
    }  # fmt: skip


def test_a_scan_is_an_upload_each_with_the_tools_own_verdict() -> None:
    uploads = uploads_of_scans([Path("a.sarif"), Path("b.json")], Said("security"), HERE, "sarif", "3", "run-1")
    said = [(each.said["tool"], each.said["exit_code"], each.said["run"]) for each in uploads]
    assert said == [("sarif", "3", "run-1")] * 2


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    with file.open("wb") as out:
        out.truncate(LARGEST + 1)
    with pytest.raises(ValueError, match="larger than 25 MiB"):
        Upload("/x", {}, file).body()
