"""Frames made to the rules of HJ 212-2017, with a check sum computed bit by bit."""

from tests.gateway.drivers.hj212.test_crc import bit_by_bit


def framed(segment: str | bytes, *, longer_by: int = 0, lower: bool = False) -> bytes:
    """A segment as it travels; longer_by is added to the length that is stated."""
    content = segment.encode() if isinstance(segment, str) else segment
    check = f"{bit_by_bit(content):04X}"
    told = check.lower() if lower else check
    return f"##{len(content) + longer_by:04d}".encode() + content + told.encode() + b"\r\n"


def a_segment(
    area: str = "DataTime=20260310115900;a34004-Rtd=21.5,a34004-Flag=N",
    *,
    qn: str = "20260310120000001",
    st: str = "22",
    cn: str = "2011",
    mn: str = "ZWKH0000000000000000A001",
    pw: str = "123456",
    flag: str = "Flag=5;",
) -> str:
    return f"QN={qn};ST={st};CN={cn};PW={pw};MN={mn};{flag}CP=&&{area}&&"
