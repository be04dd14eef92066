"""Fields to tags, faces to regions, shots to markers, and names of sidecars: without files and programs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dam.catalog.merge import FIELDS
from dam.engines.media.regions import Frame, turned
from dam.engines.media.xmp import read_xmp
from dam.metadata.regions import TRACK_NAME, frame_at, region_info, stored_box, tracks
from dam.metadata.sidecar_names import sidecar_names
from dam.metadata.tags import altered, flat, iptc_changes, is_same_value, paths, unmet, xmp_changes
from dam.types import Box, FrameRate, NamedRegion, RegionKind
from dam.types.metadata_write import Marker

EMPTY: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"keywords": [], "rating": None}
FILM = FrameRate(numerator=24000, denominator=1001)


def test_only_what_differs_is_written() -> None:
    changes = xmp_changes(EMPTY | {"title": "A", "city": "Porto"}, EMPTY | {"title": "A", "label": "Red"})
    assert changes.values == {"XMP-photoshop:City": "Porto"}
    assert changes.clear == ["XMP-xmp:Label"]


def test_paths_are_flat_in_one_list_and_whole_in_another() -> None:
    words = ["boats", "Animals|Dog", "Pets|Dog", "Animals"]
    assert flat(words) == ["boats", "Dog", "Animals"]
    assert paths(words) == ["Animals|Dog", "Pets|Dog"]


def test_a_flat_keyword_that_ends_a_path_is_not_doubled() -> None:
    packet = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
      xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Label="Red" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
      photoshop:State="Norte" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
      Iptc4xmpCore:CountryCode="pt" Iptc4xmpCore:Location="Quay">
    <dc:subject><rdf:Bag><rdf:li>dog</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>
    <lr:hierarchicalSubject><rdf:Bag><rdf:li>Animals|Dog</rdf:li><rdf:li>boats</rdf:li><rdf:li>A|B</rdf:li></rdf:Bag>
    </lr:hierarchicalSubject></rdf:Description></rdf:RDF></x:xmpmeta>"""
    said = read_xmp(packet)
    assert said.keywords == ("Animals|Dog", "boats", "A|B")
    assert (said.label, said.state, said.country_code, said.location) == ("Red", "Norte", "PT", "Quay")


def test_older_iptc_leaves_out_what_does_not_fit_and_says_so() -> None:
    changes = iptc_changes(EMPTY | {"title": "é" * 33, "creator": "Ana", "keywords": ["x" * 65, "A|boats"]})
    assert changes.values == {"IPTC:By-line": "Ana", "IPTC:Keywords": ["boats"]}
    assert "IPTC:ObjectName" in changes.clear
    assert len(changes.notes) == 2


@pytest.mark.parametrize(
    ("wanted", "found"), [("True", True), ("007", "007"), (4, "4"), (["a"], "a"), ({"X": 0.5}, {"X": "0.5"})]
)
def test_values_read_back_in_other_types_are_the_same(wanted: object, found: object) -> None:
    assert is_same_value(wanted, found)
    assert not is_same_value(wanted, "else")


def test_what_else_changed_is_told() -> None:
    before = {"XMP-crs:Exposure2012": 0.35, "System:FileSize": 10, "IFD0:StripOffsets": 8, "XMP-dc:Title": "a"}
    after = {"System:FileSize": 20, "IFD0:StripOffsets": 9, "XMP-dc:Title": "b"}
    assert altered(before, after, touched={"XMP-dc:Title"}) == ["XMP-crs:Exposure2012"]
    changes = xmp_changes(EMPTY | {"title": "c"}, EMPTY | {"label": "Red"})
    assert unmet(changes, after | {"XMP-xmp:Label": "Red"}) == ["XMP-xmp:Label", "XMP-dc:Title-x-default"]


_SHARES = some.floats(0.05, 0.4)


@given(some.integers(1, 8), _SHARES, _SHARES, _SHARES, _SHARES)
def test_every_turn_has_its_way_back(orientation: int, x: float, y: float, width: float, height: float) -> None:
    box = Box(x=x, y=y, width=width, height=height)
    back = turned(stored_box(box, orientation), orientation)
    assert (back.x, back.y, back.width, back.height) == pytest.approx((x, y, width, height))


def test_regions_of_others_stay_and_ours_follow_the_people() -> None:
    frame = Frame(width=100, height=50)
    box = Box(x=0.1, y=0.1, width=0.2, height=0.2)
    pet = {"Name": "Rex", "Type": "Pet", "Area": {"X": 0.8, "Y": 0.8, "W": 0.1, "H": 0.1}, "Extensions": {"a": 1}}
    ana = NamedRegion(name="Ana", kind=RegionKind.FACE, box=box)
    first = region_info({"RegionList": [pet]}, [ana], ours=(), frame=frame)
    assert first is not None
    assert first["RegionList"][0] == pet  # type: ignore[index]
    again = region_info(first, [ana], ours=[ana], frame=frame)
    assert again == first
    assert region_info(first, [], ours=[ana], frame=frame) == {"RegionList": [pet]}
    assert region_info({"RegionList": first["RegionList"][1:]}, [], ours=[ana], frame=frame) is None  # type: ignore[index]


@pytest.mark.parametrize(("rate", "said"), [(FILM, "f24000s1001"), (FrameRate(numerator=25, denominator=1), "f25")])
def test_shots_are_markers_counted_in_frames(rate: FrameRate, said: str) -> None:
    other = {"TrackName": "Markers", "Markers": [{"StartTime": 1}]}
    old = {"TrackName": TRACK_NAME, "Markers": []}
    end_ms = round(100 * 1000 * rate.denominator / rate.numerator)
    made = tracks([other, old], [Marker(start_ms=0, end_ms=end_ms, name="Shot 1", comment="Ana")], rate)
    assert made is not None
    assert made[0] == other
    assert made[1]["FrameRate"] == said
    assert made[1]["Markers"] == [
        {"StartTime": "0", "Duration": "100", "Name": "Shot 1", "Type": "Comment", "Comment": "Ana"}
    ]
    assert tracks([old], [], rate) is None


@given(some.integers(0, 200_000), some.sampled_from([(24000, 1001), (30000, 1001), (25, 1), (60000, 1001)]))
def test_a_frame_is_found_again_by_its_rounded_time(number: int, parts: tuple[int, int]) -> None:
    rate = FrameRate(numerator=parts[0], denominator=parts[1])
    assert frame_at(round(number * 1000 * parts[1] / parts[0]), rate) == number


def test_which_sidecar_belongs_to_which_file() -> None:
    raw, jpeg, clip = b"a.CR3", b"a.jpg", b"a.MOV"
    assert sidecar_names(raw, [raw, jpeg]).new == b"a.xmp"
    assert sidecar_names(jpeg, [raw, jpeg]).read == (b"a.jpg.xmp", b"a.jpg.XMP")
    assert sidecar_names(jpeg, [jpeg, clip]).read == (b"a.jpg.xmp", b"a.jpg.XMP", b"a.xmp", b"a.XMP")
    assert sidecar_names(jpeg, [jpeg]).new == b"a.jpg.xmp"
    assert sidecar_names(clip, [clip]).new == b"a.xmp"
    assert sidecar_names(clip, [jpeg, clip]).new == b"a.MOV.xmp"
    assert sidecar_names(b"a.png", [b"a.png", b"A.jpg"]).new == b"a.png.xmp"
    assert sidecar_names(b"no-extension").read == (b"no-extension.xmp", b"no-extension.XMP")
    assert sidecar_names(b".hidden", [b".hidden"]).new == b".hidden.xmp"
