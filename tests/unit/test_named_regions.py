"""Regions that files name: read from both tables in every spelling of RDF, turned as the picture is shown."""

import io
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dam.engines.media.metadata import merge
from dam.engines.media.regions import MAX_REGIONS, Frame, turned
from dam.engines.media.wire import from_wire, to_wire
from dam.engines.media.xmp import read_xmp
from dam.types import Box, MediaMetadata, NamedRegion, RegionKind
from tests.media_files import close, prepare_here

_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" '
    'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" '
    'xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
)


def _packet(inside: str) -> bytes:
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {_SPACES}><rdf:Description rdf:about="">{inside}'
    return f"{text}</rdf:Description></rdf:RDF></x:xmpmeta>".encode()


def _region(name: str = "Ana", *, kind: str = "Face", **area: Any) -> str:
    values = {"x": 0.25, "y": 0.5, "w": 0.1, "h": 0.2, "unit": "normalized"} | area
    attributes = " ".join(f"stArea:{key}={quoteattr(str(value))}" for key, value in values.items())
    return (
        f'<rdf:li><rdf:Description mwg-rs:Name={quoteattr(name)} mwg-rs:Type="{kind}">'
        f"<mwg-rs:Area {attributes}/></rdf:Description></rdf:li>"
    )


def _table(*regions: str, size: tuple[object, object] | None = (400, 300)) -> bytes:
    applied = f'<mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}"/>' if size else ""
    bag = f"<mwg-rs:RegionList><rdf:Bag>{''.join(regions)}</rdf:Bag></mwg-rs:RegionList>"
    return _packet(f"<mwg-rs:Regions><rdf:Description>{applied}{bag}</rdf:Description></mwg-rs:Regions>")


def _people(*people: tuple[str, str]) -> str:
    items = "".join(
        f"<rdf:li><rdf:Description MPReg:PersonDisplayName={quoteattr(name)}"
        f" MPReg:Rectangle={quoteattr(box)}/></rdf:li>"
        for name, box in people
    )
    bag = f"<MPRI:Regions><rdf:Bag>{items}</rdf:Bag></MPRI:Regions>"
    return f'<MP:RegionInfo rdf:parseType="Resource">{bag}</MP:RegionInfo>'


def _box(region: NamedRegion) -> tuple[float, ...]:
    box = region.box
    return tuple(round(value, 6) for value in (box.x, box.y, box.width, box.height))


LANDSCAPE = Frame(width=400, height=300)


def test_a_region_is_given_by_its_centre() -> None:
    (region,) = read_xmp(_table(_region()), LANDSCAPE).regions
    assert (region.name, region.kind, _box(region)) == ("Ana", RegionKind.FACE, (0.2, 0.4, 0.1, 0.2))


def test_names_may_stand_as_elements_and_structures_as_resources() -> None:
    packet = _packet(
        """<mwg-rs:Regions rdf:parseType="Resource">
             <mwg-rs:AppliedToDimensions rdf:parseType="Resource">
               <stDim:w>400</stDim:w><stDim:h>300</stDim:h><stDim:unit>pixel</stDim:unit>
             </mwg-rs:AppliedToDimensions>
             <mwg-rs:RegionList><rdf:Seq>
               <rdf:li rdf:parseType="Resource">
                 <mwg-rs:Name>Rex &amp; Co</mwg-rs:Name><mwg-rs:Type>Pet</mwg-rs:Type>
                 <mwg-rs:Area rdf:parseType="Resource">
                   <stArea:x>0.25</stArea:x><stArea:y>0.5</stArea:y><stArea:w>0.1</stArea:w><stArea:h>0.2</stArea:h>
                   <stArea:unit>normalized</stArea:unit>
                 </mwg-rs:Area>
               </rdf:li>
               <rdf:li mwg-rs:Name="Bo" mwg-rs:Type="Face">
                 <mwg-rs:Area>
                   <rdf:Description stArea:x="0.5" stArea:y="0.5" stArea:w="0.2" stArea:h="0.2"/>
                 </mwg-rs:Area>
               </rdf:li>
             </rdf:Seq></mwg-rs:RegionList>
           </mwg-rs:Regions>"""
    )
    first, second = read_xmp(packet, LANDSCAPE).regions
    assert (first.name, first.kind, _box(first)) == ("Rex & Co", RegionKind.PET, (0.2, 0.4, 0.1, 0.2))
    assert (second.name, second.kind, _box(second)) == ("Bo", RegionKind.FACE, (0.4, 0.4, 0.2, 0.2))


