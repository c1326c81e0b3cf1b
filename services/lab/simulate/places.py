"""Streets, places, surgeries and schools of the fictional county."""

from typing import NamedTuple


class Authority(NamedTuple):
    """A local authority: its name, its ONS GSS code (of no real place) and the places in it."""

    name: str
    code: str
    places: tuple[str, ...]


AUTHORITIES = (
    Authority("Brackmoor", "E06999011", ("Brackmoor", "Nether Osgrave", "Tarn Bridge", "Whinfold", "Coldrake")),
    Authority("Tollmere", "E06999012", ("Tollmere", "Saltby Quay", "Easter Thorne", "Marlpit", "Reedwick")),
)

STREETS = (
    "Abbot's Lane", "Alder Rise", "Almshouse Row", "Ashen Grove", "Barley Mow Lane", "Beeches Road",
    "Bellfounder Street", "Blackthorn Way", "Bridge Approach", "Brickfield Terrace", "Candlemaker Row",
    "Chapel Brow", "Cinder Path", "Clover Crescent", "Cooper's Hill", "Corn Exchange Street", "Dovecote Close",
    "Drovers Road", "Elder Walk", "Ferry Steps", "Foundry Lane", "Fuller's Court", "Gasworks Road", "Glebe Avenue",
    "Granary Wharf", "Hawthorn Drive", "Hopfield Gardens", "Ironmonger Street", "Ivy Bank", "Jubilee Crescent",
    "Kingfisher Close", "Lamplighter Row", "Lime Tree Avenue", "Linden Square", "Lock Keeper's Row",
    "Maltings Yard", "Meadowsweet Road", "Millrace View", "Nightingale Road", "Old Cattle Market", "Osier Holt",
    "Packhorse Lane", "Pear Tree Close", "Pottery Road", "Priory Fields", "Rookery Lane", "Ropewalk", "Rowan Drive",
    "Saddler's Mews", "Sandpiper Way", "Shepherd's Hey", "Signal Box Road", "Skylark Rise", "Sluice Road",
    "Smithy Fold", "Spinners Court", "Stonemason Street", "Tannery Street", "Teasel Close", "Thistledown Road",
    "Turnpike Road", "Union Terrace", "Waggoner's Way", "Watercress Lane", "Wayfarer Road", "Weir Street",
    "Wheelwright Lane", "Windmill Hill", "Wisteria Gardens", "Yew Tree Road",
)  # fmt: skip

SURGERIES = (
    ("Alder Rise Surgery", "Tarn Bridge Health Centre", "Whinfold Medical Practice", "Dr Oakhanger and Partners"),
    ("Saltby Quay Surgery", "Ropewalk Medical Centre", "Easter Thorne Practice", "Reedwick Family Doctors"),
)

SCHOOLS = (
    ("Coldrake", "Nether Osgrave", "St Wilfreda's", "Tarn Bridge", "Whinfold", "Drovers Road"),
    ("Marlpit", "St Botwin's", "Saltby Quay", "Reedwick", "Easter Thorne", "Glebe Avenue"),
)


def surgery(authority: int, nth: int) -> dict[str, str]:
    """A surgery of an authority as the organisation of an involvement."""
    return {"name": SURGERIES[authority][nth], "code": f"Z91{authority}{nth:02}"}


def school(authority: int, nth: int, secondary: bool) -> dict[str, str]:
    """A school of an authority as the organisation of an involvement."""
    kind = "High School" if secondary else "Primary School"
    return {"name": f"{SCHOOLS[authority][nth]} {kind}", "code": f"91{authority}{int(secondary)}{nth:02}"}
