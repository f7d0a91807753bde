"""
Settings: each declared once, here, with its name, default and meaning.

They come from ``holdfast.toml`` in the home folder and from ``HOLDFAST_*`` environment variables,
which win. They are read once and passed in; nothing else in Holdfast reads the environment. The
reference page of settings is made from these declarations.
"""

import os
import pwd
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from holdfast.errors import SettingsError, suggestion
from holdfast.settings.access import LdapSettings, PublicUrl, check_hosts
from holdfast.settings.executors import LOCAL, ExecutorSettings, Placement
from holdfast.settings.ftp import FtpSettings
from holdfast.settings.notify import NotifySettings
from holdfast.settings.schedules import ScheduleSettings, check_schedule_name
from holdfast.settings.servers import ServerSettings, check_networks
from holdfast.settings.values import Counts, Size, Span, Words, size

FILE = "holdfast.toml"
PREFIX = "HOLDFAST_"


def default_home() -> Path:
    """``HOLDFAST_HOME``, or the platform's folder for a user's data."""
    named = os.environ.get(f"{PREFIX}HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("holdfast"))


class Settings(BaseSettings):
    """What an administrator may choose. Sizes are bytes, times seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Annotated[Path, Field(description="The folder that holds everything Holdfast keeps.")]
    cores: Annotated[
        int, Field(ge=0, description="Processor cores to use at most; 0 means all of this machine.")
    ] = 0
    ledger: Annotated[
        str, Field(description="Database URL of the ledger; empty means a SQLite file in the home.")
    ] = ""
    ledger_patience: Annotated[
        Span, Field(description="How long an engine waits for a ledger that does not answer.")
    ] = 120.0
    lease: Annotated[
        Span,
        Field(
            ge=5,
            description="How long after its last sign of life another host's engine is "
            "thought dead, and its runs are taken over.",
        ),
    ] = 60.0
    limits: Annotated[
        Counts, Field(description="How many jobs of a label are at work at once, over all runs.")
    ] = {}
    executors: Annotated[
        dict[str, ExecutorSettings],
        Field(description="Where jobs can run besides this machine; see [executors](#executors)."),
    ] = {}
    placements: Annotated[
        tuple[Placement, ...],
        Field(
            description="Which jobs run where; the first rule that fits counts; see "
            "[executors](#executors)."
        ),
    ] = ()
    schedules: Annotated[
        dict[Annotated[str, AfterValidator(check_schedule_name)], ScheduleSettings],
        Field(description="What `holdfast worker` does by itself; see [schedules](#schedules)."),
    ] = {}
    notify: Annotated[
        NotifySettings,
        Field(description="Who is told how updates ended; see [notify](#notify)."),
    ] = NotifySettings()
    ftp: Annotated[
        FtpSettings, Field(description="How `holdfast serve --ftp` answers; see [ftp](#ftp).")
    ] = FtpSettings()
    metrics_for: Annotated[
        Words,
        Field(
            description="Networks and addresses whose programs may read `/metrics` besides "
            "administrators, such as `10.0.0.7`."
        ),
        AfterValidator(check_networks),
    ] = ()
    history_days: Annotated[
        float, Field(gt=0, description="Days after which the worker forgets runs that have ended.")
    ] = 90.0
    transfers: Annotated[
        int, Field(ge=1, le=64, description="Files fetched at once from one bank's remote.")
    ] = 8
    retries: Annotated[
        int, Field(ge=0, description="How often a passing fault of a remote is tried again.")
    ] = 5
    backoff: Annotated[
        float,
        Field(gt=0, description="Seconds before the first retry; each further wait is doubled."),
    ] = 1.0
    timeout: Annotated[
        float,
        Field(
            gt=0,
            description="Seconds after which a transfer has failed in which nothing came, or fewer "
            "than 100 bytes a second.",
        ),
    ] = 60.0
    connect_timeout: Annotated[
        float, Field(gt=0, description="Seconds in which a remote must take a connection.")
    ] = 20.0
    listing_limit: Annotated[
        int, Field(gt=0, description="Bytes a remote's directory page may have at most.")
    ] = 256 * 1024**2
    unannounced_limit: Annotated[
        int, Field(gt=0, description="Bytes a file may have whose server does not say its size.")
    ] = 100 * 1024**3
    rate: Annotated[
        Size | None,
        Field(description="Bytes a second that one process fetches, in all; none is any number."),
    ] = None
    servers: Annotated[
        dict[str, ServerSettings],
        Field(description="What holds for single servers; see [servers](#servers)."),
    ] = {}
    netrc: Annotated[
        Path,
        Field(description="File with user names and passwords for servers; empty means none."),
    ] = Path("~/.netrc")
    private_networks: Annotated[
        Words,
        Field(
            description="Networks and addresses that are not public and that remotes may be in, "
            "such as `10.0.0.0/8` or `127.0.0.1`."
        ),
        AfterValidator(check_networks),
    ] = ()
    unpack_limit: Annotated[
        int, Field(gt=0, description="Bytes one archive may unpack to at most.")
    ] = 1024**4
    unpack_files: Annotated[int, Field(gt=0, description="Files one archive may hold at most.")] = (
        10_000_000
    )
    unpack_ratio: Annotated[
        int,
        Field(
            gt=0,
            description="Bytes that may come out of an archive for each of its own; what is less "
            "than 1 GiB may always.",
        ),
    ] = 5000
    unpack_estimate: Annotated[
        float,
        Field(
            ge=1,
            description="How many times its size an archive is thought to need when unpacked, "
            "where no earlier release tells.",
        ),
    ] = 4.0
    container_engine: Annotated[
        Literal["auto", "podman", "docker", "apptainer", "singularity"],
        Field(description="What runs steps in containers; auto is the first that is installed."),
    ] = "auto"
    disk_reserve: Annotated[
        int, Field(ge=0, description="Bytes of the disk that transfers and unpacking leave free.")
    ] = 100 * 1024**2
    updates_at_once: Annotated[
        int, Field(ge=1, le=64, description="Banks that one `bank update` updates at once.")
    ] = 4
    keep_releases: Annotated[
        int,
        Field(ge=0, description="Old releases kept besides the newest, unless a recipe says else."),
    ] = 2
    write_wait: Annotated[
        float, Field(ge=0, description="Seconds a writer of the store waits for another to end.")
    ] = 60.0
    who: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Whom the store's journal names as the author of a commit; it travels with "
            "the store. If not set, your login name; if empty, nobody.",
        ),
    ] = None

    errands_at_once: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            description="How much of what people ask for through the web is done at once: updates, "
            "comparisons and the like; the rest waits.",
        ),
    ] = 2
    upload_limit: Annotated[
        Size, Field(gt=0, description="Bytes that one file may have which is uploaded.")
    ] = 20 * 10**9
    upload_space: Annotated[
        Size,
        Field(
            gt=0,
            description="Bytes that the uploads of one person may have together; guests share one "
            "such space.",
        ),
    ] = 100 * 10**9
    upload_days: Annotated[float, Field(gt=0, description="Days for which an upload is kept.")] = (
        7.0
    )
    uploads_once: Annotated[
        bool, Field(description="Remove an upload as soon as what it was for has been done.")
    ] = False
    genome_limit: Annotated[
        Size,
        Field(gt=0, description="Bases that a genome may have which people compare on the web."),
    ] = 20 * 10**9
    genome_limit_alone: Annotated[
        Size, Field(gt=0, description="The same of one that is compared with itself.")
    ] = 5 * 10**9
    batch_plots: Annotated[
        int, Field(gt=0, description="Plots that one batch file may ask for on the web.")
    ] = 100
    guests_may_compare: Annotated[
        bool,
        Field(
            description="Whether people who have not signed in may compare genomes; who has the "
            "address of such a plot may see it."
        ),
    ] = False
    plot_days: Annotated[
        float,
        Field(
            ge=0,
            description="Days after which plots of guests are removed, unless they are in the "
            "gallery; 0 keeps them.",
        ),
    ] = 0.0
    examples: Annotated[
        dict[str, Path],
        Field(
            description="Genomes that the form offers as examples: a name and a FASTA file for "
            "each. If there are none, two small ones are made up."
        ),
    ] = {}
    administrators: Annotated[
        Words,
        Field(
            description="Accounts of this machine that may change every bank, also one that has "
            "another owner. Name the account of `holdfast worker` here, if banks have owners."
        ),
    ] = ("root",)

    access: Annotated[
        Literal["open", "accounts"],
        Field(
            description="Who the web serves: `open`, one person on this machine (and guests from "
            "elsewhere), or `accounts`, people who sign in."
        ),
    ] = "open"
    public_url: Annotated[
        PublicUrl,
        Field(description="Where people reach the pages, as `https://holdfast.example`."),
    ] = ""
    hosts: Annotated[
        Words,
        Field(
            description="Names by which the server may be called, besides that of `public_url`; "
            "none: any, but on loopback only this machine's."
        ),
        AfterValidator(check_hosts),
    ] = ()
    trusted_proxies: Annotated[
        Words,
        Field(
            description="Networks and addresses of proxies before the server, whose "
            "`X-Forwarded-For` and `X-Forwarded-Proto` are believed."
        ),
        AfterValidator(check_networks),
    ] = ()
    session_idle: Annotated[
        Span, Field(description="Who has done nothing for so long is signed out.")
    ] = 12 * 3600.0
    session_longest: Annotated[
        Span, Field(description="Who signed in so long ago is signed out.")
    ] = 14 * 86400.0
    audit_days: Annotated[
        float, Field(gt=0, description="Days after which the audit forgets who did what.")
    ] = 400.0
    ldap: Annotated[
        LdapSettings,
        Field(description="A directory of people; see [ldap](#ldap)."),
    ] = LdapSettings()

    tools: Annotated[
        Path | None,
        Field(
            description="A `tools.yaml`, also one of D-Genies: programs that align genomes besides "
            "those that Holdfast knows. Its path is seen from the home folder; see "
            "[tools](tools.md)."
        ),
    ] = None
    biomaj_config: Annotated[
        Path | None,
        Field(
            description="The `global.properties` of a BioMAJ site: the banks of its `conf.dir` are "
            "banks here."
        ),
    ] = None
    biomaj_honour: Annotated[
        Words,
        Field(
            description="Keys that BioMAJ 3 ignores and that are honoured here: "
            "`remote.excluded.files`, and `db.post.process` without `BLOCKS`."
        ),
    ] = ()
    store_layers: Annotated[
        Words,
        Field(
            description="Folders of stores read beneath the home's, as one with it; the uppermost "
            "first."
        ),
    ] = ()
    private_namespaces: Annotated[
        Words,
        Field(description="Namespaces whose aliases and collections the server never shows."),
    ] = ()
    cors_origins: Annotated[
        Words,
        Field(description="Sites whose pages may ask for sequences; `*` means all, none is none."),
    ] = ("*",)
    request_limit: Annotated[
        int, Field(gt=0, description="Bytes that may be sent to the server in one request.")
    ] = 16 * 1024**2
    requests_at_once: Annotated[
        int, Field(gt=0, description="Requests that one server process answers at once.")
    ] = 1000
    batch_limit: Annotated[
        int, Field(gt=0, description="Slices or names in one batch request.")
    ] = 100_000
    alignments_kept: Annotated[
        int,
        BeforeValidator(size),
        Field(
            ge=0,
            description="Bytes of alignments kept, so that no pair of contigs is aligned twice; "
            "the longest unused go first; 0 keeps none.",
        ),
    ] = 10 * 1024**3
    batch_residues: Annotated[
        int, Field(gt=0, description="Residues in the answer to one batch request.")
    ] = 16 * 1024**2

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("tools")
    @classmethod
    def _seen_from_home(cls, file: Path | None, others: ValidationInfo) -> Path | None:
        home: Path | None = others.data.get("home")
        return file if file is None or home is None else home / file.expanduser()

    @model_validator(mode="after")
    def _places_are_there(self) -> Self:
        known = {LOCAL, *self.executors}
        for number, rule in enumerate(self.placements, 1):
            if rule.executor not in known:
                hint = suggestion(rule.executor, known)
                raise ValueError(
                    f"placement {number} names the executor {rule.executor!r}, "
                    f"which is not set{hint}"
                )
        local = self.executors.get(LOCAL)
        if local is not None and local.kind != LOCAL:
            raise ValueError(
                f"the executor {LOCAL!r} is this machine; call the {local.kind} one else"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said in a call wins, then the environment, then the home's file."""
        home = init_settings().get("home") or default_home()
        file = TomlConfigSettingsSource(settings_cls, Path(home) / FILE)
        return init_settings, env_settings, file

    @classmethod
    def read(cls, home: Path | None = None, **said: Any) -> "Settings":
        """The settings of the home folder `home` (default: :func:`default_home`).

        Raises
        ------
        SettingsError
            A value is unreadable, makes no sense, or a key is unknown; the message says which.
        """
        home = home or default_home()
        try:
            return cls(home=home, **said)
        except ValidationError as error:
            raise SettingsError(_sentence(error, home / FILE)) from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{home / FILE}: {error}; mend the file or remove it") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{home / FILE} is not UTF-8 text; save it as UTF-8") from error
        except RecursionError as error:
            raise SettingsError(f"{home / FILE} is nested too deep; mend the file") from error

    @property
    def biomaj_environment(self) -> Mapping[str, str]:
        """The variables ``BIOMAJ_*``, which override keys of BioMAJ's files."""
        return {name: value for name, value in os.environ.items() if name.startswith("BIOMAJ_")}

    @property
    def processors(self) -> int:
        """The number of cores to use: what is allowed of this machine."""
        available = len(os.sched_getaffinity(0))
        return min(self.cores, available) if self.cores else available

    @property
    def author(self) -> str:
        """Whom commits name: `who`, or the login name, or nobody."""
        if self.who is not None:
            return self.who
        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:  # a container may run as a user without a name
            return ""

    @property
    def ledger_url(self) -> str:
        """The ledger's database URL."""
        return self.ledger or f"sqlite:///{self.home / 'ledger.sqlite'}"

    @property
    def recipes(self) -> Path:
        """The folder of recipes."""
        return self.home / "recipes"

    @property
    def banks(self) -> Path:
        """The folder of mirrored banks."""
        return self.home / "banks"

    @property
    def store(self) -> Path:
        """The folder of the sequence store."""
        return self.home / "store"

    @property
    def plots(self) -> Path:
        """The folder of finished plots."""
        return self.home / "plots"

    @property
    def uploads(self) -> Path:
        """The folder of what people uploaded."""
        return self.home / "uploads"

    @property
    def logs(self) -> Path:
        """The folder of job logs."""
        return self.home / "logs"

    @property
    def notices(self) -> Path:
        """The folder of what people are still to be told."""
        return self.home / "notices"


_TABLES: Mapping[str, type[BaseModel]] = {
    "executors": ExecutorSettings,
    "ftp": FtpSettings,
    "notify": NotifySettings,
    "placements": Placement,
    "schedules": ScheduleSettings,
    "servers": ServerSettings,
}


def _sentence(error: ValidationError, file: Path) -> str:
    """The first problem of `error`, as a person would say it."""
    # A misspelt key is told as that, and not as the lack of the right one.
    problem = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    where = problem["loc"]
    key = ".".join(str(part) for part in where)
    if problem["type"] == "extra_forbidden":
        model = Settings if len(where) == 1 else _TABLES.get(str(where[0]), Settings)
        hint = suggestion(str(where[-1]), model.model_fields)
        return f"{file}: {key} is not a setting{hint}"
    if problem["type"] == "missing":
        return f"{file}: {key} is missing"
    said = problem["msg"].removeprefix("Value error, ")
    if not where:
        return f"{file}: {said}"
    return f"{key}: {said} (in {file} or {PREFIX}{str(where[0]).upper()})"
