"""Compression: answers as small as a client asks for, and questions that came compressed."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable
from typing import Any, Final, Protocol

import brotli  # type: ignore[import-untyped]
import lz4.block
import lz4.frame
from clickhouse_cityhash.cityhash import CityHash128

from dashboard.sql import RefusedError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_NOT_IMPLEMENTED: Final = 48
# zlib: the header of gzip.
_GZIP_WINDOW_BITS: Final = 31
# Fast before small: the reader is seldom far away.
_ZLIB_LEVEL: Final = 3

# Of 0 to 11: what the engine takes is 1; 4 is as fast as gzip here and a tenth smaller.
_BROTLI_QUALITY: Final = 4

# The engine's own blocks (CompressedWriteBuffer): checksum, method, sizes with these nine bytes.
_BLOCK_BYTES: Final = 1024 * 1024
_BLOCK_HEAD: Final = struct.Struct("<BII")
_CHECKSUM: Final = struct.Struct("<QQ")
_LZ4: Final = 0x82


class Compressor(Protocol):
    """Makes a compressed stream of pieces."""

    def compress(self, data: bytes) -> bytes:
        """Return what there is of the stream after a piece."""

    def flush(self) -> bytes:
        """Return the end of the stream."""


class _Plain:
    """Changes nothing."""

    def compress(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class _Lz4Frames:
    """LZ4's own frame format."""

    def __init__(self) -> None:
        self._compressor = lz4.frame.LZ4FrameCompressor()
        self._head = self._compressor.begin()

    def compress(self, data: bytes) -> bytes:
        head, self._head = self._head, b""
        return bytes(head + self._compressor.compress(data))

    def flush(self) -> bytes:
        head, self._head = self._head, b""
        return bytes(head + self._compressor.flush())


class _Brotli:
    """Brotli's stream."""

    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=_BROTLI_QUALITY)

    def compress(self, data: bytes) -> bytes:
        return bytes(self._compressor.process(data))

    def flush(self) -> bytes:
        return bytes(self._compressor.finish())


class _Unbrotli:
    """Reads a Brotli stream as the other decompressors read theirs."""

    def decompress(self, data: bytes, limit_bytes: int) -> bytes:
        return bytes(brotli.Decompressor().process(data, output_buffer_limit=limit_bytes))


class EngineBlocks:
    """The engine's own compressed blocks, which `compress=1` asks for."""

    def compress(self, data: bytes) -> bytes:
        """Return the pieces' blocks."""
        return b"".join(
            _block(data[start : start + _BLOCK_BYTES])
            for start in range(0, len(data), _BLOCK_BYTES)
        )

    def flush(self) -> bytes:
        """Return nothing: each block ends itself."""
        return b""


_ENCODINGS: Final[dict[str, Callable[[], Compressor]]] = {
    "zstd": lambda: zstd.ZstdCompressor(level=1),
    "lz4": _Lz4Frames,
    "gzip": lambda: zlib.compressobj(_ZLIB_LEVEL, wbits=_GZIP_WINDOW_BITS),
    "deflate": lambda: zlib.compressobj(_ZLIB_LEVEL),
    "br": _Brotli,
}
_NOT_WANTED: Final = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})
_DECODERS: Final[dict[str, Callable[[], Any]]] = {
    "zstd": zstd.ZstdDecompressor,
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "gzip": lambda: zlib.decompressobj(wbits=_GZIP_WINDOW_BITS),
    "deflate": zlib.decompressobj,
    "br": _Unbrotli,
}


def chosen_encoding(accepted: str) -> str:
    """Return the encoding for an Accept-Encoding header, "" for none."""
    parts = (part.replace(" ", "").lower().partition(";") for part in accepted.split(","))
    offered = {name for name, _, quality in parts if quality not in _NOT_WANTED}
    return next((name for name in _ENCODINGS if name in offered), "")


def compressor(encoding: str) -> Compressor:
    """Return what makes a stream of an encoding that `chosen_encoding` gave."""
    return _ENCODINGS[encoding]() if encoding else _Plain()


def decompressed(data: bytes, encoding: str, limit_bytes: int) -> bytes:
    """Return what came compressed, up to one byte beyond the limit; raises RefusedError."""
    if encoding in ("", "identity"):
        return data
    if encoding not in _DECODERS:
        allowed = f"there are {', '.join(_DECODERS)}"
        raise RefusedError(f"Content-Encoding {encoding[:20]}", allowed, _NOT_IMPLEMENTED)
    try:
        return bytes(_DECODERS[encoding]().decompress(data, limit_bytes + 1))
    except (zlib.error, RuntimeError, zstd.ZstdError, brotli.error, EOFError) as error:
        allowed = f"expected a body in {encoding}"
        raise RefusedError("the body cannot be read", allowed, _NOT_IMPLEMENTED) from error


def _block(data: bytes) -> bytes:
    packed = lz4.block.compress(data, store_size=False)
    body = _BLOCK_HEAD.pack(_LZ4, len(packed) + _BLOCK_HEAD.size, len(data)) + packed
    checksum = CityHash128(body)
    return bytes(_CHECKSUM.pack(checksum & (1 << 64) - 1, checksum >> 64) + body)
