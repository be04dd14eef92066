"""Range headers, whatever they hold."""

from hypothesis import given
from hypothesis import strategies as st

from search.pages.ranges import ByteRange, RangeNotSatisfiable, parse_range


@given(
    header=st.text(max_size=60) | st.from_regex(r"bytes=\d{0,5}-\d{0,5}", fullmatch=True), size=st.integers(0, 5000)
)
def test_any_header_gives_a_range_inside_the_file_or_none(header: str, size: int) -> None:
    try:
        found: ByteRange | None = parse_range(header, size=size)
    except RangeNotSatisfiable:
        return
    if found is not None:
        assert 0 <= found.first <= found.last < size
