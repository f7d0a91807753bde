"""
Uploads over the web: pieces of a file, and forms that bring files along.

What comes is handed on to the disk as it comes, a megabyte at a time, so a file of any size takes
no more memory than that. Whether so much may come is seen to while it comes
(:mod:`holdfast.app.plots.receiving`).
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from holdfast.app.container import Container
from holdfast.app.plots.receiving import Receiving, complete, receiving
from holdfast.app.plots.uploads import Upload, begin_upload, remove_upload, upload
from holdfast.errors import UsageError
from holdfast.web.problems import Refused

BLOCK = 1 << 20  #: bytes written at a time
MOST_FIELDS = 1000  #: of a form
MOST_WORDS = 20 << 20  #: bytes of all fields of a form that are no files
MULTIPART, FORM = b"multipart/form-data", b"application/x-www-form-urlencoded"


async def take_piece(request: Request, container: Container, word: str, offset: int) -> Upload:
    """Take the body of a request as the piece of an upload that begins at `offset`.

    An upload of which all has come that was said is whole then. Of a connection that breaks, what
    came counts.
    """
    with ExitStack() as stack:
        file = await run_in_threadpool(
            lambda: stack.enter_context(receiving(container, word, offset))
        )
        try:
            async for block in _blocks(request.stream()):
                await run_in_threadpool(file.write, block)
        except ClientDisconnect:
            pass
    found = await run_in_threadpool(upload, container, word)
    if found.size is not None and found.received == found.size:
        found = await run_in_threadpool(complete, container, word)
    return found


async def _blocks(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What comes, in blocks that are worth a write; what came before a break, too."""
    held = bytearray()
    try:
        async for piece in stream:
            held += piece
            if len(held) >= BLOCK:
                yield bytes(held)
                held.clear()
    except ClientDisconnect:
        if held:
            yield bytes(held)
        raise
    if held:
        yield bytes(held)


# -- forms -----------------------------------------------------------------------------------------


@dataclass
class Form:
    """What a form brought."""

    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field, without blanks around it."""
        return (self.values.get(name) or [default])[-1].strip()

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self.values.get(name, [])

    def given(self, name: str) -> str:
        """What a field names: a file that came with it, one that was sent before, or its words."""
        sent = self.files.get(f"{name}_file")
        return sent[-1].given if sent else self.get(f"{name}_upload") or self.get(name)


async def form_sent(request: Request, container: Container) -> Form:
    """The fields of a form, and the files that came along, which are uploads then.

    Raises
    ------
    Refused
        It is no form, or a broken one, or it is too long.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == FORM:
        return await _plain_form(request)
    if kind == MULTIPART and options.get(b"boundary"):
        return await _Parts(container, options[b"boundary"]).read(request)
    raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "this takes a form")


async def _plain_form(request: Request) -> Form:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_WORDS:
            raise _too_long()
    form = Form()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:  # too many, or no UTF-8
        raise Refused(HTTPStatus.BAD_REQUEST, "this form cannot be read") from error
    for name, value in pairs:
        form.values.setdefault(name, []).append(value)
    return form


def _too_long() -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "this form is too long")


class _Parts:
    """Reads a form in parts: files go to the disk as they come, words are kept."""

    def __init__(self, container: Container, boundary: bytes) -> None:
        self._container = container
        self._form = Form()
        self._events: list[tuple[str, bytes]] = []
        self._headers: dict[str, bytes] = {}
        self._header = (b"", b"")
        self._words: bytearray | None = None
        self._size = 0
        self._name = ""
        self._file: Receiving | None = None
        self._upload: Upload | None = None
        self._stack = ExitStack()
        self._held = bytearray()
        self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]  # a typed dictionary, which has no name here

    async def read(self, request: Request) -> Form:
        """The form, all of it."""
        try:
            async for piece in request.stream():
                self._parser.write(piece)
                await self._take()
            self._parser.finalize()
            await self._take()
        except FormParserError as error:
            await run_in_threadpool(self._give_up)
            raise Refused(HTTPStatus.BAD_REQUEST, "this form is broken; send it again") from error
        except BaseException:
            await run_in_threadpool(self._give_up)
            raise
        return self._form

    def _callbacks(self) -> dict[str, object]:
        """The parser tells what it sees while it is in one thread; what follows is done after."""

        def note(name: str) -> object:
            return lambda: self._events.append((name, b""))

        def data(name: str) -> object:
            return lambda content, start, end: self._events.append((name, content[start:end]))

        return {
            "on_part_begin": note("begin"),
            "on_part_data": data("data"),
            "on_part_end": note("end"),
            "on_header_field": data("field"),
            "on_header_value": data("value"),
            "on_header_end": note("header"),
            "on_headers_finished": note("headers"),
        }

    async def _take(self) -> None:
        events, self._events = self._events, []
        for name, content in events:
            if name == "data":
                await self._data(content)
            elif name == "headers":
                await run_in_threadpool(self._begin)
            elif name == "end":
                await run_in_threadpool(self._end)
            else:
                self._note(name, content)

    def _note(self, name: str, content: bytes) -> None:
        if name == "begin":
            self._headers, self._header = {}, (b"", b"")
        elif name == "field":
            self._header = (self._header[0] + content, self._header[1])
        elif name == "value":
            self._header = (self._header[0], self._header[1] + content)
        else:
            field_name, value = self._header
            self._headers[field_name.decode("latin-1").lower()] = value
            self._header = (b"", b"")
        if len(self._headers) > 20 or sum(map(len, self._header)) > 10_000:
            raise _too_long()

    def _begin(self) -> None:
        """The headers of a part are read: it is a file, or a field."""
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._name = options.get(b"name", b"").decode(errors="replace")
        file_name = options.get(b"filename", b"").decode(errors="replace")
        if file_name:
            self._upload = begin_upload(self._container, file_name)
            self._file = self._stack.enter_context(receiving(self._container, self._upload.id, 0))
        elif b"filename" not in options:
            self._words = bytearray()
            if len(self._form.values) >= MOST_FIELDS:
                raise _too_long()

    async def _data(self, content: bytes) -> None:
        if self._words is not None:
            self._size += len(content)
            if self._size > MOST_WORDS:
                raise _too_long()
            self._words += content
        elif self._file is not None:
            self._held += content
            if len(self._held) >= BLOCK:
                await run_in_threadpool(self._write)

    def _write(self) -> None:
        assert self._file is not None
        self._file.write(bytes(self._held))
        self._held.clear()

    def _end(self) -> None:
        """A part is over."""
        if self._words is not None:
            words = self._words.decode(errors="replace")
            self._form.values.setdefault(self._name, []).append(words)
            self._words = None
        elif self._file is not None and self._upload is not None:
            self._write()
            self._file = None
            self._stack.close()
            whole = complete(self._container, self._upload.id)
            self._form.files.setdefault(self._name, []).append(whole)
            self._upload = None

    def _give_up(self) -> None:
        """Keep nothing of a file that did not come whole."""
        self._stack.close()
        if self._upload is not None:
            try:
                remove_upload(self._container, self._upload.id)
            except UsageError:
                return
