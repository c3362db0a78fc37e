"""Where a client connects to, and how."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union
from urllib.parse import urlsplit

import grpc

from ._times import seconds_of
from ._version import __version__
from ._write import refuse
from .policy import Seconds

DEFAULT_MESSAGE_BYTES = 4 * 1024 * 1024
"""What the answers of a server stay under."""

Pem = Union[str, "os.PathLike[str]", bytes]
"""A PEM file by its path, or its content as bytes."""


@dataclass(frozen=True)
class Tls:
    """TLS with certificates of one's own."""

    ca: Optional[Pem] = None
    """Authorities to trust; gRPC's own list when None."""
    cert: Optional[Pem] = None
    """The client's certificate, with `key`."""
    key: Optional[Pem] = None


@dataclass(frozen=True)
class Settings:
    """What a channel is made of."""

    target: str
    credentials: Optional[grpc.ChannelCredentials]
    """None for plaintext."""
    metadata: tuple[tuple[str, str], ...]
    """Goes with every call."""
    deadline: Optional[float]
    """Of every call that has none of its own, in seconds."""
    options: tuple[tuple[str, Union[str, int]], ...]


def settings_of(
    address: Optional[str],
    api_key: Optional[str],
    tls: Union[bool, Tls, None],
    deadline: Optional[Seconds],
    max_message_bytes: int,
) -> Settings:
    """Reads what a client was given; what is None comes from the environment."""
    if address is None:
        address = os.environ.get("ISOL8_ADDRESS") or "127.0.0.1:50051"
    if api_key is None:
        api_key = os.environ.get("ISOL8_API_KEY", "")
    # What is not visible ASCII would be refused by gRPC, without a word of which field.
    if not isinstance(api_key, str) or not re.fullmatch(r"[\x21-\x7e]*", api_key):
        raise refuse("api_key", "must be visible ASCII characters: see for blanks and line ends")
    if not isinstance(address, str):
        raise refuse("address", f"must be a string, not {type(address).__name__}")
    if not isinstance(max_message_bytes, int) or max_message_bytes <= 0:
        raise refuse("max_message_bytes", "must be a whole number above 0")
    if tls is not None and not isinstance(tls, (bool, Tls)):
        raise refuse("tls", f"must be True, False or a Tls, not {type(tls).__name__}")
    target, secure = _target_of(address, tls)
    return Settings(
        target=target,
        credentials=_credentials_of(tls) if secure else None,
        metadata=(("authorization", f"Bearer {api_key}"),) if api_key else (),
        deadline=deadline_of(deadline, None),
        options=_options(max_message_bytes),
    )


def deadline_of(deadline: Optional[Seconds], default: Optional[float]) -> Optional[float]:
    """Reads the deadline of a call, in seconds; None for no limit."""
    if deadline is None:
        return default
    try:
        seconds = seconds_of(deadline)
    except ValueError as error:
        raise refuse("deadline", str(error)) from None
    if seconds <= 0:
        raise refuse("deadline", "must be above 0")
    return seconds


def _target_of(address: str, tls: Union[bool, Tls, None]) -> tuple[str, bool]:
    if address.startswith("unix:"):
        if not re.match(r"unix:(//)?/.", address):
            raise refuse("address", f"{address!r} has no absolute path: unix:/run/isol8.sock, say")
        return address, bool(tls)
    secure = bool(tls)
    rest = address
    if "://" in address:
        url = urlsplit(address)
        if url.scheme not in ("http", "https"):
            raise refuse("address", f"starts with {url.scheme}://: use http:// or https://")
        if url.path not in ("", "/") or url.query or url.fragment or "@" in url.netloc:
            raise refuse("address", "has more than a host and a port: leave the rest out")
        if url.scheme == "http" and tls:
            raise refuse("address", "is http://, and tls is set: use https://")
        if url.scheme == "https" and tls is False:
            raise refuse("address", "is https://, and tls is False: use http://")
        secure = url.scheme == "https"
        rest = url.netloc
        if not re.search(r":\d+$", rest):
            rest += ":443" if secure else ":80"
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.%\w]+\]|[^\s\0:/\[\]\ud800-\udfff]+):(\d{1,5})", rest)
    if match is None or not 0 < int(match[2]) < 65536:
        raise refuse(
            "address", f"{address!r} must be host:port, unix:/path, or a URL (127.0.0.1:50051, say)"
        )
    return rest, secure


def _credentials_of(tls: Union[bool, Tls, None]) -> grpc.ChannelCredentials:
    own = tls if isinstance(tls, Tls) else Tls()
    if (own.cert is None) != (own.key is None):
        raise refuse("tls", "cert and key belong together: give both, or none")
    return grpc.ssl_channel_credentials(
        root_certificates=_pem(own.ca, "tls.ca"),
        private_key=_pem(own.key, "tls.key"),
        certificate_chain=_pem(own.cert, "tls.cert"),
    )


def _pem(pem: Optional[Pem], field: str) -> Optional[bytes]:
    if pem is None:
        return None
    try:
        content = pem if isinstance(pem, bytes) else Path(pem).read_bytes()
    except OSError as error:
        raise refuse(field, f"cannot be read: {error}") from None
    if b"-----BEGIN " not in content:
        raise refuse(field, "is no PEM: it must have a line -----BEGIN …-----")
    return content


def _options(max_message_bytes: int) -> tuple[tuple[str, Union[str, int]], ...]:
    options: list[tuple[str, Union[str, int]]] = [
        ("grpc.primary_user_agent", f"isol8-python/{__version__}"),
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", -1),
        # Nobody but the caller sends code a second time.
        ("grpc.enable_retries", 0),
        ("grpc.service_config_disable_resolution", 1),
        # A connection of its own: closing one client, or breaking it, is not felt by another.
        ("grpc.use_local_subchannel_pool", 1),
        # A peer that is gone without a word is noticed, in a silent call too; as the server does.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        # A server that came back is found at the next call, not after two minutes.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 10_000),
        ("grpc.max_reconnect_backoff_ms", 1_000),
    ]
    return tuple(options)
