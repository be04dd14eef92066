"""What a command prepares for an agency: the assets of a query or a submission, checked, and where they go."""

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils import timezone

from dam.catalog.readers.submissions import Said, assets_of, said_of
from dam.config import config
from dam.errors import StockError
from dam.stock.export import Target
from dam.stock.gather import Gathered, gather
from dam.stock.noise import measure_noise
from dam.stock.profile import Profile
from dam.stock.profiles import profile
from dam.stock.submissions import SURE, get
from dam.types import DeliveryForm
from search.service import find, parse_query
from search.vectors.follow import Follower


def chosen(options: dict[str, Any]) -> tuple[Profile, list[Gathered], str]:
    """Return the agency, the assets with their violations, and what the ledger calls them."""
    with redirect_stdout(sys.stderr):  # what a library prints must not stand among the violations
        if options["query"]:
            return _of_query(options)
        return _of_submission(options)


def target_of(options: dict[str, Any], agency: Profile, name: str) -> Target:
    """Return where an export goes, as the command's options say."""
    to: Path = options["to"].expanduser().absolute()
    if options["zip"] and to.suffix.lower() != ".zip":
        to = to / f"{agency.key}_{timezone.localdate().isoformat()}.zip"
    form = DeliveryForm.ZIP if options["zip"] else DeliveryForm.FOLDER
    return Target(to=to, form=form, name=name, submission_id=options["submission"])


def _of_query(options: dict[str, Any]) -> tuple[Profile, list[Gathered], str]:
    if not options["agency"]:
        raise StockError("--query needs --agency; `submission agencies` lists them.")
    agency = profile(options["agency"])
    source = Follower(snapshots=config().places.snapshots)
    found = find(parse_query(options["query"]), source=source)
    source.save()
    assets = list(dict.fromkeys(hit.place.asset_id for hit in found.ranked if hit.good))
    if not assets:
        raise StockError("Nothing was found by that query.")
    return agency, _checked(assets, agency, _options(options, agency, {}), {}, options), options["query"]


def _of_submission(options: dict[str, Any]) -> tuple[Profile, list[Gathered], str]:
    submission = get(options["submission"])
    agency = profile(options["agency"] or submission.agency)
    said = said_of(submission.id, agency.key)
    told = _options(options, agency, submission.options)
    return agency, _checked(assets_of(submission.id), agency, told, said, options), submission.name


def _checked(
    assets: list[int], agency: Profile, told: dict[str, Any], said: dict[int, Said], options: dict[str, Any]
) -> list[Gathered]:
    measure_noise(assets)
    every = gather(assets, agency, said=said, options=told)
    if not options["accept_suggestions"]:
        return every
    for each in every:
        best = each.suggestions[0] if each.suggestions else None
        if best is not None and best.certainty >= SURE and not each.item.categories:
            said[each.item.asset_id] = replace(each.said, categories=(best.key,))
    return gather(assets, agency, said=said, options=told)


def _options(options: dict[str, Any], agency: Profile, general: dict[str, Any]) -> dict[str, Any]:
    known = {option.key for option in agency.options}
    wrong = [key for key, _ in options["option"] if key not in known]
    if wrong:
        listed = ", ".join(sorted(known)) or "none"
        raise StockError(f"{agency.name} has no option {wrong[0]}; it has {listed}.")
    return {**general, **dict(options["option"]), **({"editorial": True} if options["editorial"] else {})}