def test_people_of_microsoft_are_given_by_their_upper_left_corner() -> None:
    (region,) = read_xmp(_packet(_people(("Ana", "0.2, 0.4, 0.1, 0.2"))), LANDSCAPE).regions
    assert (region.name, region.kind, _box(region)) == ("Ana", RegionKind.FACE, (0.2, 0.4, 0.1, 0.2))


def test_people_in_both_tables_are_named_once() -> None:
    people = _people(("ANA", "0.21, 0.41, 0.1, 0.2"), ("Bo", "0.6, 0.4, 0.1, 0.2"), ("Ana", "0.8, 0.1, 0.1, 0.1"))
    packet = _table(_region()).replace(b"</mwg-rs:Regions>", b"</mwg-rs:Regions>" + people.encode())
    assert [(each.name, each.box.x) for each in read_xmp(packet, LANDSCAPE).regions] == [
        ("Ana", 0.2),
        ("Bo", 0.6),
        ("Ana", 0.8),  # elsewhere in the picture: a mirror, or a namesake
    ]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("table", ["working group", "microsoft"])
@pytest.mark.parametrize("format_name", ["JPEG", "TIFF", "HEIF", "PNG", "WEBP"])
def test_regions_lie_where_the_upright_picture_shows_what_they_name(
    orientation: int, table: str, format_name: str, tmp_path: Path
) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    stored = Image.new("RGB", (400, 300), (118, 120, 122))
    stored.paste((210, 30, 30), (80, 120, 120, 180))  # a face at 0.2, 0.4 of 0.1 × 0.2
    exif = Image.Exif()
    exif[0x0112] = orientation
    named = _table(_region()) if table == "working group" else _packet(_people(("Ana", "0.2,0.4,0.1,0.2")))
    path = tmp_path / f"picture.{format_name.lower()}"
    more: dict[str, object] = {"xmp": named}
    if format_name == "TIFF":
        more = {"tiffinfo": {700: named, 0x0112: orientation}}  # the XMP packet's own tag
    elif format_name == "PNG":
        info = _png_text(named)
        more = {"pnginfo": info}
    stored.save(path, format_name, **({} if format_name == "TIFF" else {"exif": exif.tobytes()}), **more)

    prepared = prepare_here(path, tmp_path / "out")
    (region,) = prepared.probe.metadata.regions
    thumb = Image.open(prepared.units[0].renditions[0].path)
    box = region.box
    sides = (box.width * thumb.width, box.height * thumb.height)
    assert close(sides, (60, 40) if orientation >= 5 else (40, 60), 1.5)
    x, y = box.centre
    middle = (round(x * thumb.width), round(y * thumb.height))
    assert close(thumb.getpixel(middle), (210, 30, 30), 30)  # type: ignore[arg-type]  # an RGB pixel
    across, down = sides[0] / 2 + 8, sides[1] / 2 + 8
    for dx, dy in ((-across, 0), (across, 0), (0, -down), (0, down)):
        beside = thumb.getpixel((round(middle[0] + dx), round(middle[1] + dy)))
        assert close(beside, (118, 120, 122), 30)  # type: ignore[arg-type]  # as above


def _png_text(packet: bytes) -> object:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    return info


def test_turning_is_undone_by_turning_back() -> None:
    box = Box(x=0.1, y=0.2, width=0.3, height=0.4)
    for orientation, back in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)):
        again = turned(turned(box, orientation), back)
        assert again.overlap(box) == pytest.approx(1.0)


def test_a_table_measured_on_the_upright_picture_is_not_turned_again() -> None:
    portrait = Frame(width=300, height=400, orientation=6)  # stored as 400 × 300
    (stored,) = read_xmp(_table(_region(), size=(400, 300)), portrait).regions
    assert _box(stored) == (0.4, 0.2, 0.2, 0.1)
    (upright,) = read_xmp(_table(_region(), size=(300, 400)), portrait).regions
    assert _box(upright) == (0.2, 0.4, 0.1, 0.2)


def test_regions_of_a_picture_that_was_cropped_since_are_left_out() -> None:
    assert read_xmp(_table(_region(), size=(400, 400)), LANDSCAPE).regions == ()
    assert len(read_xmp(_table(_region(), size=(4000, 3008)), LANDSCAPE).regions) == 1  # scaled, nothing more
    assert len(read_xmp(_table(_region(), size=None), LANDSCAPE).regions) == 1


def test_circles_are_squares_around_them_and_points_have_no_extent() -> None:
    circle = _region().replace('stArea:w="0.1" stArea:h="0.2"', 'stArea:d="0.2"')
    (region,) = read_xmp(_table(circle), LANDSCAPE).regions  # 60 px of 400 × 300
    assert _box(region) == (0.175, 0.4, 0.15, 0.2)
    point = _region().replace('stArea:w="0.1" stArea:h="0.2"', "")
    assert read_xmp(_table(point), LANDSCAPE).regions == ()


