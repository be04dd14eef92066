"""What a camera and a cataloguing program would have written into the demo photos: EXIF and XMP."""

from __future__ import annotations

from xml.sax.saxutils import escape

from PIL import Image

from dam.demo.photos import Photo

CREATOR = "Marta Quell"
# EXIF 2.32 tag numbers.
_IFD_EXIF, _IFD_GPS = 0x8769, 0x8825


def exif_of(photo: Photo) -> Image.Exif:
    """Camera, lens, exposure, local time with its UTC offset, and position."""
    camera, taken = photo.shoot.camera, photo.shoot.moment(photo.taken)
    stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = camera.make, camera.model, 1
    exif[0x0131], exif[0x0132] = "Afterimage demo", stamp
    exif[0x013B], exif[0x8298] = CREATOR, "CC0 1.0"
    details = exif.get_ifd(_IFD_EXIF)
    details[0x829A], details[0x829D], details[0x8827] = photo.exposure_s, camera.f_number, photo.iso
    details[0x9003], details[0x9004] = stamp, stamp
    details[0x9010], details[0x9011], details[0x9012] = (photo.shoot.offset,) * 3
    details[0x920A], details[0xA434] = camera.focal_mm, camera.lens
    details[0xA002], details[0xA003] = photo.size
    place = exif.get_ifd(_IFD_GPS)
    place[0] = b"\x02\x03\x00\x00"
    place[1], place[2] = "N" if photo.shoot.latitude >= 0 else "S", _degrees(photo.shoot.latitude)
    place[3], place[4] = "E" if photo.shoot.longitude >= 0 else "W", _degrees(photo.shoot.longitude)
    return exif


def xmp_of(photo: Photo) -> bytes | None:
    """Title, description, keywords, rating and creator as an XMP packet; None for a photo nobody catalogued."""
    if not photo.title:
        return None
    parts = [_localised("dc:title", photo.title)]
    if photo.description:
        parts.append(_localised("dc:description", photo.description))
    if photo.keywords:
        words = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in photo.keywords)
        parts.append(f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>")
    parts.append(f"<dc:creator><rdf:Seq><rdf:li>{escape(CREATOR)}</rdf:li></rdf:Seq></dc:creator>")
    if photo.rating:
        parts.append(f"<xmp:Rating>{photo.rating}</xmp:Rating>")
    return _PACKET.format(body="\n   ".join(parts)).encode()


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = (abs(value) % 1) * 60
    return (float(int(abs(value))), float(int(minutes)), round((minutes % 1) * 60, 2))


def _localised(tag: str, text: str) -> str:
    return f'<{tag}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></{tag}>'


_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   {body}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
