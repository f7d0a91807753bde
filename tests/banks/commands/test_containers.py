"""The words that run a command in a container, by each engine, and what it sees of the machine."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from holdfast.app.tasks.contain import surroundings
from holdfast.banks.commands.containers import (
    Account,
    Contained,
    Engine,
    How,
    Shown,
    engine_for,
    environment,
    removal,
    stopping,
    words,
)
from holdfast.banks.commands.containing import (
    AROUND,
    contained,
    container_of,
    memory_of,
    task_words,
)
from holdfast.banks.recipes.steps import Step
from holdfast.cli.task import commands as tasks
from holdfast.errors import UsageError

BANK = Path("/banks/alu")
WANTED = Contained(
    name="holdfast-alu-index",
    image="docker.io/ncbi/blast:2.14",
    command=("makeblastdb", "-in", "a b.fa"),
    folder=BANK / "alu_7/index",
    variables=("dbname",),
    shown=(
        Shown(BANK),
        Shown(BANK / ".making", How.EMPTY),
        Shown(BANK / "alu_7", How.WRITE),
    ),
)
ROOT, ANN = Account(0, 0), Account(1000, 100)
EMPTY = Path("/tmp/empty")
MOUNTS = [
    "--mount", "type=bind,source=/banks/alu,target=/banks/alu,readonly",
    "--mount", "type=bind,source=/tmp/empty,target=/banks/alu/.making,readonly",
    "--mount", "type=bind,source=/banks/alu/alu_7,target=/banks/alu/alu_7",
]  # fmt: skip
SAFE = [
    "--cap-drop",
    "all",
    "--security-opt",
    "no-new-privileges",
    "--security-opt",
    "label=disable",
]
END = [
    "--workdir", "/banks/alu/alu_7/index", "--env", "dbname", "--env", "HOLDFAST_CORES",
    "docker.io/ncbi/blast:2.14", "makeblastdb", "-in", "a b.fa",
]  # fmt: skip
BEGIN = ["run", "--rm", "--name", "holdfast-alu-index", "--pull", "missing", "--user"]


@pytest.mark.parametrize(
    ("engine", "account", "expected"),
    [
        (Engine.PODMAN, ROOT, [*BEGIN, "0:0", "--network", "none", *SAFE, *MOUNTS, *END]),
        (
            Engine.PODMAN,
            ANN,
            [*BEGIN, "1000:100", "--userns", "keep-id", "--network", "none", *SAFE, *MOUNTS, *END],
        ),
        (
            Engine.DOCKER,
            ANN,
            [
                *BEGIN, "1000:100", "--network", "none", *SAFE, "--cpus", "4", "--memory", "1024",
                *MOUNTS, *END,
            ],
        ),
    ],
)  # fmt: skip
def test_an_engine_with_names_is_told_everything(
    engine: Engine, account: Account, expected: list[str]
) -> None:
    wanted = replace(WANTED, memory=1024, cores=4)
    assert words(engine, "/bin/it", wanted, account, EMPTY) == ("/bin/it", *expected)


def test_apptainer_is_told_the_same_in_its_own_words() -> None:
    expected = [
        "/bin/it", "exec", "--containall", "--cleanenv", "--no-home", "--writable-tmpfs",
        "--net", "--network", "none",
        "--bind", "/banks/alu:/banks/alu:ro",
        "--bind", "/tmp/empty:/banks/alu/.making:ro",
        "--bind", "/banks/alu/alu_7:/banks/alu/alu_7:rw",
        "--pwd", "/banks/alu/alu_7/index",
        "docker://docker.io/ncbi/blast:2.14", "makeblastdb", "-in", "a b.fa",
    ]  # fmt: skip
    assert list(words(Engine.APPTAINER, "/bin/it", WANTED, ANN, EMPTY)) == expected
    as_root = words(Engine.SINGULARITY, "/bin/it", WANTED, ROOT, EMPTY)
    assert "--no-privs" in as_root


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("/images/blast.sif", "/images/blast.sif"),
        ("blast.sif", "blast.sif"),
        ("library://e/blast", "library://e/blast"),
        ("blast:2", "docker://blast:2"),
    ],
)
def test_apptainer_takes_files_and_images_of_registries(image: str, expected: str) -> None:
    said = words(Engine.APPTAINER, "it", replace(WANTED, image=image), ANN, EMPTY)
    assert said[-4] == expected


@pytest.mark.parametrize("engine", Engine)
def test_a_network_is_there_only_if_it_is_wanted(engine: Engine) -> None:
    assert "none" in words(engine, "it", WANTED, ANN, EMPTY)
    assert "none" not in words(engine, "it", replace(WANTED, network=True), ANN, EMPTY)


@pytest.mark.parametrize("path", ["/a,b", "/a:b", '/a"b', "relative"])
def test_a_path_that_the_engines_would_misread_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="no comma, colon or quote"):
        words(Engine.PODMAN, "it", replace(WANTED, shown=(Shown(Path(path)),)), ANN, EMPTY)


def test_values_of_variables_are_in_no_command() -> None:
    outside = {"dbname": "alu", "PATH": "/bin", "SECRET": "x"}
    assert environment(Engine.PODMAN, WANTED, outside) == outside
    inside = environment(Engine.APPTAINER, WANTED, outside)
    assert inside == {**outside, "APPTAINERENV_dbname": "alu"}


@pytest.mark.parametrize(
    ("setting", "installed", "expected"),
    [
        ("auto", {"docker": "/d", "podman": "/p"}, (Engine.PODMAN, "/p")),
        ("auto", {"singularity": "/s"}, (Engine.SINGULARITY, "/s")),
        ("docker", {"docker": "/d", "podman": "/p"}, (Engine.DOCKER, "/d")),
    ],
)
def test_the_engine_is_the_one_said_or_the_first_there_is(
    setting: str, installed: Mapping[str, str], expected: tuple[Engine, str]
) -> None:
    assert engine_for(setting, installed.get) == expected


@pytest.mark.parametrize(
    ("setting", "problem"),
    [("auto", "none of podman, docker and apptainer is on PATH"), ("docker", "docker is not on")],
)
def test_without_an_engine_it_says_what_to_install(setting: str, problem: str) -> None:
    with pytest.raises(UsageError, match=f"{problem}.*install podman"):
        engine_for(setting, lambda _: None)


def test_an_account_s_engine_is_told_where_the_account_runs_things(tmp_path: Path) -> None:
    own = {"PATH": "/bin"}
    assert surroundings(own, tmp_path) == {**own, "XDG_RUNTIME_DIR": str(tmp_path)}
    assert surroundings({"XDG_RUNTIME_DIR": "/x"}, tmp_path) == {"XDG_RUNTIME_DIR": "/x"}
    assert surroundings(own, tmp_path / "none") == own


def test_a_container_is_ended_by_its_name() -> None:
    assert removal("/p", "n") == ("/p", "rm", "--force", "n")
    assert stopping("/p", "n") == ("/p", "stop", "--time", "3", "n")


# -- what a step wants -----------------------------------------------------------------------------

VALUES = {
    "HOLDFAST_HOME": "/home",
    "dbname": "alu",
    "datadir": "/db",
    "dirversion": "ncbi/alu",
    "localrelease": "alu_7",
    "logdir": "/home/logs/banks/alu/7-x",
    "processdir": "/site/process",
    "sub1source": "/db/sub1/sub1_3",
}


def step(**said: object) -> Step:
    return Step.model_validate({"name": "M_p", "command": ["p"], "container": "i:1"} | said)


def test_a_step_sees_its_bank_and_writes_its_release() -> None:
    wanted = container_of(step(memory="1G", network=True), ("p", "x"), VALUES, Path("/db/r"))
    assert [str(each) for each in wanted.shown] == [
        "read:/db/ncbi/alu",
        "read:/site/process",
        "read:/db/sub1/sub1_3",
        "read:/home/recipes",
        "empty:/db/ncbi/alu/.making",
        "write:/db/ncbi/alu/alu_7",
        "read:/db/ncbi/alu/alu_7/flat",
    ]
    assert (wanted.command, wanted.folder) == (("p", "x"), Path("/db/r"))
    assert (wanted.memory, wanted.network) == (2**30, True)
    assert "HOLDFAST_HOME" not in wanted.variables
    assert "sub1source" in wanted.variables


def test_a_container_is_called_after_its_job_and_no_other() -> None:
    def named(values: Mapping[str, str] = VALUES, **said: object) -> str:
        return container_of(step(**said), ("p",), values, Path("/r")).name

    assert named() == named()
    assert named().startswith("holdfast-alu-M_p-")
    others = [named(name="M_q"), named({**VALUES, "logdir": "/other"}), named(name="M+p")]
    assert len({named(), *others}) == 4
    assert "+" not in named(name="M+p")


def test_a_step_without_an_image_is_its_command() -> None:
    assert contained(step(container=""), ("p", "x"), VALUES, Path("/r")) == ("p", "x")


def test_what_runs_a_container_has_memory_of_its_own() -> None:
    assert memory_of(step(memory="1G")) == 2**30 + AROUND
    assert memory_of(step(memory="1G", container="")) == 2**30
    assert memory_of(step()) is None


def test_the_task_reads_the_words_that_were_written_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = container_of(step(memory=5, network=True), ("p", "--x", "-y"), VALUES, Path("/r"))
    run: list[Contained] = []

    def noted(_: object, found: Contained) -> int:
        run.append(found)
        return 7

    monkeypatch.setattr("holdfast.app.tasks.contain.run", noted)
    with pytest.raises(SystemExit) as ended:
        tasks(list(task_words(wanted))[4:])
    assert (run, ended.value.code) == ([wanted], 7)


@pytest.mark.parametrize("text", ["/path", "run:/path", ""])
def test_what_is_to_be_shown_is_said_whole(text: str) -> None:
    with pytest.raises(UsageError, match="how:path"):
        Shown.parse(text)


@pytest.mark.parametrize("image", ["--privileged", "a b", "a;b", "", "x" * 600])
def test_an_image_is_no_option(image: str) -> None:
    if not image:
        assert step(container=image).container == ""
        return
    with pytest.raises(ValidationError, match="is no image"):
        step(container=image)


def test_only_a_container_can_be_given_a_network() -> None:
    with pytest.raises(ValidationError, match="network is about a container"):
        step(container="", network=True)
