"""Directory pages as servers write them, and as somebody hostile would."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.files import safe_name
from holdfast.remotes.pages import read_page
from holdfast.remotes.rows import Kind, Row

URL = "http://example.org/pub/bank/"


def file(
    name: str, size: int | None = None, time: tuple[int, ...] = (), href: str | None = None
) -> Row:
    """The row of a file."""
    modified = datetime(*time, tzinfo=UTC) if time else None  # type: ignore[arg-type,misc] # year first
    return Row(name, Kind.FILE, size, modified, name if href is None else href)


def folder(name: str) -> Row:
    """The row of a folder."""
    return Row(name, Kind.FOLDER, href=name)


PAGES = {
    "nginx": (
        """<html><head><title>Index of /pub/bank/</title></head><body>
<h1>Index of /pub/bank/</h1><hr><pre><a href="../">../</a>
<a href="old/">old/</a>                                      02-Jan-2024 03:04                   -
<a href="genes.fa">genes.fa</a>                              21-Nov-2026 02:41             1234567
<a href="two%20words.fa">two words.fa</a>                    01-Feb-2023 00:00                   0
<a href="a_very_long_name_that_nginx_cuts_off_in_its_page.fa">a_very_long_name_that_ngi..&gt;</a> \
21-Nov-2026 02:41  12
</pre><hr></body></html>""",
        [
            folder("old"),
            file("genes.fa", 1234567, (2026, 11, 21, 2, 41)),
            file("two words.fa", 0, (2023, 2, 1), "two%20words.fa"),
            file("a_very_long_name_that_nginx_cuts_off_in_its_page.fa", 12, (2026, 11, 21, 2, 41)),
        ],
    ),
    "nginx with rounded sizes": (
        '<a href="a">a</a>   21-Nov-2026 02:41     12M\n<a href="b">b</a> 21-Nov-2026 02:41   1K',
        [file("a", None, (2026, 11, 21, 2, 41)), file("b", None, (2026, 11, 21, 2, 41))],
    ),
    "Apache, preformatted": (
        """<h1>Index of /pub/bank</h1><pre><img src="/icons/blank.gif" alt="Icon ">
<a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a> <a href="?C=S;O=A">Size</a><hr>
<img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="/pub/">Parent Directory</a>      -
<img src="/icons/folder.gif" alt="[DIR]"> <a href="old/">old/</a>    2024-01-02 03:04    -
<img src="/icons/unknown.gif" alt="[   ]"> <a href="genes.fa">genes.fa</a>  2026-11-21 02:41  1.2M
<img src="/icons/text.gif" alt="[TXT]"> <a href="notes.txt">notes.txt</a>  2026-11-21 02:41  612
<hr></pre>""",
        [
            folder("old"),
            file("genes.fa", None, (2026, 11, 21, 2, 41)),
            file("notes.txt", 612, (2026, 11, 21, 2, 41)),
        ],
    ),
    "Apache, table, with icons that are links": (
        """<table><tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=S;O=A">Size</a></th></tr>
<tr><td><a href="/pub/"><img alt="[PARENTDIR]"></a></td><td><a href="/pub/">Parent</a></td></tr>
<tr><td valign="top"><a href="genes.fa"><img src="/icons/unknown.gif" alt="[   ]"></a></td>
<td><a href="genes.fa">genes.fa</a></td><td align="right">2026-11-21 02:41  </td>
<td align="right">960 </td><td>&nbsp;</td></tr>
<tr><td></td><td><a href="old/">old/</a></td><td>2026-11-21 02:41</td><td>  - </td></tr></table>""",
        [file("genes.fa", 960, (2026, 11, 21, 2, 41)), folder("old")],
    ),
    "Python": (
        """<!DOCTYPE HTML><html><body><h1>Directory listing for /pub/bank/</h1><hr><ul>
<li><a href="old/">old/</a></li><li><a href="genes.fa">genes.fa</a></li>
<li><a href="current/">current@</a></li></ul></body></html>""",
        [folder("old"), file("genes.fa"), folder("current")],
    ),
    "IIS": (  # its dates follow its country, so they are not taken
        """<html><head><title>example.org - /pub/bank/</title></head><body>
<H1>example.org - /pub/bank/</H1><hr>
<pre><A HREF="/pub/">[To Parent Directory]</A><br><br>
 1/15/2024  3:04 PM        &lt;dir&gt; <A HREF="/pub/bank/old/">old</A><br>
 1/15/2024 12:04 AM      1234567 <A HREF="/pub/bank/genes.fa">genes.fa</A><br>
12/31/2023  3:04 PM            0 <A HREF="/pub/bank/two%20words.fa">two words.fa</A><br>
</pre><hr></body></html>""",
        [folder("old"), file("genes.fa"), file("two words.fa", href="two%20words.fa")],
    ),
    "EBI": (
        """<html><head><title>Index of /pub/bank</title></head><body><h1>Index of /pub/bank</h1>
<table><tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th>
<th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><th colspan="5"><hr></th></tr>
<tr><td valign="top"><img src="/icons/back.gif" alt="[PARENTDIR]"></td>
<td><a href="/pub/">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td></tr>
<tr><td valign="top"><img src="/icons/compressed.gif" alt="[   ]"></td>
<td><a href="genes.fa.gz">genes.fa.gz</a></td><td align="right">2026-11-21 02:41  </td>
<td align="right">4.2G</td><td>&nbsp;</td></tr>
<tr><td valign="top"><img src="/icons/folder.gif" alt="[DIR]"></td>
<td><a href="release_7/">release_7/</a></td><td align="right">2026-11-21 02:41  </td>
<td align="right">  - </td><td>&nbsp;</td></tr></table></body></html>""",
        [file("genes.fa.gz", None, (2026, 11, 21, 2, 41)), folder("release_7")],
    ),
    "NCBI": (
        """<h1>Index of /pub/bank</h1><pre>Name                        Last modified    Size  <hr>\
