"""The agency register: which agencies may send, and what they are."""

import re
from collections.abc import Collection, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg2.extras import Json, execute_values

from domain.agency import Agency, Contact
from domain.vocabulary import AgencyKind
from services.registers._entries import BadRegister, read_entries
from services.registers.suspensions import suspended_codes
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import notices_topic
from streams.store.database import Cursor, Database

RESERVED_CODES = frozenset({"unclaimed", "restricted", "stewardship"})
"""Names that topics and sources use otherwise."""

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def read_agencies_file(path: Path) -> list[Agency]:
    """The agencies of a YAML list of `{code, name, kind, authority?, contact?}`; raises BadRegister.

    `contact` is `{name?, role?, phone?, email?}`: whom to ask at a local authority about a service that is not named.
    """
    agencies: dict[str, Agency] = {}
    for where, entry in read_entries(path, ("code", "name", "kind"), ("authority",), {"contact": Contact._fields}):
        agency = _agency(where, entry)
        if agency.code in agencies:
            raise BadRegister(f"{where}: an earlier entry has the same code; give each agency its own")
        agencies[agency.code] = agency
    return list(agencies.values())


def _agency(where: str, entry: dict[str, Any]) -> Agency:
    if not _CODE.fullmatch(entry["code"]):
        raise BadRegister(f"{where}: a code has 1 to 63 of a-z, 0-9 and -, and does not begin with -")
    if entry["code"] in RESERVED_CODES:
        raise BadRegister(f"{where}: the code is reserved; choose another")
    if entry["kind"] not in list(AgencyKind):
        raise BadRegister(f"{where}: the kind is not known; use one of {', '.join(AgencyKind)}")
    contact = Contact(**entry["contact"]) if "contact" in entry else None
    return Agency(entry["code"], entry["name"], AgencyKind(entry["kind"]), entry.get("authority"), contact)


def add_agencies(database_url: str, agencies: Iterable[Agency]) -> int:
    """Adds or replaces the agencies named and leaves the others; gives how many were new or different."""
    with closing(Database(database_url, "registers")) as database, database.transaction() as cursor:
        cursor.execute("select agencies from registry.changes for update")
        known = load_agencies(cursor)
        changed = [agency for agency in agencies if known.get(agency.code) != agency]
        if changed:
            cursor.execute("update registry.changes set agencies = agencies + 1 returning agencies")
            (version,) = cursor.fetchone() or (0,)
            execute_values(
                cursor,
                "insert into registry.agencies (code, name, kind, authority, contact, changed) values %s"
                " on conflict (code) do update set name = excluded.name, kind = excluded.kind,"
                " authority = excluded.authority, contact = excluded.contact, changed = excluded.changed,"
                " named_at = case when (agencies.name, agencies.authority) is not distinct from"
                " (excluded.name, excluded.authority) then agencies.named_at else now() end",
                [
                    (each.code, each.name, each.kind.value, each.authority, _stored(each.contact), version)
                    for each in changed
                ],
            )
    return len(changed)


def enrol(kafka: KafkaSettings, database_url: str, agencies: Iterable[Agency]) -> int:
    """Creates the agencies' topics, gives them their rights there, and then adds them.

    So a registered agency always has its topics. Gives how many were new or different; raises KafkaAway, TopicRefused,
    AclsRefused, DatabaseAway.
    """
    agencies = list(agencies)
    make_reachable(kafka, database_url, agencies)
    return add_agencies(database_url, agencies)


def make_reachable(kafka: KafkaSettings, database_url: str, agencies: Collection[Agency]) -> frozenset[str]:
    """Creates the topics of agencies, those of notices to their authorities too, and gives the agencies rights there.

    Those that are suspended have none; gives their codes. Raises KafkaAway, TopicRefused, AclsRefused, DatabaseAway.
    """
    from streams.kafka.admin.topics import ensure_topics  # loads a client, which readers need not

    codes = [agency.code for agency in agencies]
    authorities = {agency.code: agency.notified_authority for agency in agencies if agency.notified_authority}
    ensure_topics(kafka, codes, sorted({notices_topic(ons) for ons in authorities.values()}))
    with closing(Database(database_url, "registers")) as database, database.transaction() as cursor:
        suspended = suspended_codes(cursor).intersection(codes)
    if kafka.acls:
        from streams.kafka.admin.rights import grant_agencies, revoke_agency

        for code in sorted(suspended):
            revoke_agency(kafka, code)
        at_work = [code for code in codes if code not in suspended]
        grant_agencies(kafka, at_work, {code: ons for code, ons in authorities.items() if code not in suspended})
    return suspended


def agencies_version(cursor: Cursor) -> int:
    """A number that grows with every change of the register, for whoever polls it to load the agencies again."""
    cursor.execute("select agencies from registry.changes")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def load_agencies(cursor: Cursor) -> dict[str, Agency]:
    """Every agency by its code."""
    cursor.execute("select code, name, kind, authority, contact from registry.agencies order by code")
    return {
        code: Agency(code, name, AgencyKind(kind), authority, Contact(**contact) if contact else None)
        for code, name, kind, authority, contact in cursor
    }


def named_since(cursor: Cursor) -> dict[str, datetime]:
    """Since when each agency, by its code, has its name and its authority."""
    cursor.execute("select code, named_at from registry.agencies")
    return dict(cursor.fetchall())


def _stored(contact: Contact | None) -> Json | None:
    return Json(contact._asdict()) if contact else None
