"""
D-Genies beside: its server, installed into a virtual environment, asked as its page asks it.

Nothing of it is read or imported; all goes through HTTP. `DGENIES_PYTHON` names a Python that has
it already.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PACKAGES = ("dgenies==1.5.0", "flask<3", "werkzeug<3")
PORT = 5077
PATIENCE = 1800  #: seconds for one answer
SESSION = re.compile(r"run\.init\('(\w{20})'")
ENDED = ("success", "fail", "no-match")


@dataclass(frozen=True, slots=True)
class Asked:
    """One plot job: how long each part took, in seconds."""

    job: float
    graph: float
    sort: float
    lines: int  #: that its page is given
    memory: int  #: bytes, the most of the server so far


class DGenies:
    """A running server."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=PATIENCE)

    def answers(self) -> bool:
        """Whether it answers already."""
        try:
            return self._client.get("/").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def plot(self, name: str, alignment: Path, target: Path, query: Path) -> Asked:
        """Send an alignment and two indexes, wait for the job, and ask for the plot."""
        roles = {"alignfile": alignment, "target": target, "query": query}
        begun = time.perf_counter()
        job = self._launched(name, roles)
        done = time.perf_counter()
        graph = self._client.post("/get_graph", data={"id": job})
        shown = time.perf_counter()
        self._client.post(f"/sort/{job}", data={"id": job})
        ended = time.perf_counter()
        lines = sum(map(len, graph.json()["lines"].values()))
        return Asked(done - begun, shown - done, ended - shown, lines, self._memory())

    def shown(self, name: str, alignment: Path, target: Path, query: Path) -> str:
        """The address of the page that shows an alignment, once its job is done."""
        roles = {"alignfile": alignment, "target": target, "query": query}
        return f"http://127.0.0.1:{PORT}/result/{self._launched(name, roles)}"

    def restored(self, name: str, backup: Path) -> dict[str, Any]:
        """The plot of a backup."""
        job = self._launched(name, {"backup": backup})
        answer: dict[str, Any] = self._client.post("/get_graph", data={"id": job}).json()
        return answer

    def backup(self, name: str) -> bytes:
        """A job of its as a backup."""
        return self._client.get(f"/backup/{name}").content

    def _launched(self, name: str, roles: dict[str, Path]) -> str:
        found = SESSION.search(self._client.get("/run").text)
        assert found is not None, "its page is another than that of 1.5.0"
        session = found[1]
        while not self._client.post("/ask-upload", data={"s_id": session}).json().get("allowed"):
            time.sleep(0.2)
        fields = {"type": "plot", "id_job": name, "tool": "", "tool_options][": ""}
        for role in ("alignfile", "target", "query", "backup"):
            fields[role] = self._uploaded(session, roles[role]) if role in roles else ""
            fields[f"{role}_type"] = "local" if role in roles else ""
        form = {"id_job": name, "email": "", "s_id": session, "type": "plot", "nb_jobs": "1"}
        form |= {f"jobs[0][{key}]": value for key, value in fields.items()}
        launched = self._client.post("/launch_analysis", data=form).json()
        job: str = launched["redirect"].rpartition("/")[2]
        return self._waited_for(job)

    def _uploaded(self, session: str, file: Path) -> str:
        data = {"s_id": session, "formats": "fasta,idx,map,backup"}
        with file.open("rb") as opened:
            answer = self._client.post("/upload", data=data, files={"file": (file.name, opened)})
        name: str = answer.json()["files"][0]["name"]
        return name

    def _waited_for(self, job: str) -> str:
        while True:
            answer = self._client.get(f"/status/{job}", params={"format": "json"})
            # While it writes the state, it answers with an error.
            if answer.status_code == httpx.codes.OK and answer.json()["status"] in ENDED:
                break
            time.sleep(0.1)
        assert answer.json()["status"] == "success", answer.text
        return job

    def _memory(self) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        most = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert most is not None
        return int(most[1]) * 1024


def python_of(folder: Path) -> str:
    """A Python that has D-Genies; a virtual environment in `folder`, if none is named."""
    if "DGENIES_PYTHON" in os.environ:
        return os.environ["DGENIES_PYTHON"]
    python = str(folder / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


@contextmanager
def running(python: str, home: Path) -> Iterator[DGenies]:
    """A server with an empty home of its own."""
    home.mkdir(parents=True, exist_ok=True)
    program = Path(python).with_name("dgenies")
    words: Sequence[str] = (str(program), "run", "-m", "standalone", "--no-browser", "--no-crons")
    environment = {**os.environ, "HOME": str(home), "MPLCONFIGDIR": str(home)}
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen([*words, "-p", str(PORT)], stdout=log, stderr=log, env=environment) as own,
    ):
        try:
            server = DGenies(own)
            while not server.answers():
                assert own.poll() is None, (home / "log").read_text()
                time.sleep(0.2)
            yield server
        finally:
            own.terminate()
