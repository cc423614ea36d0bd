"""How long a text is as an SMS, and where it may be cut. Lengths by 3GPP TS 23.038, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notices.sms import beginnings, clusters, fits, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),  # the two septets of a sign stay together
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ក" * 70, 1),
        ("ລ" * 71, 2),
        ("灯" * 134, 2),
        ("灯" * 135, 3),
        ("灯" * 66 + "𠀀" + "灯" * 66, 3),  # 133 units before, but the pair is not split
        ("灯" * 66 + "𠀀" + "灯" * 65, 2),
    ],
)
def test_a_text_takes_as_many_segments_as_the_standard_says(text: str, expected: int) -> None:
    assert segments(text) == expected
    assert fits(text) == (expected <= 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ផ្លូវ", ["ផ្លូ", "វ"]),  # p with l stacked below, and a vowel below both
        ("ភ្លើង", ["ភ្លើ", "ង"]),
        ("ขึ้น", ["ขึ้", "น"]),
        ("ໄຟ", ["ໄຟ"]),  # the vowel is written first and spoken last
        ("ບໍ່ມີ", ["ບໍ່", "ມີ"]),
        ("ນ້ຳ", ["ນ້ຳ"]),
        ("เขา", ["เขา"]),
        ("路灯", ["路", "灯"]),
        ("Ma\u0301he", ["M", "a\u0301", "h", "e"]),
    ],
)
def test_a_letter_keeps_its_marks(text: str, expected: list[str]) -> None:
    assert list(clusters(text)) == expected


@given(st.text())
def test_clusters_are_the_text_and_beginnings_end_between_them(text: str) -> None:
    parts = list(clusters(text))

    assert "".join(parts) == text
    assert beginnings(text) == ["".join(parts[:end]) for end in range(len(parts), -1, -1)]
