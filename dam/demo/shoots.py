"""The photographer's trips behind the demo library: where, when and with which camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Make, model and lens as cameras write them; ``focal_mm`` is the lens's usual setting here."""

    make: str
    model: str
    lens: str
    focal_mm: float
    f_number: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shoot:
    """One folder: its name, place on Earth in degrees, UTC offset and camera."""

    folder: str
    latitude: float
    longitude: float
    offset: str
    camera: Camera

    def moment(self, local: str) -> datetime:
        """Return a local time, such as 2024-06-14T20:52:10, with this shoot's UTC offset."""
        return datetime.fromisoformat(local + self.offset)


_NIKON = Camera(
    make="NIKON CORPORATION", model="NIKON Z 6_2", lens="NIKKOR Z 24-70mm f/4 S", focal_mm=35.0, f_number=8.0
)
_CANON = Camera(make="Canon", model="Canon EOS R6", lens="RF24-105mm F4 L IS USM", focal_mm=50.0, f_number=4.0)
_OLYMPUS = Camera(make="OM Digital Solutions", model="OM-5", lens="OM 12-45mm F4.0", focal_mm=18.0, f_number=5.6)
_FUJI = Camera(make="FUJIFILM", model="X-T4", lens="XF16-55mmF2.8 R LM WR", focal_mm=23.0, f_number=7.1)
_RICOH = Camera(
    make="RICOH IMAGING COMPANY, LTD.", model="RICOH GR III", lens="GR LENS 18.3mm F2.8", focal_mm=18.3, f_number=5.6
)

LISBON = Shoot(folder="2024-06 Lisbon coast", latitude=38.7223, longitude=-9.4790, offset="+01:00", camera=_NIKON)
DOLOMITES = Shoot(folder="2023-10 Dolomites", latitude=46.6186, longitude=11.9083, offset="+02:00", camera=_FUJI)
LAPLAND = Shoot(
    folder="2024-02 Lapland winter", latitude=68.9060, longitude=27.0290, offset="+02:00", camera=_OLYMPUS
)
SAHARA = Shoot(
    folder="2024-03 Edge of the Sahara", latitude=31.0802, longitude=-4.0133, offset="+01:00", camera=_RICOH
)
NIGHT_CITY = Shoot(
    folder="2024-09 City after dark", latitude=50.1109, longitude=8.6821, offset="+02:00", camera=_CANON
)
SPRING = Shoot(
    folder="2025-04 Spring in the north", latitude=52.4746, longitude=4.8169, offset="+02:00", camera=_NIKON
)
