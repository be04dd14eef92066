"""What the models find in a picture: faces, things, written lines, each with the box in which it stands."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle as shares (0..1) of a picture as displayed: `x`, `y` is its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """The share of the picture that it covers."""
        return self.width * self.height

    def overlap(self, other: "Box") -> float:
        """Return intersection over union, 0..1."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if wide <= 0 or high <= 0:
            return 0.0
        shared = wide * high
        return shared / (self.area + other.area - shared)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The point in its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def clipped(self) -> "Box":
        """Return the part that lies in the picture."""
        left, top = min(max(self.x, 0.0), 1.0), min(max(self.y, 0.0), 1.0)
        right, bottom = min(max(self.x + self.width, left), 1.0), min(max(self.y + self.height, top), 1.0)
        return Box(x=left, y=top, width=right - left, height=bottom - top)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFace:
    """A face in one picture: `vector` (d,) float32 of length 1; `certainty` that it is a face and `quality`
    (sharp, large, frontal: how far the vector can be trusted) in 0..1.
    """

    box: Box
    certainty: float
    quality: float
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundObject:
    """A thing in one picture; `label` in the detector's own words, lower case ("traffic light")."""

    label: str
    certainty: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundText:
    """A line of writing in one picture."""

    text: str
    certainty: float
    box: Box


class RegionKind(StrEnum):
    """What a file says that a region shows (MWG "mwg-rs:Type")."""

    FACE = "face"
    PET = "pet"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRegion:
    """A region that the file itself names (MWG regions, Microsoft People), of the picture as displayed."""

    name: str
    kind: RegionKind
    box: Box


class FaceSource(StrEnum):
    """Who said whose face it is; a model never changes what a person or a file said."""

    MODEL = "model"
    PERSON = "person"
    FILE = "file"


class TagKind(StrEnum):
    """What a tag is found by: pictures, sounds, or a classifier that the user taught."""

    PICTURE = "picture"
    SOUND = "sound"
    TAUGHT = "taught"


class Motion(StrEnum):
    """How the camera moves in a shot."""

    STILL = "still"
    PAN = "pan"
    SHAKY = "shaky"
    MOVING = "moving"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourShare:
    """A dominant colour: its name in plain words, CIE L*a*b* (D65), and the share of the picture, 0..1."""

    name: str
    lightness: float
    a: float
    b: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLook:
    """What can be measured in a picture. All but the hash in 0..1.

    `brightness` is the mean L*, `contrast` its spread, `saturation` the mean chroma, `sharpness` how crisp the
    sharpest part is. `phash` is a 64-bit perceptual hash in 16 hexadecimal digits.
    """

    brightness: float
    contrast: float
    saturation: float
    sharpness: float
    monochrome: bool
    phash: str
    colours: tuple[ColourShare, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPlace:
    """The inhabited place nearest to a coordinate; `region` is the state or province; names in English."""

    city: str
    region: str
    country: str
    country_code: str
    distance_km: float
