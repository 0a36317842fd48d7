"""What was found out, on the screen: sentences first, then the tables that bear them out."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reports.context_tables import size
from reports.wording import count, duration, number, percent
from windtunnel.explaining.figures import Candidate, Decision, Explanation, Look, Tenant, Told
from windtunnel.explaining.words import amount_words, moment, rejection_words

MOST_TENANTS = 8
MOST_SEGMENTS = 12


def show(told: Told, screen: Console) -> None:
    screen.print(
        f"[bold]{escape(told.scenario)}[/bold], policy {escape(told.policy)} ({told.allocator} / {told.ordering} / "
        f"{told.placement}), seed {told.seed}",
        highlight=False,
    )
    screen.print(
        f"Run again with somebody looking on: the same {count(told.events)} events (digest {told.digest[:16]}).",
        highlight=False,
    )
    for one in told.jobs:
        _show_job(one, screen)


def _show_job(one: Explanation, screen: Console) -> None:
    screen.print()
    name = f" {one.name}" if one.name and one.name != one.label else ""
    screen.print(
        f"[bold]job {one.job}[/bold] {escape(f'{one.tenant}/{one.pipeline}/{one.label}')}{escape(name)}",
        highlight=False,
    )
    screen.print(f"  asks for {escape(asks(one))}", highlight=False)
    for sentence in one.sentences:
        screen.print(f"  {escape(sentence)}", highlight=False)
    for table in tables(one):
        screen.print()
        screen.print(table)


def asks(one: Explanation) -> str:
    words = [amount_words(name, amount) for name, amount in one.resources.items() if amount]
    words += [f"label {label}" for label in one.runs_on]
    return ", ".join([*words, *one.requires]) or "nothing (it never queued)"


def tables(one: Explanation) -> Iterator[Table]:
    if one.wait:
        rows = [(share.cause, duration(share.us), percent(share.us / one.wait_us), share.words) for share in one.wait]
        rows.append(("wait", duration(one.wait_us), "100 %", "from queueing to the start of its work"))
        yield _table("Why it waited", ("cause", "how long", "share", "what it means"), rows, left=(0, 3))
    if len(one.segments) > 1:
        yield _table("When", ("from", "how long", "cause"), list(_segments(one)), left=(0, 2))
    if one.looks or one.decisions:
        yield _table("Nodes that did not take it", ("when", "nodes", "would", "why not"), _looks(one), left=(0, 3))
    for decision in one.decisions[-1:]:
        candidates = [
            (who, found) for who, found in (("winner", decision.winner), ("runner-up", decision.runner_up)) if found
        ]
        if candidates:
            yield _candidates(decision, candidates)
        if len(decision.tenants) > 1:
            yield _tenants(decision.tenants)


def _segments(one: Explanation) -> Iterator[tuple[str, ...]]:
    for segment in one.segments[:MOST_SEGMENTS]:
        yield moment(segment.from_us), duration(segment.to_us - segment.from_us), segment.cause
    if len(one.segments) > MOST_SEGMENTS:
        yield f"… {len(one.segments) - MOST_SEGMENTS} more with --json", "", ""


def _looks(one: Explanation) -> list[tuple[str, ...]]:
    def row(look: Look | Decision, when: str, takes: int) -> tuple[str, ...]:
        return f"{when} {moment(look.at_us)}", count(look.nodes), count(takes), rejection_words(look.rejections)

    rows = [row(look, look.when, look.takes) for look in one.looks]
    return [*rows, *(row(decision, "placed", decision.candidates) for decision in one.decisions)]


def _candidates(decision: Decision, candidates: Sequence[tuple[str, Candidate]]) -> Table:
    facts = list(candidates[0][1].facts)
    rows = [
        ("node", *(f"{found.node} ({found.pool})" for _, found in candidates)),
        ("score", *(count(found.score) for _, found in candidates)),
        (f"by {decision.placement}", *(count(found.placement_score) for _, found in candidates)),
        *((f"  {fact}", *(count(found.facts[fact]) for _, found in candidates)) for fact in facts),
        ("taints not liked", *(count(found.disliked) for _, found in candidates)),
        ("wishes not met", *(count(found.wishes) for _, found in candidates)),
        ("row", *(count(found.row) for _, found in candidates)),
    ]
    return _table("Score: the lowest wins", ("", *(who for who, _ in candidates)), rows)


def _tenants(tenants: Sequence[Tenant]) -> Table:
    rows = [
        (
            tenant.name,
            percent(tenant.share) if tenant.share is not None else count(tenant.key),
            count(tenant.running),
            number(tenant.cpu_millis / 1000),
            size(tenant.memory_mib << 20),
            "yes" if tenant.waits else "no",
        )
        for tenant in tenants[:MOST_TENANTS]
    ]
    title = "Whose turn it was: of those who wait the lowest key"
    return _table(title, ("tenant", "key", "running", "CPUs", "memory", "waits"), rows)


def _table(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> Table:
    table = Table(title=title, title_justify="left")
    for place, header in enumerate(headers):
        table.add_column(header, justify="left" if place in left else "right")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table
