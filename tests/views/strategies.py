"""Any log that the domain could have written, for property tests."""

from hypothesis import strategies as st

from tests.views.story import Story

OF_RECORDS = ("registered", "amended", "deregistered", "registered_again", "removed")
OF_NUMBERED = ("involved", "involved_again", "ended", "flagged", "flagged_again", "unflagged")
NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["Ada", "Åda-Mæ", "O’Neill\\t", "tab\there", 'quo"te{,}', "\\N"]
)
Move = tuple[str, int, str]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A story of up to forty events about a few records and children."""
    story = Story()
    records: list[str] = []
    children: list[str] = []
    counts: dict[str, int] = {}
    for kind, which, name in draw(
        st.lists(st.tuples(st.sampled_from(OF_RECORDS + OF_NUMBERED), st.integers(0, 9), NAMES), max_size=20)
    ):
        if kind == "registered" or not records:
            record = story.registered(
                source=f"agency-{which}",
                given_name=name,
                other_names=[{"given_name": name, "family_name": "X"}] * (which % 3),
            )
            records.append(record)
            if children and which % 2:
                story.linked(children[which % len(children)], record)
            else:
                children.append(story.listed(record))
            continue
        record = records[which % len(records)]
        number = counts.get(record, 0)
        if kind in ("amended", "registered_again"):
            getattr(story, kind)(record, given_name=name)
        elif kind in ("deregistered", "removed"):
            getattr(story, kind)(record)
        elif kind in ("involved", "flagged"):
            counts[record] = number + 1
            getattr(story, kind)(record, number + 1)
        elif number:
            base = kind.removesuffix("_again")
            if kind.endswith("_again"):
                getattr(story, base)(record, 1 + which % number, again=True)
            else:
                getattr(story, base)(record, 1 + which % number)
    return story
