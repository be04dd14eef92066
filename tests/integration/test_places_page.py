"""The page of places: what it lists, links to, and how few queries it takes."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dam.catalog.models import Asset, AssetPlace, Library, MediaFile, Rendition, Unit
from dam.types import AssetState, FileState, MediaKind, RenditionRole, UnitKind
from search.views.places import search_for

pytestmark = pytest.mark.django_db


def taken_in(city: str, region: str, country: str, code: str) -> Asset:
    number = Asset.objects.count() + 1
    asset = Asset.objects.create(
        fingerprint=f"{number:064d}",
        size_bytes=1,
        kind=MediaKind.PHOTO,
        state=AssetState.READY,
        width=600,
        height=400,
    )
    library = Library.objects.get_or_create(name="Pictures", root="/pictures")[0]
    name = f"{number}.jpg"
    MediaFile.objects.create(library=library, asset=asset, raw_path=name.encode(), path=name, state=FileState.PRESENT)
    unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
    Rendition.objects.create(
        asset=asset, unit=unit, role=RenditionRole.THUMB, key=f"aa/{name}", mime="image/jpeg", width=60, height=40
    )
    AssetPlace.objects.create(
        asset=asset, model="g", city=city, region=region, country=country, country_code=code, distance_km=1.0
    )
    return asset


def test_places_are_listed_with_counts_pictures_and_their_search(client: Client) -> None:
    taken_in("Arezzo", "Tuscany", "Italy", "IT")
    newest = taken_in("Arezzo", "Tuscany", "Italy", "IT")
    taken_in("", "Ömnögovi", "Mongolia", "MN")
    page = client.get(reverse("search:places")).content.decode()
    assert "Arezzo" in page
    assert "Elsewhere in Ömnögovi" in page
    assert page.index("Italy") < page.index("Mongolia")
    picture = Rendition.objects.get(asset=newest)
    assert reverse("search:rendition", args=[picture.pk, "2.jpg"]) in page
    assert search_for("Arezzo", "Tuscany", "Italy").replace("&", "&amp;") in page


def test_search_of_a_place_names_it_from_small_to_large() -> None:
    query = parse_qs(urlsplit(search_for("Arezzo", "", 'It"aly')).query)
    assert query == {"q": ['place:"Arezzo, Italy"']}


def test_library_without_places_says_so(client: Client) -> None:
    page = client.get(reverse("search:places"))
    assert page.status_code == 200
    assert "No places yet" in page.content.decode()


def test_the_page_takes_no_query_per_city(client: Client) -> None:
    taken_in("City 0", "Region", "Country", "CC")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("search:places"))
    for number in range(1, 30):
        taken_in(f"City {number}", "Region", "Country", "CC")
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse("search:places")).content.decode()
    assert len(many) == len(few)
    assert page.count("city__picture") == 12  # the rest are words
    assert "City 29" in page
