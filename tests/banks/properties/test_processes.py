"""What a process says of where it runs, what it uses and what it is told, becomes a step."""

import pytest

from holdfast.banks.properties.meaning import Meaning, Site, meaning_of
from holdfast.banks.properties.reading import read_bytes
from holdfast.banks.recipes.steps import Step

LEAST = """[GENERAL]
protocol=http
server=example.org
remote.dir=/pub
remote.files=.*
local.files=**/*
process.dir=/site/process
mail.admin=me@e.org
depends=sub1
BLOCKS=B
B.db.post.process=M
M=p
p.name=p
"""


def meaning(said: str) -> Meaning:
    """The meaning of a bank with one process `p`."""
    return meaning_of(read_bytes(f"{LEAST}{said}".encode(), "a.properties"), None, Site(), "a")


def process(said: str) -> Step:
    """The step that the process becomes."""
    found = meaning(said)
    assert found.recipe is not None, found.problems
    (step,) = (step for step in found.recipe.steps if step.name == "M_p")
    return step


def test_a_process_starts_where_its_programs_are() -> None:
    step = process("p.exe=x.sh\np.args=-a  $datadir")
    place = 'cd "$processdir" || exit 1; PATH=$PATH:$processdir; export PATH; '
    assert step.command == ("/bin/sh", "-c", f"{place}x.sh -a $datadir")
    assert step.folder == "."


def test_a_process_in_a_container_stays_in_its_release() -> None:
    step = process("p.exe=x.sh\np.args=\np.docker=docker.io/ncbi/blast:2.14")
    assert step.command == ("/bin/sh", "-c", "PATH=$PATH:$processdir; export PATH; x.sh")
    assert (step.container, step.network) == ("docker.io/ncbi/blast:2.14", False)


def test_a_cluster_goes_before_a_container() -> None:
    step = process("p.exe=x\np.args=\np.docker=i\np.cluster=true")
    assert (step.label, step.container) == ("cluster", "")


def test_what_is_no_image_is_told_at_its_key() -> None:
    found = meaning("p.exe=x\np.args=\np.docker=--privileged x")
    assert found.recipe is None
    (problem,) = (each for each in found.problems if each.counts(strict=False))
    assert (problem.key, problem.sentence) == (
        "p.docker",
        "'--privileged x' is not the name of an image",
    )


def test_what_a_process_tells_its_cluster_counts_and_the_rest_is_told() -> None:
    said = "p.exe=x\np.args=\np.cluster=1\np.native=-q long -pe smp 4 -l h_vmem=2G,h_rt=2:00:00"
    step = process(said)
    assert (step.cores, step.memory, step.time) == (4, 8 * 2**30, 7200.0)
    (problem,) = (each for each in meaning(said).problems if each.key == "p.native")
    assert "write '-q long' into the settings" in problem.sentence


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("${data.dir}/${dirversion}", "{datadir}/{dirversion}"),
        ("${logdir} ${offlinedir} ${removedrelease}", "{logdir} {offlinedir} {removedrelease}"),
        ("${sub1source}/flat", "{sub1source}/flat"),
        ("${sub2source} ${UPPER}", "${sub2source} ${UPPER}"),  # the shell knows, or nobody
        ("${processdir} ${mailadmin}", "/site/process me@e.org"),
        ("${noextract}|", "|"),
        ("${mail.password}", "${mail.password}"),
    ],
)
def test_what_stands_in_braces_is_what_the_process_finds(args: str, expected: str) -> None:
    step = process(f"mail.password=hidden\np.exe=x\np.expand=false\np.args={args}")
    assert " ".join(step.command[4:]) == expected
