"""Browsers by the names that people know."""

import re

#: The first that fits counts: most say that they are others, too.
PROGRAMS = (
    (r"\bEdg\w*/", "Edge"),
    (r"\bOPR/", "Opera"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bChromium/", "Chromium"),
    (r"Chrome/|\bCriOS/", "Chrome"),
    (r"\bSafari/", "Safari"),
    (r"\bcurl/", "curl"),
)
SYSTEMS = (
    (r"\bAndroid\b", "Android"),
    (r"\biPhone\b|\biPad\b", "iOS"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b|\bMacintosh\b", "macOS"),
    (r"\bLinux\b|\bX11\b", "Linux"),
)


def browser_name(said: str) -> str:
    """What a browser is called that says `said` of itself.

    >>> browser_name("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> browser_name("something/1.0")
    'something/1.0'
    """
    program = _first(PROGRAMS, said)
    system = _first(SYSTEMS, said)
    if not program:
        return said[:40] or "a browser that says no name"
    return f"{program} on {system}" if system else program


def _first(known: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for sign, name in known if re.search(sign, said)), "")
