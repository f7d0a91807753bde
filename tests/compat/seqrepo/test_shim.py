"""
Programs written for SeqRepo, unchanged, on a store of ours.

The small distribution is built and unpacked, and stands first on the path of another process; the
same program runs once more with the real package on what we exported. Both must say the same.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from holdfast.compat.seqrepo import SeqRepo
from holdfast.sequences import SequenceStore
from holdfast.sequences.seqrepo import export_instance
from sequences.seqrepo.old_instances import key

pytestmark = [pytest.mark.service("bgzip"), pytest.mark.xdist_group("seqrepo shim")]

SHIM = Path(__file__).parents[3] / "distributions/biocommons-seqrepo"
TRANSCRIPT = "ACGTTGCAACGTAGCTAGCTCAGCAGCAGCAGTTTTTTTTGACCATGAC" * 8
VECTORS = {
    "ACGT": "aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
    "ASINACORNER": "LDz34B6fA_fLxFoc2agLrXQRYuupOGGM",
    "N" * 100: "BNa_1BXcRlnMSevI8XAWVCR2PtBTOQh5",
}


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, built and unpacked."""
    folder = tmp_path_factory.mktemp("shim")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=SHIM, check=True, capture_output=True)
    (wheel,) = folder.glob("holdfast_seqrepo_shim-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a few sequences under names that such programs use."""
    folder = tmp_path_factory.mktemp("kept") / "store"
    with SeqRepo(folder, writeable=True) as sr:
        for nth, text in enumerate(VECTORS):
            sr.store(text, [{"namespace": "lab", "alias": f"vector{nth}"}])
        sr.store("GGGG", [{"namespace": "refseq", "alias": "NM_000551.3"},
                          {"namespace": "GRCh37", "alias": "7"}])  # fmt: skip
        sr.commit()
        sr.store(TRANSCRIPT, [{"namespace": "refseq", "alias": "NM_000551.3"},
                              {"namespace": "GRCh38", "alias": "7"},
                              {"namespace": "ensembl", "alias": "ENST00000256474.3"}])  # fmt: skip
        sr.commit()
    return folder


@pytest.fixture(scope="module")
def instance(store: Path) -> Path:
    """The same, exported."""
    with SequenceStore.open(store) as opened:
        export_instance(opened, store.parent / "instance")
    return store.parent / "instance"


def run(program: str, folder: Path, path: Path | None, **variables: str) -> Any:
    """What a program leaves in `answer`, with `path` first among the places of its modules."""
    text = f"import json, sys\n{program}\njson.dump(answer, sys.stdout, default=str)"
    added = {"PYTHONPATH": str(path) if path else "", **variables}
    command = [sys.executable, "-W", "ignore", "-c", text, str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=os.environ | added
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


EVERY_MODULE = """
import biocommons.seqrepo as root
from biocommons.seqrepo import SeqRepo, __version__
from biocommons.seqrepo.cli import export, export_aliases, init, load, main, show_status
from biocommons.seqrepo.config import SEQREPO_FD_CACHE_MAXSIZE, SEQREPO_LRU_CACHE_MAXSIZE
from biocommons.seqrepo.dataproxy import (
    SeqRepoDataProxy, SeqRepoRESTDataProxy, _DataProxy, create_dataproxy, _isoformat)
from biocommons.seqrepo.fastadir import FastaDir
from biocommons.seqrepo.fastadir.fabgz import FabgzReader, FabgzWriter
from biocommons.seqrepo.fastaiter import FastaIter
from biocommons.seqrepo.seqaliasdb import SeqAliasDB
from biocommons.seqrepo.seqrepo import SeqRepo as same, SequenceProxy, nsa_sep, uri_re
from biocommons.seqrepo.seqrepo import ct_n_aliases, ct_n_residues, ct_n_seqs
from biocommons.seqrepo.utils import parse_defline, validate_aliases
import biocommons
answer = [root.__file__, SeqRepo.__module__, __version__, same is SeqRepo,
          list(biocommons.__path__)]
"""


def test_the_modules_that_programs_import_are_there_and_ours(shim: Path, store: Path) -> None:
    file, module, version, same, paths = run(EVERY_MODULE, store, shim)
    assert Path(file).is_relative_to(shim)
    assert module == "holdfast.compat.seqrepo.seqrepo"
    assert version.startswith("0.6.11+holdfast.")
    assert same
    # The namespace stays open for what else is called biocommons.
    assert len(paths) > 1


def test_the_command_that_scripts_call_comes_with_it(shim: Path, store: Path) -> None:
    (points,) = shim.glob("*.dist-info/entry_points.txt")
    assert "seqrepo = biocommons.seqrepo.cli:main" in points.read_text()
    program = """
import contextlib, io
from biocommons.seqrepo.cli import main
said = io.StringIO()
with contextlib.redirect_stdout(said):
    code = main(["-r", str(sys.argv[1]), "show-status", "-i", "."])
answer = [code, said.getvalue()]
"""
    code, said = run(program, store, shim)
    assert code == 0
    assert "sequences: 5 sequences" in said


CONVERSATION = """
from biocommons.seqrepo import SeqRepo
from biocommons.seqrepo.dataproxy import SeqRepoDataProxy
sr = SeqRepo(sys.argv[1])
proxy = SeqRepoDataProxy(sr)
name = "NM_000551.3"

def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ("seqalias_id", "relpath")}
    return value if isinstance(value, (str, int, type(None))) else [plain(v) for v in value]

def find(**question):
    return list(sr.aliases.find_aliases(**question))

questions = [
    lambda: sr.fetch(name), lambda: sr.fetch(name, 3), lambda: sr.fetch(name, None, 5),
    lambda: sr.fetch(name, 4044, 7024), lambda: sr.fetch(name, 390, 500),
    lambda: sr.fetch(name, 5, 2), lambda: sr.fetch(name, -1), lambda: sr.fetch(name, 0, -2),
    lambda: sr.fetch(name, -5, -7), lambda: sr.fetch(name, -3, -1), lambda: sr.fetch(name, 5, 5),
    lambda: sr.fetch("7"), lambda: sr.fetch("7", namespace="GRCh38"), lambda: sr.fetch("NM_9.9"),
    lambda: sr.fetch("NM_%"), lambda: sr.fetch("%"), lambda: sr.fetch_uri("GRCh38:7", 1, 9),
    lambda: sr.fetch_uri("nothing"), lambda: sr.fetch_uri("RefSeq:NM_000551.3", 1, 9),
    lambda: sr.fetch("f1f8f4bf413b16ad135722aa4591043e"),
    lambda: sr.fetch("IQiZThf2zKn/I1KtqStlEdsHYDQ"),
    lambda: sr.fetch("GS_aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"),
    lambda: sr.fetch("SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"),
    lambda: sr.fetch("aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"),
    lambda: sr.translate_alias(name), lambda: sr.translate_alias(name, "refseq", ["ga4gh"]),
    lambda: sr.translate_identifier("GRCh38:7"),
    lambda: sr.translate_identifier("refseq:NM_000551.3", target_namespaces="refseq"),
    lambda: [each in sr for each in (name, "refseq:" + name, "NCBI:" + name, "md5:x", "7", "x")],
    lambda: sr["refseq:NM_000551.3"].aliases, lambda: len(sr["ensembl:ENST00000256474.3"]),
    lambda: sr["GRCh38:7"][3:9], lambda: str(sr[name])[:4], lambda: sr["a:b:c"],
    lambda: find(alias=name), lambda: find(alias=name, current_only=False),
    lambda: find(namespace="ga4gh", alias="SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"),
    lambda: find(namespace="GRCh3%"), lambda: find(namespace="sha512t24u"), lambda: find(),
    lambda: find(current_only=False), lambda: find(seq_id="aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"),
    lambda: find(namespace="MD5", alias="f1%"), lambda: find(alias="vector_"),
    lambda: sr.sequences.fetch_seqinfo("aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2") | {"added": 0},
    lambda: sr.sequences.fetch_seqinfo("nothing"), lambda: sr.store("ACGT", []),
    lambda: [record["seq_id"] for record, _ in sr], lambda: len(sr.sequences),
    lambda: {k: v for k, v in sr.aliases.stats().items() if k.startswith("n_")},
    lambda: [sr.sequences.stats()[k] for k in ("n_sequences", "tot_length")],
    lambda: proxy.get_sequence(name, 3, 8), lambda: proxy.get_metadata("refseq:" + name),
    lambda: sorted(proxy.translate_sequence_identifier(name)),
    lambda: proxy.translate_sequence_identifier(name, "ga4gh"),
    lambda: proxy.translate_sequence_identifier("nothing"), lambda: proxy.get_sequence("chr1"),
]
answer = []
for nth, question in enumerate(questions):
    try:
        answer.append([nth, plain(question())])
    except Exception as error:
        answer.append([nth, type(error).__name__, str(error)])
"""


def test_the_real_package_and_ours_answer_alike(shim: Path, store: Path, instance: Path) -> None:
    theirs = run(CONVERSATION, instance, None)
    for ours in (run(CONVERSATION, store, shim), run(CONVERSATION, instance, shim)):
        different = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
        assert different == []


HGVS = """
import os
os.environ["HGVS_SEQREPO_DIR"] = sys.argv[1]
import biocommons.seqrepo
from hgvs.dataproviders.seqfetcher import SeqFetcher
from hgvs.exceptions import HGVSDataNotAvailableError
fetcher = SeqFetcher()
answer = {
    "whose": biocommons.seqrepo.SeqRepo.__module__,
    "source": fetcher.source == f"SeqRepo ({sys.argv[1]})",
    "some": fetcher.fetch_seq("NM_000551.3", 0, 20),
    "past": [fetcher.fetch_seq("NM_000551.3", start, 7024) for start in (380, 7023)],
}
try:
    fetcher.fetch_seq("NM_9.9", 0, 3)
except HGVSDataNotAvailableError as error:
    answer["missing"] = "NM_9.9" in str(error)
"""


def test_hgvs_runs_on_a_store_unchanged(shim: Path, store: Path) -> None:
    assert run(HGVS, store, shim) == {
        "whose": "holdfast.compat.seqrepo.seqrepo",
        "source": True,
        "some": TRANSCRIPT[:20],
        "past": [TRANSCRIPT[380:], ""],
        "missing": True,
    }


HGVS_BY_ADDRESS = """
import os
os.environ["HGVS_SEQREPO_DIR"] = ""
os.environ["HGVS_SEQREPO_URL"] = "http://127.0.0.1:9/seqrepo"
from hgvs.dataproviders.seqfetcher import SeqFetcher
fetcher = SeqFetcher()
os.environ["HGVS_SEQREPO_URL"] = ""
answer = [type(fetcher.sr).__module__, type(fetcher.sr).__name__, fetcher.sr.base_url,
          fetcher.source, SeqFetcher().sr]
"""


def test_hgvs_takes_the_address_of_a_server_too(shim: Path, store: Path) -> None:
    assert run(HGVS_BY_ADDRESS, store, shim) == [
        "holdfast.compat.seqrepo.dataproxy",
        "SeqRepoRESTDataProxy",
        "http://127.0.0.1:9/seqrepo/1/",
        "SeqRepo REST (http://127.0.0.1:9/seqrepo)",
        None,
    ]


VRS = """
from biocommons.seqrepo import SeqRepo
from ga4gh.core import ga4gh_identify
from ga4gh.vrs import models, normalize
from ga4gh.vrs.dataproxy import SeqRepoDataProxy, create_dataproxy
proxy = SeqRepoDataProxy(SeqRepo(sys.argv[1]))

def allele(name, start, end, state):
    where = models.SequenceLocation(
        sequenceReference=models.SequenceReference(
            refgetAccession=proxy.derive_refget_accession(name)),
        start=start, end=end)
    state = models.LiteralSequenceExpression(sequence=state)
    return normalize(models.Allele(location=where, state=state), proxy)

substituted = allele("refseq:NM_000551.3", 10, 11, "A")
shortened = allele("refseq:NM_000551.3", 33, 34, "")
answer = {
    "whose": SeqRepo.__module__,
    "accessions": [proxy.derive_refget_accession(f"lab:vector{n}") for n in range(3)],
    "alleles": [ga4gh_identify(substituted), ga4gh_identify(shortened)],
    "rolled": [shortened.location.start, shortened.location.end],
    "by address": create_dataproxy(f"seqrepo+file://{sys.argv[1]}").get_sequence("lab:vector0"),
    "metadata": proxy.get_metadata("refseq:NM_000551.3")["aliases"],
}
"""


def test_vrs_python_runs_on_a_store_unchanged(shim: Path, store: Path, instance: Path) -> None:
    ours, theirs = run(VRS, store, shim), run(VRS, instance, None)
    assert ours.pop("whose") == "holdfast.compat.seqrepo.seqrepo"
    assert theirs.pop("whose") == "biocommons.seqrepo.seqrepo"
    assert ours == theirs
    assert ours["accessions"] == [f"SQ.{digest}" for digest in VECTORS.values()]
    assert ours["by address"] == "ACGT"
    assert f"ga4gh:SQ.{key(TRANSCRIPT)}" in ours["metadata"]
    # One T of eight goes, so the deletion may stand anywhere among them.
    run_of_t = TRANSCRIPT.index("T" * 8)
    assert ours["rolled"] == [run_of_t, run_of_t + 8]
    assert [identifier.split(".")[0] for identifier in ours["alleles"]] == ["ga4gh:VA"] * 2
