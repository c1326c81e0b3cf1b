"""Register events → the features and keys that a record is found by."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from domain.catalogue import names_of
from domain.erasure.events import ErasureFenced
from domain.matching import Features, features_of, has_name, search_keys
from domain.source_record.events import RecordAmended, RecordRegistered, RecordRemoved
from domain.suspension.counting import RESTORED
from projections.base.projection import KeyDestroyed, PublishedEvent, Put, Row, Table, repeated_events

FEATURES = ("names", "date_of_birth", "estimated", "gender", "postcode", "nhs_number", "upn")
SEARCH = Table("search", ("stream", "version", *FEATURES, "keys", "named", "gendered", "written", "position"), keys=2)
FOUND_BY = Table("found_by", ("key", "stream", "version"), keys=3)
"""Follows from SEARCH alone (`projections/cross_stream/search_keys.py`)."""

NAMING = names_of(RecordRegistered, RecordAmended)
REMOVING = names_of(RecordRemoved, ErasureFenced)
_MOST_NAMES = 51
"""As many as a submission can have: one name and the other names."""
_COMPARED = ("given_name", "family_name", "date_of_birth", "date_of_birth_estimated", "gender", "nhs_number", "upn")
"""The criteria of a search, beside other names and postcode; carers and address lines are not stored here."""


class Search:
    """One row for each version of a record; all without content once the record is removed or its key destroyed."""

    name = "search"
    tables = (SEARCH,)
    opens = NAMING | {RESTORED}

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The row of the new particulars; a removal, until it is taken back, empties those of all versions before."""
        if event.type in NAMING:
            return (Put(SEARCH, _row(event), True),)
        if event.type in REMOVING:
            return [Put(SEARCH, _nothing(event, version), False) for version in range(1, event.version)]
        if event.type == RESTORED:
            return [Put(SEARCH, _row(each), False) for each in _repeated_events(event) if each.type in NAMING]
        return ()


def _repeated_events(event: PublishedEvent) -> Sequence[PublishedEvent]:
    """The events that a restored record repeats; nothing once its key is destroyed."""
    try:
        return repeated_events(event)
    except KeyDestroyed:
        return ()


def _row(event: PublishedEvent) -> Row:
    try:
        personal = event.personal
    except KeyDestroyed:
        return _nothing(event, event.version)
    particulars = personal["particulars"]
    features = _features(particulars, event.time)
    return (
        event.stream,
        event.version,
        list(chain.from_iterable(features.names)),
        features.date_of_birth,
        features.estimated,
        features.gender,
        features.homes[0][0] if features.homes else None,
        features.nhs_number,
        features.upn,
        search_keys(features),
        has_name(particulars),
        particulars.get("gender") not in (None, "unknown"),
        [particulars["given_name"], particulars["family_name"]],
        event.position,
    )


def _features(particulars: Mapping[str, Any], time: str) -> Features:
    compared = {name: particulars.get(name) for name in _COMPARED}
    postcode = (particulars.get("address") or {}).get("postcode")
    others = particulars.get("other_names")
    return features_of(
        {**compared, "address": {"postcode": postcode}, "other_names": others}, time, most_names=_MOST_NAMES
    )


def stored_features(row: Sequence[Any]) -> Features:
    """The features that FEATURES of a row hold."""
    names, born, estimated, gender, postcode, nhs_number, upn = row
    flat: Iterator[str] = iter(names)
    return Features(
        names=tuple(zip(flat, flat, strict=True)),
        date_of_birth=born,
        estimated=estimated,
        grown_up=False,
        gender=gender,
        nhs_number=nhs_number,
        upn=upn,
        homes=((postcode, ""),) if postcode else (),
        carers=(),
        contacts=(),
        source="",
    )


def _nothing(event: PublishedEvent, version: int) -> Row:
    return (event.stream, version, *[None] * (len(SEARCH.columns) - 3), event.position)
