"""How a rendition stands inside other answers: what it is, and where its bytes are."""

from django.urls import reverse
from ninja import Schema
from pydantic import Field

from dam.catalog.readers.browse import Picture


class PictureOut(Schema):
    """A derived picture; `GET url` gives its bytes."""

    id: int
    url: str
    width: int = Field(description="In pixels; of a strip, of all its frames together.")
    height: int
    frames: int = Field(description="Frames side by side; 1 but for strips.")
    colour: str = Field(description="Its mean colour as #rrggbb, or “”.")


def picture_out(picture: Picture | None) -> PictureOut | None:
    """Return a picture as it stands in answers."""
    if picture is None:
        return None
    return PictureOut(
        id=picture.id,
        url=bytes_url(picture.id),
        width=picture.width,
        height=picture.height,
        frames=picture.frames,
        colour=picture.colour,
    )


def bytes_url(rendition_id: int) -> str:
    """Return where the bytes of a rendition are."""
    return reverse("api:rendition_bytes", args=[rendition_id])