def test_a_region_over_the_edge_keeps_its_part_in_the_picture() -> None:
    (region,) = read_xmp(_table(_region(x=0.02, y=0.5, w=0.1)), LANDSCAPE).regions
    assert _box(region) == (0.0, 0.4, 0.07, 0.2)


@pytest.mark.parametrize(
    "area",
    [
        {"x": "nan"},
        {"y": "inf"},
        {"w": -0.1},
        {"h": 0},
        {"x": 1.2},
        {"x": -0.2},
        {"w": "1e300"},
        {"h": "many"},
        {"x": ""},
        {"x": 100, "unit": "pixel"},
    ],
)
def test_impossible_areas_are_left_out_and_the_others_kept(area: dict[str, Any]) -> None:
    found = read_xmp(_table(_region("Bad", **area), _region("Good")), LANDSCAPE).regions
    assert [region.name for region in found] == ["Good"]


@pytest.mark.parametrize("box", ["0.1,0.1,0.1", "0.1,0.1,nan,0.1", "0.1,0.1,-0.1,0.1", "2,2,0.1,0.1", "", "a,b,c,d"])
def test_impossible_rectangles_are_left_out(box: str) -> None:
    packet = _packet(_people(("Bad", box), ("Good", "0.1,0.1,0.2,0.2")))
    assert [region.name for region in read_xmp(packet, LANDSCAPE).regions] == ["Good"]


@pytest.mark.parametrize("size", [("nan", "nan"), (0, 0), (-4, -3), ("1e-300", "1e300"), ("1e400", 1)])
def test_an_impossible_size_of_the_table_says_nothing(size: tuple[object, object]) -> None:
    assert len(read_xmp(_table(_region(), size=size), LANDSCAPE).regions) == 1


def test_regions_without_a_name_are_not_named_regions() -> None:
    assert read_xmp(_table(_region(""), _region(" \t")), LANDSCAPE).regions == ()


def test_kinds_that_are_not_known_are_other_kinds() -> None:
    kinds = [_region(name, kind=name) for name in ("face", "PET", "Focus", "BarCode")]
    assert [region.kind for region in read_xmp(_table(*kinds), LANDSCAPE).regions] == [
        RegionKind.FACE,
        RegionKind.PET,
        RegionKind.OTHER,
        RegionKind.OTHER,
    ]


def test_names_are_cleaned_and_bounded_and_so_is_their_number() -> None:
    (region,) = read_xmp(_table(_region("A" * 5000)), LANDSCAPE).regions
    assert region.name == "A" * 200
    crowd = [_region(f"P{number}") for number in range(3000)]
    assert len(read_xmp(_table(*crowd), LANDSCAPE).regions) == MAX_REGIONS


def test_what_is_said_of_a_region_is_not_said_of_the_picture() -> None:
    noted = _region().replace("<mwg-rs:Area", "<dc:description>her good side</dc:description><mwg-rs:Area")
    found = read_xmp(_table(noted), LANDSCAPE)
    assert (len(found.regions), found.description) == (1, "")


def test_regions_survive_the_merging_of_voices_and_the_wire() -> None:
    said = merge([read_xmp(_table(_region()), LANDSCAPE), MediaMetadata(title="x")], mtime_ns=0)
    assert [region.name for region in said.regions] == ["Ana"]
    assert from_wire(MediaMetadata, to_wire(said)) == said


@settings(max_examples=100)
@given(st.lists(st.text(max_size=12), min_size=5, max_size=5), st.integers(1, 8))
def test_any_words_in_the_place_of_numbers_do_no_harm(words: list[str], orientation: int) -> None:
    clean = ["".join(each for each in word if each.isprintable() and ord(each) < 0xD800) for word in words]
    x, y, w, h, name = clean
    packet = _table(_region(name, x=x, y=y, w=w, h=h), size=(x and "4", "3"))
    fromstring(packet)  # it is XML: nothing was refused for that
    frame = Frame(width=400, height=300, orientation=orientation)
    for region in read_xmp(packet, frame).regions:
        assert 0 <= region.box.x <= region.box.x + region.box.width <= 1 + 1e-9
        assert 0 <= region.box.y <= region.box.y + region.box.height <= 1 + 1e-9


def test_a_jpeg_keeps_its_other_words_beside_its_regions(tmp_path: Path) -> None:
    packet = _table(_region()).replace(b'rdf:about=""', b'rdf:about="" dc:title="Feast"', 1)
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300)).save(buffer, "JPEG", xmp=packet)
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue())
    found = prepare_here(tmp_path / "a.jpg", tmp_path / "out").probe.metadata
    assert (found.title, found.regions[0].name) == ("Feast", "Ana")
