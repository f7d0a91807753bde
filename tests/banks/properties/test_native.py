"""What a process says to its cluster becomes cores, memory and time where it means these."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.properties.native import parsed
from holdfast.banks.recipes.steps import Step


@pytest.mark.parametrize(
    ("text", "limits", "left"),
    [
        ("", {}, []),
        ("-pe smp 4", {"cores": 4}, []),
        ("-pe smp 4 -l h_vmem=2G", {"cores": 4, "memory": "8G"}, []),  # of each slot
        ("-l h_vmem=1.5G -pe threaded 2", {"cores": 2, "memory": "3G"}, []),
        ("-l mem_free=4g,h_rt=24:00:00", {"memory": "4G", "time": "24:00:00"}, []),
        ("-l h_rt=3600", {"time": "3600"}, []),
        (
            "-l nodes=1:ppn=8,mem=16gb,walltime=1:00:00",
            {"cores": 8, "memory": "16G", "time": "1:00:00"},
            [],
        ),
        ("-l select=1:ncpus=4:mem=8gb", {"cores": 4, "memory": "8G"}, []),
        ("-l nodes=2:ppn=8", {}, ["-l", "nodes=2:ppn=8"]),  # no step is on two hosts
        ("-l nodes=1:ppn=8:fast", {}, ["-l", "nodes=1:ppn=8:fast"]),
        ("--cpus-per-task=4 --mem=8000", {"cores": 4, "memory": "8000M"}, []),
        ("-c 4 --mem-per-cpu=2G", {"cores": 4, "memory": "8G"}, []),
        ("--time=90 -t 1-00:00:00", {"time": "1-00:00:00"}, []),
        ("--time=90", {"time": "90m"}, []),
        ("-t 1-10", {}, ["-t", "1-10"]),  # an array, for Grid Engine
        ("-q long.q -P 'my project'", {}, ["-q", "long.q", "-P", "my project"]),
        ("-l highp,h_rt=1:00:00", {"time": "1:00:00"}, ["-l", "highp"]),
        ("-V -cwd", {}, ["-V", "-cwd"]),
        ("-pe smp many -l h_vmem=lots", {}, ["-pe", "smp", "many", "-l", "h_vmem=lots"]),
        ("-q 'unclosed", {}, ["-q", "'unclosed"]),
        ("-l", {}, ["-l"]),
        ("-pe smp", {}, ["-pe", "smp"]),
        ("--mem=0 -c 0 --time=0", {}, ["--mem=0", "-c", "0", "--time=0"]),
    ],
)
def test_limits_are_taken_out_and_the_rest_stays(
    text: str, limits: dict[str, object], left: list[str]
) -> None:
    found = parsed(text)
    assert (found.limits, found.left) == (limits, left)


@given(st.text(alphabet="-lpectmq =,:0123456789GM'h_vrtes", max_size=40))
def test_whatever_is_written_gives_limits_that_a_step_takes(text: str) -> None:
    limits = parsed(text).limits
    Step.model_validate({"name": "x", "command": ["x"], **limits})
