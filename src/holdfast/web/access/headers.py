"""
What our answers tell a browser about themselves.

No page of ours runs a script or wears a style that is not a file of ours, none is shown within
another's page, and nothing is loaded from elsewhere.
"""

#: Of every answer that has no policy of its own.
PAGE_POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
))  # fmt: skip

#: Of a plot that is one file, with its script and looks inside: it runs as a stranger to the
#: server, so it can do nothing there in the name of who opened it.
ONE_FILE_POLICY = "; ".join((
    "sandbox allow-scripts allow-downloads allow-popups",
    "default-src 'none'",
    "script-src 'unsafe-inline' blob:",
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "font-src data:",
    "connect-src data: blob:",
    "worker-src blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
))  # fmt: skip

#: Of a file that people put here or that a remote sent: whatever it is, it runs nothing.
FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

POLICY = b"content-security-policy"
YEAR = 31_536_000  #: seconds

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
)
OVER_HTTPS = (b"strict-transport-security", f"max-age={YEAR}".encode())


def with_security(headers: list[tuple[bytes, bytes]], *, https: bool) -> list[tuple[bytes, bytes]]:
    """`headers` and what is missing of ours; what an answer says for itself stays."""
    said = {name.lower() for name, _ in headers}
    added = [each for each in ALWAYS if each[0] not in said]
    if POLICY not in said:
        added.append((POLICY, PAGE_POLICY.encode()))
    if https:
        added.append(OVER_HTTPS)
    return [*headers, *added]
