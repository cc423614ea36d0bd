"""Tell what captured frames say: a frame a line in, a JSON document a line out.

A line is the text of a frame, or hex:, or hex; lines are one conversation. hj212: also streams of
bytes, cut anywhere. modbus_srne: RTU frames, a response after its request. chirpstack: events of
uplinks as JSON.
"""

import argparse
import json
import sys
from datetime import timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from gateway.decoding.document import Conversation

PROTOCOLS: Final = ("hj212", "modbus_srne", "chirpstack")
_CHECKS: Final = ("annex-a", "modbus")
_MOST_HOURS: Final = 14.0


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch decode", description=__doc__)
    parser.add_argument("protocol", choices=PROTOCOLS, metavar="PROTOCOL", help=" ".join(PROTOCOLS))
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- for standard input")
    parser.add_argument(
        "--utc-offset",
        type=_hours,
        default=8.0,
        metavar="HOURS",
        help="hj212: how far the device's clock is ahead of UTC (default 8, Beijing time)",
    )
    parser.add_argument(
        "--check",
        choices=_CHECKS,
        default=_CHECKS[0],
        help="hj212: the check sum that is right (default annex-a)",
    )
    args = parser.parse_args(argv)
    try:
        with _opened(args.file) as lines:
            _decode(lines, _conversation(args))
    except OSError as error:
        sys.stderr.write(f"zonewatch decode: {args.file}: {error.strerror}\n")
        return 2
    return 0


def _hours(text: str) -> float:
    hours = float(text)
    if not -_MOST_HOURS <= hours <= _MOST_HOURS:
        raise argparse.ArgumentTypeError("expected hours from -14 to 14")
    return hours


def _opened(name: str) -> TextIO:
    """Return the lines to read; bytes that are no UTF-8 are carried along as they are."""
    if name == "-":
        return TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="surrogateescape")
    return Path(name).open(encoding="utf-8", errors="surrogateescape")


def _conversation(args: argparse.Namespace) -> "Conversation":
    if args.protocol == "hj212":
        from gateway.decoding.hj212 import Hj212Conversation
        from gateway.drivers.hj212.crc import Convention

        offset = timedelta(hours=args.utc_offset)
        return Hj212Conversation(offset=offset, check=Convention(args.check))
    if args.protocol == "chirpstack":
        from api.decode.chirpstack import ChirpstackConversation
        from ingest.chirpstack.codec_files import shipped_codecs

        return ChirpstackConversation(shipped_codecs())
    from gateway.decoding.modbus import ModbusConversation
    from gateway.profile_file import load_profiles

    return ModbusConversation(load_profiles()["srne_streetlight"], edition="V3.9")


def _decode(lines: TextIO, conversation: "Conversation") -> None:
    for line in lines:
        text = line.strip("\r\n")
        if text.strip():
            print(json.dumps(conversation.line(text), ensure_ascii=False, allow_nan=False))
