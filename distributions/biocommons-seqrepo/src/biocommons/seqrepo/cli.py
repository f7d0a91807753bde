"""See ``holdfast.compat.seqrepo.cli``."""

import sys

from holdfast.compat.seqrepo.cli import (
    export,
    export_aliases,
    init,
    load,
    main,
    parse_arguments,
    show_status,
)

__all__ = ["export", "export_aliases", "init", "load", "main", "parse_arguments", "show_status"]

if __name__ == "__main__":
    sys.exit(main())
