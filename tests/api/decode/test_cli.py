import json
import subprocess
import sys
from pathlib import Path

import pytest

FRAME = (
    "##0202QN=20260310120000001;ST=22;CN=2051;PW=123456;MN=ZWKH0000000000000000A001;Flag=5;CP=&&"
    "DataTime=20260310115900;a34004-Avg=21.5,a34004-Min=19.0,a34004-Max=24.0,a34004-Flag=N;"
    "a01001-Avg=31.2,a01001-Flag=N&&8BC1"
)


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "zonewatch", "decode", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)


def test_lines_in_are_lines_out() -> None:
    done = run("hj212", given=f"{FRAME}\r\n\n  \nhex:zz\n{FRAME}\n".encode())

    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [len(each["messages"]) for each in documents] == [1, 0, 1]
    assert documents[0]["messages"][0]["readings"][0]["value"] == 21.5


def test_a_file_is_one_conversation(tmp_path: Path) -> None:
    frames = tmp_path / "frames.txt"
    frames.write_text("01030100000185f6\n0103020064b9af\n", encoding="utf-8")

    done = run("modbus_srne", str(frames))

    answer = json.loads(done.stdout.splitlines()[1])
    assert answer["messages"][0]["readings"] == [
        {"code": "0x0100", "metric": "battery_soc", "value": 100.0, "unit": "%", "quality": 1}
    ]


def test_the_clock_and_the_check_sum_can_be_told() -> None:
    done = run("hj212", "--utc-offset", "7", "--check", "annex-a", given=FRAME.encode())

    assert json.loads(done.stdout)["messages"][0]["measured_at"] == "2026-03-10T04:59:00Z"


def test_bytes_of_another_encoding_come_through() -> None:
    done = run("hj212", given="##0010清洗".encode("gbk"))

    assert json.loads(done.stdout)["pending_bytes"] == 12


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("hj212", "no-such-file"), "no-such-file: No such file"),
        (("smoke",), "invalid choice: 'smoke'"),
        (("hj212", "--utc-offset", "25"), "expected hours from -14 to 14"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], reason: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert reason in done.stderr.decode()
