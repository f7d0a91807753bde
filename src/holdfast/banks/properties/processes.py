"""
Processes: BioMAJ's blocks, metas and processes become steps.

Blocks follow one another; the metas of a block run side by side; the processes of a meta follow one
another. So a process needs the one before it in its meta, and the first of a meta needs the last of
every meta of the block before. A process is a line for ``/bin/sh``, or, where it says that it is
not to be expanded, a list of words; either is run in ``process.dir``, whose programs are found
after all others.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from holdfast.banks.properties.keys import is_secret
from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.native import parsed
from holdfast.banks.recipes.sources import RELEASE
from holdfast.banks.recipes.steps import IMAGE

SHELL = "/bin/sh"
PATH = "PATH=$PATH:$processdir; export PATH; "
PLACE = f'cd "$processdir" || exit 1; {PATH}'  #: in a container a process stays in the release
SOURCE = "source"  #: behind a bank's name, the variable with the folder of its release
CLUSTER = "cluster"  #: the label of processes that are to run on a cluster

#: what Holdfast fills in when a step starts
FILLED = {
    "data.dir": "{datadir}",
    "dir.version": "{dirversion}",
    **{
        name: f"{{{name}}}"
        for name in (
            "datadir",
            "dirversion",
            "dbname",
            "localrelease",
            "remoterelease",
            "removedrelease",
            "offlinedir",
            "logdir",
            "logfile",
        )
    },
}
#: what is known as soon as the files are read, and the key that says it
SAID = {
    "processdir": "process.dir",
    "PATH_PROCESS_BIOMAJ": "process.dir",
    "mailadmin": "mail.admin",
    "mailsmtp": "mail.smtp.host",
    "noextract": "no.extract",
}
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9_.-]+)\}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.+-]")

Table = dict[str, Any]


class Processes:
    """The processes of one bank; it remembers which of them are used."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self.used: set[str] = set()  #: keys of metas and processes, lower case

    def of_blocks(self, *, honour_lone: bool) -> list[Table]:
        """The steps of ``BLOCKS``."""
        blocks = self._layers.listed("blocks")
        if not blocks and self._layers.listed("db.post.process"):
            if not honour_lone:
                self._layers.warning(
                    "db.post.process",
                    "without BLOCKS BioMAJ 3 never runs it, and nor does Holdfast; name it under "
                    "BLOCKS, or in the setting biomaj_honour",
                )
                self.used.update(each.lower() for each in self._layers.listed("db.post.process"))
                return []
            return self._of_chains(["db.post.process"])
        keys = [f"{block.lower()}.db.post.process" for block in blocks]
        for block, key in zip(blocks, keys, strict=True):
            if not self._layers.has(key):
                self._layers.error("blocks", f"block {block} is not defined; write {key}=META")
        self.used.update(keys)
        return self._of_chains(keys)

    def of_key(self, key: str) -> list[Table]:
        """The steps of the metas that `key` names: before an update, or at a removal."""
        return self._of_chains([key])

    def _of_chains(self, keys: Iterable[str]) -> list[Table]:
        steps: list[Table] = []
        before: list[str] = []
        for key in keys:
            last = []
            for meta in self._layers.listed(key):
                chain = self._chain(key, meta, before, {step["name"] for step in steps})
                steps += chain
                last += [step["name"] for step in chain[-1:]]
            before = last or before
        return steps

    def _chain(self, key: str, meta: str, needs: list[str], taken: set[str]) -> list[Table]:
        """The processes of one meta, each after the other."""
        if not self._layers.has(meta.lower()):
            self._layers.error(key, f"meta-process {meta} is not defined; write {meta}=PROCESS")
            return []
        self.used.add(meta.lower())
        chain = []
        for process in self._layers.listed(meta.lower()):
            step = self._step(meta, process)
            if step is None:
                continue
            step["name"] = _free(step["name"], taken)
            taken.add(step["name"])
            if needs:
                step["needs"] = needs
            needs = [step["name"]]
            chain.append(step)
        return chain

    def _step(self, meta: str, process: str) -> Table | None:
        key = process.lower()
        self.used.add(key)
        exe = self._layers.text(f"{key}.exe")
        if not exe:
            place = f"{key}.exe" if self._layers.has(f"{key}.exe") else meta.lower()
            self._layers.error(place, f"process {process} has no exe; write {process}.exe=PROGRAM")
            return None
        for needed in ("name", "args"):
            if not self._layers.has(f"{key}.{needed}"):
                self._layers.warning(meta.lower(), f"process {process} has no {needed}")
        step: Table = {
            "name": _NOT_IN_NAMES.sub("_", f"{meta}_{process}"),
            "command": self._command(key, exe, self._place(key)),
            "folder": ".",
            "description": self._layers.text(f"{key}.desc"),
        }
        return step | dict(self._where(key)) | self._makes(key)

    def _where(self, key: str) -> Iterator[tuple[str, Any]]:
        if self._layers.is_true(f"{key}.cluster"):
            yield "label", CLUSTER
            native = parsed(self._layers.text(f"{key}.native"))
            yield from native.limits.items()
            if native.left:
                self._layers.warning(
                    f"{key}.native",
                    f"write {' '.join(native.left)!r} into the settings: options of the label "
                    f"{CLUSTER} of an executor, and a placement that sends that label to it",
                )
        elif image := self._layers.text(f"{key}.docker"):
            if re.fullmatch(IMAGE, image):
                yield "container", image
            else:
                self._layers.error(f"{key}.docker", f"{image!r} is not the name of an image")

    def _makes(self, key: str) -> Table:
        form = self._layers.text(f"{key}.format")
        if not form:
            return {}
        made = {name: list(self._layers.listed(f"{key}.{name}")) for name in _MADE}
        return {"makes": [{"format": form} | {name: made[name] for name in _MADE if made[name]}]}

    def _place(self, key: str) -> str:
        """What is said to a shell before the process: where it is, and where its program may be."""
        if not self._layers.text("process.dir"):
            return ""
        return PATH if "container" in dict(self._where(key)) else PLACE

    def _command(self, key: str, exe: str, place: str) -> list[str]:
        args = " ".join(self._layers.text(f"{key}.args").split())
        args = self._filled(f"{key}.args", args)
        if self._layers.is_true(f"{key}.expand", default=True):
            return [SHELL, "-c", f"{place}{exe} {args}".rstrip()]
        words = args.split()
        return [SHELL, "-c", f'{place}exec "$0" "$@"', exe, *words] if place else [exe, *words]

    def _filled(self, key: str, args: str) -> str:
        """`args` with what is known put in; what a shell will know is left to it."""
        root, version = self._layers.text("data.dir"), self._layers.text("dir.version")
        site = f"{root.rstrip('/')}/{version.strip('/')}"
        if root and version and site in args:
            self._layers.remark(key, f"{site} becomes the bank's folder here")
            args = args.replace(site, "{datadir}/{dirversion}")
        args = args.replace(RELEASE, "{remoterelease}")
        return _VARIABLE.sub(lambda match: self._known(key, match), args)

    def _known(self, key: str, match: re.Match[str]) -> str:
        name = match[1]
        if name in FILLED:
            return FILLED[name]
        if name in SAID:
            return self._layers.text(SAID[name])
        if name in {f"{each}{SOURCE}" for each in self._depends()}:
            return f"{{{name}}}"
        if is_secret(name):
            self._layers.warning(key, f"{match[0]} is a secret, which no process is told")
            return match[0]
        if name == name.lower() and self._layers.has(name):
            return self._layers.text(name)
        if "." in name:
            self._layers.warning(key, f"{match[0]} is nothing that a process knows")
        return match[0]

    def _depends(self) -> tuple[str, ...]:
        """The banks this one is made from."""
        return (*self._layers.listed("db.source"), *self._layers.listed("depends"))


_MADE = ("types", "tags", "files")


def _free(name: str, taken: set[str]) -> str:
    """`name`, or with a number behind it where it is taken: a meta may stand in two blocks."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
