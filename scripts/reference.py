"""
Write the generated pages of the reference, or check that they are up to date.

The page of commands is made from the command line's own help, the page of settings from their
declarations, and that of the API from its description, so none can say what the program does not.

    python scripts/reference.py            write docs/reference/{api,commands,settings}.md
    python scripts/reference.py --check    fail if one of them is out of date
"""

import re
import sys
from enum import Enum
from pathlib import Path

import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.cli import get_docs_for_click

from holdfast.cli.main import HIDDEN, NOUNS, application, mount
from holdfast.settings import PREFIX, Settings
from holdfast.settings.access import LdapSettings
from holdfast.settings.executors import ExecutorSettings, Placement
from holdfast.settings.ftp import FtpSettings
from holdfast.settings.notify import NotifySettings
from holdfast.settings.schedules import ScheduleSettings
from holdfast.settings.servers import ServerSettings
from holdfast.web.application import described

PAGES = Path(__file__).parent.parent / "docs" / "reference"
EXECUTORS = """\
Each table `[executors.NAME]` is one executor. `[executors.NAME.labels.LABEL]` holds what is
different for jobs of a label: `queue`, `account`, `options` (added to the others), `memory`,
`time`. The executor `local` is always there; `[executors.local]` limits it."""
PLACEMENTS = """\
Each table `[[placements]]` is one rule, and all that it names must hold; a job that fits none runs
on this machine."""
SCHEDULES = """\
Each table `[schedules.NAME]` is one schedule: banks to update, or a command.
[Schedules](schedules.md) explains the keys."""
SERVERS = """\
Each table `[servers."HOST"]` holds for one server: `"ftp.example.org"`, `"host:8080"`, all of a
domain (`"*.example.org"`) or all (`"*"`); the nearest counts, alone. [Remotes](remotes.md#servers)
explains the keys."""
FTP = """\
The table `[ftp]` says how the FTP server answers. [Serve files and
FTP](../how-to/serve-files-and-ftp.md) explains the keys."""
LDAP = """\
The table `[ldap]` names a directory whose people may sign in. [Give people
accounts](../how-to/give-people-accounts.md) explains the keys."""
NOTIFY = """\
The table `[notify]` says who is told how updates ended. [Get told](../how-to/get-told.md) explains
the keys."""
API = """\
What `holdfast serve` answers to programs below `/api/v1`. `/api/v1/openapi.json` describes it whole
(OpenAPI 3.1): parameters, bodies, answers. Lists are pages: `items`, and in `next` what to give as
`after` for the rest, or null. What takes time answers 202 with the errand that does it. A refusal
is `application/problem+json` with a sentence in `detail`. A program shows a key:
`Authorization: Bearer hf_…`; see [Give people accounts](../how-to/give-people-accounts.md).
Sequences for GA4GH's clients and SeqRepo's are on [a page of their own](rest-sequences.md)."""
MADE = "<!-- Made by scripts/reference.py from the program itself; do not edit. -->\n\n"


def commands_page() -> str:
    """Every command with its help, as typer writes it out."""
    app = application(None)
    app.registered_groups.clear()
    for noun in NOUNS:
        if noun not in HIDDEN:
            mount(app, noun)
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="holdfast")
    text = get_docs_for_click(obj=command, ctx=context, name="holdfast", title="Commands")
    text = text.replace("```console", "```text")  # usage lines are not examples to be run
    text = re.sub(r" +$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


def settings_page() -> str:
    """Every setting with its type, default and meaning."""
    lines = [
        "# Settings",
        "",
        "A setting is changed in `holdfast.toml` in the home folder, or by an environment",
        "variable, which wins. `holdfast settings` shows the values in force. Sizes are in bytes,",
        "times in seconds.",
        "",
        "| setting | environment variable | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        home = "the platform's folder for a user's data"
        shown = home if name == "home" else _default(field)
        lines.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    lines += ["", "## Executors", "", EXECUTORS, "", *_table(ExecutorSettings)]
    lines += ["", "## Placements", "", PLACEMENTS, "", *_table(Placement)]
    lines += ["", "## Schedules", "", SCHEDULES, "", *_table(ScheduleSettings)]
    lines += ["", "## FTP", "", FTP, "", *_table(FtpSettings)]
    lines += ["", "## LDAP", "", LDAP, "", *_table(LdapSettings)]
    lines += ["", "## Notify", "", NOTIFY, "", *_table(NotifySettings)]
    lines += ["", "## Servers", "", SERVERS, "", *_table(ServerSettings)]
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """Every operation of the API, by noun, with what it takes."""
    document = described()
    lines = ["# API", "", API]
    nouns: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            takes = [f"`{each['name']}`" for each in operation.get("parameters", ())]
            takes += ["a body"] if "requestBody" in operation else []
            said = operation.get("description", "").partition("\n\n")[0].replace("\n", " ")
            row = f"| `{method.upper()}` | `{path}` | {said} | {', '.join(takes)} |"
            nouns.setdefault(operation["tags"][0], []).append(row)
    for noun, rows in sorted(nouns.items()):
        heading = noun[:1].upper() + noun[1:]
        lines += ["", f"## {heading}", "", "| | below `/api/v1` | | takes |", "|---|---|---|---|"]
        lines += rows
    return "\n".join(lines) + "\n"


def _table(model: type[BaseModel]) -> list[str]:
    rows = [
        f"| `{name}` | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
    ]
    return ["| key | default | meaning |", "|---|---|---|", *rows]


def _default(field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, Enum):
        default = default.value
    if isinstance(default, BaseModel):
        return ""
    if isinstance(default, tuple):
        default = " ".join(default)
    if default in ("", None, {}, PydanticUndefined):
        return ""
    return f"`{default}`"


MADE_PAGES = {"api": api_page, "commands": commands_page, "settings": settings_page}


def run(arguments: list[str]) -> int:
    """Write the pages; with ``--check``, only say which are out of date."""
    stale = []
    for name, made in MADE_PAGES.items():
        text = made()
        page = PAGES / f"{name}.md"
        wanted = MADE + text
        if page.exists() and page.read_text() == wanted:
            continue
        stale.append(page.name)
        if "--check" not in arguments:
            page.write_text(wanted)
    if stale and "--check" in arguments:
        sys.stderr.write(f"{', '.join(stale)} out of date; run: python scripts/reference.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
