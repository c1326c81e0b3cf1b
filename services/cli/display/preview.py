"""A preview of an extract for people: counts, then rows side by side with what they become, then what is wrong."""

from typing import Any

from services.cli.output import console, plain, table
from services.feeds.convert import RowError
from services.feeds.preview import sentence

Document = dict[str, Any]


def show_preview(shown: Document) -> None:
    """Prints the preview; names of columns and fields, and no values."""
    out = console()
    extract = shown["extract"]
    out.print(f"{shown['layout']}: extract {extract['id']} of {extract['taken_on']}, {extract['rows']:,} rows")
    out.print("Nothing was sent. This would be:")
    out.print(table(("submissions", "number"), [(name, f"{n:,}") for name, n in shown["would_send"].items()]))
    out.print(_of_rows(shown))
    if not shown["compared_with_what_was_sent"]:
        out.print("It was not compared with what was sent before, for no stack of that agency was found.")
    if shown["first_rows"]:
        out.print(table(("line", "becomes", "of the columns"), _rows(shown["first_rows"])))
    if shown["columns_never_sent"]:
        out.print(f"Never sent: {', '.join(shown['columns_never_sent'])}")
    for error in shown["errors"]:
        out.print(plain(sentence(RowError(**error))), soft_wrap=True)
    if shown["errors_in_all"] > len(shown["errors"]):
        out.print(f"and {shown['errors_in_all'] - len(shown['errors']):,} more errors")


def _of_rows(shown: Document) -> str:
    summary = f"{shown['rows']:,} rows, {shown['rows_in_error']:,} in error"
    if shown["rows_repeated"]:
        summary += f", {shown['rows_repeated']:,} the same as an earlier row and sent once"
    if shown["rows_not_sent_by_layout"]:
        summary += f", {shown['rows_not_sent_by_layout']:,} of which the layout sends nothing"
    return summary


def _rows(first: list[Document]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for row in first:
        line: object = row["line"]
        for made in row["becomes"]:
            rows.append((line, made["type"], ", ".join(map(_field, made["fields"].items()))))
            line = ""
    return rows


def _field(field: tuple[str, list[str]]) -> str:
    name, columns = field
    return f"{name} \N{LEFTWARDS ARROW} {' + '.join(columns)}" if columns else f"{name} = the layout's"
