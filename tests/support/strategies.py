"""Any log that the domain could have written, for property tests."""

from hypothesis import strategies as st

from tests.support.story import Story

OF_RECORDS = ("registered", "amended", "deregistered", "registered_again", "removed", "taken_back", "removed_again")
OF_CHILDREN = ("merged", "given_back", "suspected", "contradicted", "dismissed", "shielded", "unshielded")
OF_NUMBERED = ("involved", "involved_again", "ended", "flagged", "flagged_again", "unflagged")
NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12
) | st.sampled_from(["Ada", "Åda-Mæ", "O’Neill\\t", "tab\there", 'quo"te{,}', "\\N"])
Move = tuple[str, int, str]


@st.composite
def stories(draw: st.DrawFn, least: int = 0) -> Story:
    """A story of up to forty events about a few records and children, with at least so many moves."""
    story = Story()
    records: list[str] = []
    children: list[str] = []
    counts: dict[str, int] = {}
    merges: list[tuple[str, str, list[str]]] = []
    for kind, which, name in draw(
        st.lists(
            st.tuples(st.sampled_from(OF_RECORDS + OF_NUMBERED + OF_CHILDREN), st.integers(0, 9), NAMES),
            min_size=least,
            max_size=20,
        )
    ):
        if kind == "registered" or not records:
            record = story.registered(
                source=f"agency-{which}",
                given_name=name,
                other_names=[{"given_name": name, "family_name": "X"}] * (which % 3),
            )
            records.append(record)
            if children and which % 2:
                listed = sorted(story.members)
                story.linked(listed[which % len(listed)], record)
            else:
                children.append(story.listed(record))
            continue
        if kind in OF_CHILDREN:
            _decide(story, kind, which, merges)
            continue
        record = records[which % len(records)]
        number = counts.get(record, 0)
        if kind in ("amended", "registered_again"):
            getattr(story, kind)(record, given_name=name)
        elif kind in ("deregistered", "removed"):
            getattr(story, kind)(record)
        elif kind in ("taken_back", "removed_again"):
            story.removed(record)
            story.taken_back(record)
            if kind == "removed_again":
                story.removed_again(record)
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


def _decide(story: Story, kind: str, which: int, merges: list[tuple[str, str, list[str]]]) -> None:
    """Something that is decided about two children that stand, where there are two."""
    listed = sorted(story.members)
    if kind == "given_back":
        if merges:
            story.given_back(*merges.pop())
        return
    one, other = listed[which % len(listed)], listed[(which // 2) % len(listed)]
    if kind in ("shielded", "unshielded"):
        getattr(story, kind)(one)
    elif kind == "contradicted":
        record, *others = story.members[one]
        story.contradicted(one, record, *others)
    elif one == other:
        return
    elif kind == "merged":
        merges.append((one, other, story.merged(one, other)))
    elif kind == "suspected":
        story.suspected(one, story.members[one][0], *story.members[other])
    else:
        story.dismissed(one, other)
