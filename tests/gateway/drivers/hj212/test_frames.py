import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.frames import Found, Frame, FrameReader, Reason, SetAside
from tests.gateway.drivers.hj212.frames import a_segment, framed

GOOD = a_segment()
FRAME = framed(GOOD)
WRONG = FRAME.replace(b"21.5", b"91.5")


def read(*pieces: bytes) -> tuple[list[Found], FrameReader]:
    reader = FrameReader()
    return [found for piece in pieces for found in reader.feed(piece)], reader


def segments(found: list[Found]) -> list[bytes]:
    return [each.segment for each in found if isinstance(each, Frame)]


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n", b""])
def test_a_frame_ends_its_line_in_any_way_or_not(end: bytes) -> None:
    found, reader = read((FRAME.rstrip() + end) * 2)

    assert segments(found) == [GOOD.encode()] * 2
    assert reader.discarded == 0


def test_lower_case_and_the_other_convention_are_read() -> None:
    found, _ = read(framed(GOOD, lower=True))

    assert found == [Frame(GOOD.encode(), Convention.ANNEX_A, length_ok=True)]


def test_a_length_that_counts_check_sum_and_end_needs_no_more_bytes_than_there_are() -> None:
    found, reader = read(framed(GOOD, longer_by=6))

    assert found == [Frame(GOOD.encode(), Convention.ANNEX_A, length_ok=False)]
    assert reader.pending == 0


@given(st.lists(st.integers(1, 400), max_size=12), st.booleans())
def test_it_does_not_matter_how_the_stream_is_cut(cuts: list[int], noise: bool) -> None:  # noqa: FBT001
    stream = b"\x00\xff##12" * noise + FRAME + WRONG + framed(GOOD, longer_by=6) + b"##99" + FRAME
    whole, of_whole = read(stream)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})

    pieces = [stream[a:b] for a, b in itertools.pairwise(places)]
    cut, of_cut = read(*pieces)

    assert cut == whole
    assert (of_cut.discarded, of_cut.pending) == (of_whole.discarded, of_whole.pending)


def test_byte_by_byte_is_a_way_to_cut_it() -> None:
    stream = b"#" + FRAME + WRONG + b"##00" + FRAME

    found, reader = read(*(bytes((byte,)) for byte in stream))

    assert segments(found) == [GOOD.encode()] * 2
    assert [each.reason for each in found if isinstance(each, SetAside)] == [Reason.MISMATCH]
    assert reader.discarded == 1 + len(WRONG) - 2 + 4


@pytest.mark.parametrize(
    "noise", [b"garbage", b"##", b"#", b"##12", b"###", b"##abcd", b"\xff" * 3_000, b"\r\n"]
)
def test_noise_before_a_frame_does_not_cost_the_frame(noise: bytes) -> None:
    found, reader = read(noise + FRAME)

    assert segments(found) == [GOOD.encode()]
    assert reader.discarded == len(noise.replace(b"\r\n", b""))


def test_a_torn_frame_costs_nothing_of_the_next_one() -> None:
    found, reader = read(FRAME[:120], FRAME, FRAME)

    assert segments(found) == [GOOD.encode()] * 2
    assert reader.discarded == 120


def test_a_frame_that_is_shorter_than_it_says_does_not_wait_for_others() -> None:
    found, _ = read(framed(GOOD, longer_by=300))

    assert found == [SetAside(framed(GOOD, longer_by=300)[:-2], Reason.LENGTH, length_ok=False)]


def test_a_wrong_frame_waits_for_its_end_of_line_only() -> None:
    reader = FrameReader()

    assert reader.feed(WRONG[:-2]) == []
    assert [type(each) for each in reader.feed(b"\r\n")] == [SetAside]


def test_it_can_be_judged_before() -> None:
    reader = FrameReader()
    reader.feed(WRONG[:-2])

    assert [type(each) for each in reader.settle()] == [SetAside]
    reader.feed(FRAME[:90])
    assert reader.settle() == []


def test_half_a_frame_is_forgotten_with_its_connection_and_counted() -> None:
    reader = FrameReader()
    reader.feed(FRAME[:90])

    assert reader.drop() == 90
    assert (reader.discarded, reader.pending) == (90, 0)
    assert segments(reader.feed(FRAME)) == [GOOD.encode()]


@pytest.mark.parametrize("size", [0, 1, 1_024, 1_045, 9_900])
def test_long_and_empty_segments_are_frames(size: int) -> None:
    content = b"x" * size

    assert segments(read(framed(content))[0]) == [content]


@given(st.binary(max_size=2_000))
def test_it_never_keeps_more_than_one_frame_whatever_comes(data: bytes) -> None:
    reader = FrameReader()
    for _ in range(20):
        reader.feed(data)

        assert reader.pending <= 2 * 10_021


def test_a_flood_without_an_end_is_not_kept() -> None:
    reader = FrameReader()
    for _ in range(50):
        reader.feed(b"##9999" + b"y" * 10_000)

    assert reader.pending <= 10_021
