"""A mapped source's file: taken whole, or refused with the line of every fault."""

import pytest

from app.kernel.errors import ConfigErrors, Unauthorized
from app.kernel.yaml import load
from app.sources import Source
from tests.mapped.conftest import EXAMPLE, FILE, make


def line(text: str, of: str) -> int:
    """The number of the only line of a text that has this in it."""
    (found,) = (number for number, each in enumerate(text.splitlines(), 1) if of in each)
    return found


def test_the_pages_example_is_a_source(deployer: Source) -> None:
    assert (deployer.name, deployer.title, deployer.door) == ("deployer", "Acme Deployer", "hook")
    assert deployer.types == {"deployment.finished", "incident.opened"}
    assert deployer.keeps == ("x-deployer-event",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("      version: release.version", "      versoin: release.version",
         "deployment.finished has no field 'versoin' to fill (did you mean 'version'?)"),
        ("      version: release.version", "      service: release.version", "no field 'service' to fill"),
        ("      version: release.version", "      commit: release.version", "'commit' is a part: name what is in it"),
        ("      version: release.version", "      version: release..version", "is no path"),
        ("      version: release.version", "      version: header.X-Name", "is no path"),
        ("done: succeeded,", "done: succeded,", "no status 'succeded' (did you mean 'succeeded'?)"),
        ("    type: incident.opened", "    type: incident.open", "there is no type 'incident.open'"),
        ("    type: incident.opened", "    type: shipbell.digest", "there is no type 'shipbell.digest'"),
        ("secret: {header: X-Deployer-Token} ", "secret: {} ", "say one of header, signature and path"),
        ("repeat: delivery ", "repaet: delivery ", "unknown field 'repaet' (did you mean 'repeat'?)"),
        ("      version: 1.43.0", "      version: 1.43.1",
         "the sample 'a release that is done': version is '1.43.0', not '1.43.1'"),
        ("      environment: live", "      # ", "environment is 'live', not absent"),
        ("    ignored: unused_status", "    ignored: unused_type", "ignored is 'unused_status', not 'unused_type'"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old: str, new: str, said: str) -> None:
    text = EXAMPLE.replace(old, new, 1)
    assert text != EXAMPLE
    with pytest.raises(ConfigErrors) as error:
        make(text)
    assert said in str(error.value)
    problem = next(each for each in error.value.problems if said in str(each))
    near = line(EXAMPLE, old.strip()) if EXAMPLE.count(old.strip()) == 1 else problem.line
    assert str(problem).startswith(f"{FILE}:")
    assert abs(problem.line - near) <= 2 or "sample" in said or "is 'live'" in said


def test_a_type_without_a_sample_is_refused() -> None:
    start, end = EXAMPLE.index("  - name: an alarm"), EXAMPLE.index("  - name: anything else")
    with pytest.raises(ConfigErrors, match=r"no sample gives a incident\.opened"):
        make(EXAMPLE[:start] + EXAMPLE[end:])


def test_an_event_that_would_never_be_valid_is_refused() -> None:
    with pytest.raises(ConfigErrors, match="is refused: platform"):
        make(EXAMPLE.replace("platform: =reporter", "platform: =kazoo"))


def test_no_room_can_be_replaced_and_a_name_is_a_name() -> None:
    with pytest.raises(ConfigErrors, match="there is a source 'bitbucket' already"):
        make(name="bitbucket")
    with pytest.raises(ConfigErrors, match="small letters"):
        make(name="My_Tool")


@pytest.mark.parametrize(("proof", "in_path"), [("signature: X-Sig", False), ("path: true", True)])
def test_other_proofs(proof: str, in_path: bool) -> None:
    scheme = make(EXAMPLE.replace("{header: X-Deployer-Token}", f"{{{proof}}}")).scheme
    assert scheme.in_path is in_path
    headers, token = scheme.sign(b"{}", b"a-secret-word"), "a-secret-word" if in_path else ""
    assert scheme.verify(headers, b"{}", token, [b"a-secret-word"]) == 0
    with pytest.raises(Unauthorized):
        scheme.verify(headers, b"{}", token, [b"another-word"])


def test_a_file_of_the_wrong_shape_is_told() -> None:
    with pytest.raises(ConfigErrors, match=f"{FILE}:1"):
        load_list()


def load_list() -> None:
    from app.mapped import load_mapped

    load_mapped({"deployer": load("- 1", FILE)}, [])
