"""The agency register, the files and documents of users, and the register of the extracts that were sent.

`agencies.py` and `users.py` read one kind of file each, with `_entries.py`; users are granted their rights by events of
the access log (`streams/access/grants.py`). `demo_users.py` has the users of a fresh local stack, `extracts.py` the
extracts of agencies' systems, `suspensions.py` who is suspended; `kafka_rights.py` follows that in Kafka.
"""

from services.registers._entries import BadRegister
from services.registers.agencies import (
    add_agencies,
    agencies_version,
    enrol,
    load_agencies,
    make_reachable,
    named_since,
    read_agencies_file,
)
from services.registers.budgets import (
    DESTRUCTIONS,
    INVALID,
    OPENED_SHIELDS,
    REMOVALS,
    RETENTION,
    RETURNS,
    RETURNS_OF_GONE,
    SUSPICIONS,
    BudgetUse,
    exceeded,
)
from services.registers.demo_users import DEMO_USERS, add_demo_users
from services.registers.extracts import ExtractRefused, SentExtract, begin_extract, complete_extract
from services.registers.kafka_rights import bring_up_to_date, follow_suspensions
from services.registers.suspensions import SuspendedAgency, left_out, suspended_agencies, suspended_codes
from services.registers.users import BadUser, read_users_file, user_document, user_of

__all__ = [
    "DEMO_USERS",
    "DESTRUCTIONS",
    "INVALID",
    "OPENED_SHIELDS",
    "REMOVALS",
    "RETENTION",
    "RETURNS",
    "RETURNS_OF_GONE",
    "SUSPICIONS",
    "BadRegister",
    "BadUser",
    "BudgetUse",
    "ExtractRefused",
    "SentExtract",
    "SuspendedAgency",
    "add_agencies",
    "add_demo_users",
    "agencies_version",
    "begin_extract",
    "bring_up_to_date",
    "complete_extract",
    "enrol",
    "exceeded",
    "follow_suspensions",
    "left_out",
    "load_agencies",
    "make_reachable",
    "named_since",
    "read_agencies_file",
    "read_users_file",
    "suspended_agencies",
    "suspended_codes",
    "user_document",
    "user_of",
]
