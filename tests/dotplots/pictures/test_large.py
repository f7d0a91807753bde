"""Ten million matches are drawn and written within bounds of time and memory."""

import json
import subprocess
import sys
from pathlib import Path

from thoroughness import thorough

PROGRAM = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
from dotplots.examples import genome, random_matches, scene
from holdfast.dotplots.pictures import Format, picture
from holdfast.dotplots.scene import write_scene

contigs = {f"chr{place}": 150_000_000 - place for place in range(20)}
genomes = genome("t", **contigs), genome("q", **contigs)
drawn = scene(*genomes, random_matches(*genomes, 10_000_000, 1))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.process_time()
size = len(picture(drawn, Format.PNG))
with open(sys.argv[2], "wb") as file:
    write_scene(drawn, file)
seconds = time.process_time() - started
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
json.dump({"seconds": seconds, "all": after, "extra": after - before, "size": size}, sys.stdout)
"""


@thorough
def test_ten_million_long_matches_take_a_minute_and_three_gigabytes_at_most(
    tmp_path: Path,
) -> None:
    tests = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", PROGRAM, tests, str(tmp_path / "x.arrow")]
    done = subprocess.run(command, check=True, capture_output=True, timeout=110)
    told = json.loads(done.stdout)
    assert told["seconds"] < 60
    assert told["all"] < 3_000_000  # kilobytes
    assert told["extra"] < 1_500_000
    assert told["size"] < 10_000_000
    assert (tmp_path / "x.arrow").stat().st_size > 500_000_000
