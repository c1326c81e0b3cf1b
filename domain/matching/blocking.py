"""Under which keys records that might be one child meet, so that nobody has to be compared with everybody.

Each key joins two independent facts, so that few children share it however many there are, and a record has several, so
that a mistake in any field leaves one of them whole. A key that more records share than MOST_IN_A_BLOCK (a hostel, a
helpline) distinguishes nobody and is passed over.
"""

from jellyfish import metaphone

from domain.matching.features import Features

MOST_IN_A_BLOCK = 40
_NAMES, _HOMES, _CONTACTS = 3, 3, 2
"""How many of each, the current ones first, make keys."""


def blocking_keys(features: Features) -> list[str]:
    """The keys of a record, each once: a letter for the kind of key, then its facts."""
    keys: dict[str, None] = {}
    born = features.date_of_birth
    if features.nhs_number:
        keys["n" + features.nhs_number] = None
    if features.upn:
        keys["u" + features.upn] = None
    year = born[:4] if born else ""
    for contact in features.contacts[:_CONTACTS]:
        keys[f"t{contact}{year}"] = None
    homes = features.homes[:_HOMES]
    is_sparse = not (features.contacts or features.nhs_number or features.upn)
    for name in features.names[:_NAMES]:
        sounds = sorted(code for part in name if (code := sound(part)))
        if len(sounds) == 2:
            both = "".join(sounds)
            if is_sparse or not born:
                keys["z" + both] = None
            else:
                keys |= dict.fromkeys(f"y{both}{window}" for window in _windows(int(year)))
            if is_sparse and born:
                keys[f"i{born}{sounds[0][0]}{sounds[1][0]}"] = None
        for code in sounds:
            if born:
                keys[f"d{born}{code}"] = None
            for postcode, lines in homes:
                if postcode:
                    keys[f"p{postcode}{code[:2]}"] = None
                if lines:
                    keys[f"a{_place(lines)}{code[:2]}"] = None
    for postcode, lines in homes if is_sparse else ():
        if postcode and born:
            keys[f"q{postcode}{year}"] = None
            keys[f"o{postcode[:2]}{born}"] = None
        if lines:
            keys[f"s{_street(lines)}{sound(features.names[0][1]) if features.names else ''}"] = None
    return list(keys)


def _windows(year: int) -> tuple[str, str]:
    """The two spans of four years that a year is in; years that are two apart at most have a span in common."""
    return f"{year // 4}", f"/{(year + 2) // 4}"


def sound(name: str) -> str:
    """How the first word of a name sounds, roughly; the word itself where it is short or not of letters."""
    word = name.partition(" ")[0]
    return metaphone(word)[:4] or word[:4]


def _place(lines: str) -> str:
    """House number and the sound of the street's first word."""
    number, _, rest = lines.partition(" ")
    return number + sound(rest) if any(map(str.isdigit, number)) else sound(lines)


def _street(lines: str) -> str:
    """The sounds of the street's first word and of the last word, most often the town's."""
    number, _, rest = lines.partition(" ")
    return sound(rest if any(map(str.isdigit, number)) else lines) + sound(lines.rpartition(" ")[2])[:2]