<a href="/pub/">Parent Directory</a>                                 -   \n\
<a href="GCF_1/">GCF_1/</a>                      2026-11-21 02:41    -   \n\
<a href="genes.fa.gz">genes.fa.gz</a>                 2026-11-21 02:41  1.2M  \n\
<a href="genes.fa.gz.md5">genes.fa.gz.md5</a>             2026-11-21 02:41   52   \n\
<hr></pre><p><a href="https://example.org/policies">HHS Vulnerability Disclosure</a></p>""",
        [
            folder("GCF_1"),
            file("genes.fa.gz", None, (2026, 11, 21, 2, 41)),
            file("genes.fa.gz.md5", 52, (2026, 11, 21, 2, 41)),
        ],
    ),
    "caddy": (
        """<tr class="file"><td></td><td><a href="./old/"><svg></svg><span class="name">old/</span>
</a></td><td data-order="-1">&mdash;</td>
<td><time datetime="2026-11-21T02:41:03Z">11/21/2026 02:41:03 AM +00:00</time></td></tr>
<tr class="file"><td></td><td><a href="./a&amp;b.fa"><span class="name">a&amp;b.fa</span></a></td>
<td data-order="3000000">2.9 MiB</td>
<td><time datetime="2026-11-21T02:41:03Z">11/21/2026 02:41:03 AM +00:00</time></td></tr>""",
        [folder("old"), file("a&b.fa", 3_000_000, (2026, 11, 21, 2, 41, 3))],
    ),
    "lighttpd": (
        """<tr class="d"><td class="n"><a href="../">..</a>/</td><td class="m">&nbsp;</td></tr>
<tr><td class="n"><a href="genes.fa">genes.fa</a></td><td class="m">2026-Nov-21 02:41:37</td>
<td class="s">1.2M</td><td class="t">application/octet-stream</td></tr>""",
        [file("genes.fa", None, (2026, 11, 21, 2, 41, 37))],
    ),
    "links with whole paths": (
        """<a href="/pub/bank/a">a</a> <a href="http://example.org/pub/bank/b/">b</a>
<a href="./c">c</a> <a href="//example.org/pub/bank/d">d</a>""",
        [file("a"), folder("b"), file("c"), file("d")],
    ),
    "entities": ('<a href="a&amp;b">a&amp;b</a>', [file("a&b")]),
    "Latin-1": ("<a href='x'>\xe4</a>".encode("latin-1"), [file("x")]),
    "empty": ("", []),
    "no listing": ("<h1>Welcome</h1><p>Nothing here.", []),
    "an impossible date": ('<a href="a">a</a> 31-Feb-2026 25:61 12', [file("a")]),
    "a huge size": (
        '<a href="a">a</a> 21-Nov-2026 02:41 ' + "9" * 5000,
        [file("a", None, (2026, 11, 21, 2, 41))],
    ),
}


@pytest.mark.parametrize(("page", "rows"), PAGES.values(), ids=PAGES)
def test_a_page_is_read(page: str | bytes, rows: list[Row]) -> None:
    content = page if isinstance(page, bytes) else page.encode()
    assert read_page(content, URL) == rows


@pytest.mark.parametrize(
    "href",
    [
        "..",
        "../",
        "../other/x",
        "/etc/passwd",
        "/pub/banknote",
        "/pub/bank",
        "/pub/bank/",
        ".",
        "./",
        "",
        "#top",
        "?C=M;O=A",
        "x?C=M;O=A",
        "%2e%2e",
        "%2e%2e/",
        "%2E%2E%2Fx",
        "..%2fx",
        "a%2Fb",
        "a/b",
        "a/../../x",
        "%2fetc",
        "a%00b",
        "a%0Ab",
        "a%0d%0ab",
        "a%5Cb",
        "..\\x",
        "%ff%fe",
        "http://elsewhere.org/pub/bank/x",
        "//elsewhere.org/pub/bank/x",
        "https://example.org/pub/bank/x",
        "http://example.org:81/pub/bank/x",
        "http://example.org@elsewhere.org/pub/bank/x",
        "ftp://example.org/pub/bank/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mailto:me@example.org",
        "http://[::1/",
        "http://example.org:port/pub/bank/x",
    ],
)
def test_a_link_that_is_not_directly_below_is_no_row(href: str) -> None:
    assert read_page(f'<a href="{href}">x</a> 21-Nov-2026 02:41 12'.encode(), URL) == []


def test_a_base_that_is_encoded_otherwise_is_still_the_base() -> None:
    rows = read_page(b'<a href="/my%20bank/x">', "http://example.org/my bank/")
    assert [row.name for row in rows] == ["x"]


HREFS = st.text(st.sampled_from("ab./%2eEfF05C\\?#:@ \n\x00&;ä"), max_size=12)
BITS = st.sampled_from(
    ["<pre>", "<a href=", "</a>", "<td>", "</tr>", "21-Nov-2026 02:41", "1.2K", "12", "<!--", "&#"]
)


@given(st.lists(st.one_of(BITS, HREFS.map(lambda href: f'<a href="{href}">'), st.text(max_size=9))))
def test_any_page_gives_safe_names_each_once(bits: list[str]) -> None:
    rows = read_page(" ".join(bits).encode("utf-8", "surrogatepass"), URL)
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert str(safe_name(row.name)) == row.name
        assert "/" not in row.name
        assert "/" not in row.href


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(page: bytes) -> None:
    read_page(page, URL)
