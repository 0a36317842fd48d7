"""What each context has to say of the runs: its figures in words, policies side by side."""

from collections.abc import Callable, Sequence

from reports.document import Section, Table
from reports.figures import Summary
from reports.wording import NONE, count, duration, listed, money, number, percent, sentence
from sim.results import FiguresTable, Unit

Value = str | int | float | None


def size(n: int | float | None) -> str:
    """`512 B`, `1.5 KiB`, `12 GiB`; `–` for None."""
    if n is None:
        return NONE
    value, units = float(n), ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
    for unit in units[:-1]:
        if abs(value) < 1023.5:
            return f"{number(value)} {unit}"
        value /= 1024
    return f"{number(value)} {units[-1]}"


WORDS: dict[Unit, Callable[..., str]] = {
    "text": str,
    "count": lambda n: count(round(n)),
    "us": lambda us: duration(round(us)),
    "bytes": size,
    "udollars": lambda udollars: money(round(udollars)),
    "share": percent,
    "rate": number,
}


def in_words(value: Value, unit: Unit) -> str:
    """One figure; `–` where there is none."""
    return NONE if value is None else WORDS[unit](value)


def covered(one: Summary) -> str:
    """Why these figures are not those of the jobs."""
    window = f"{duration(one.warm_up_us)} to {duration(one.horizon_us)}"
    return (
        f"Titles say of which time figures are: whole run is from 0 to the end at {duration(one.end_us)}, after "
        f"warm-up is from {duration(one.warm_up_us)} to that end. Waits, use and cost above are about the window, "
        f"{window}."
    )


def sections(summaries: Sequence[Summary]) -> tuple[Section, ...]:
    """One section per context that has anything to say, in the order in which the contexts joined the run."""
    contexts = dict.fromkeys(table.context for summary in summaries for table in summary.contexts)
    return tuple(
        Section(
            f"context-{context}",
            context.replace("-", " ").capitalize(),
            "" if number else covered(summaries[0]),
            tuple(_tables(context, summaries)),
        )
        for number, context in enumerate(contexts)
    )


def _tables(context: str, summaries: Sequence[Summary]) -> list[Table]:
    found: dict[str, list[tuple[str, FiguresTable]]] = {}
    for summary in summaries:
        for table in summary.contexts:
            if table.context == context:
                found.setdefault(table.title, []).append((summary.policy, table))
    return [_table(title, of_policies, len(summaries) > 1) for title, of_policies in found.items()]


def _table(title: str, of_policies: list[tuple[str, FiguresTable]], several: bool) -> Table:
    """Rows of all policies, each with its policy in front where there are several. Leading texts are names."""
    one = of_policies[0][1]
    units = tuple(unit for _, unit in one.columns)
    names = next((i for i, unit in enumerate(units) if unit != "text"), len(units))
    rows = tuple(
        (*((policy,) if several else ()), *(in_words(value, unit) for value, unit in zip(row, units, strict=True)))
        for policy, table in of_policies
        for row in table.rows
    )
    columns = (*(("Policy",) if several else ()), *(name for name, _ in one.columns))
    named = f"{title} ({one.covers})"
    return Table(named, columns, rows, names=max(names, 1 - several) + several, note=" ".join(_notes(of_policies)))


def _notes(of_policies: list[tuple[str, FiguresTable]]) -> list[str]:
    """Each note once; with the policies that it is about, where others have none or another."""
    whose: dict[str, list[str]] = {}
    for policy, table in of_policies:
        if table.note:
            whose.setdefault(table.note, []).append(policy)
    everybody = len(of_policies)
    return [
        sentence(note) if len(policies) == everybody else f"{listed(policies, most=8)}: {sentence(note, capital=False)}"
        for note, policies in whose.items()
    ]
