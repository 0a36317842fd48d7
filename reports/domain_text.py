"""The domain as text for a terminal: contexts, lifecycles, events with who hears them, and how contexts stand."""

import textwrap
from collections.abc import Iterable, Sequence

from domain.acl.context_map import MEANINGS, relationship
from domain.shared.lifecycle import Aggregate
from reports.domain_model import Context, consumers, contexts, crossings, first_line, translations

GAP = 2


def domain_text(names: Sequence[str], width: int) -> str:
    """The named contexts, or all of them and the context map."""
    every = contexts()
    shown = [context for context in every if not names or context.name in names]
    parts = [*(context_text(context, width) for context in shown)]
    if not names:
        parts.append(map_text(width))
    return "\n\n".join(parts)


def context_text(context: Context, width: int) -> str:
    heard = consumers()
    lines = [context.name.upper(), *_wrapped(context.about, width, "")]
    for aggregate in context.aggregates:
        lines += ["", f"  {aggregate.__name__}", *_wrapped(first_line(aggregate), width, "    ")]
        lines += lifecycle_lines(aggregate, width)
    if context.publishes:
        lines += ["", "  publishes"]
        rows = [
            (event.__name__, f"→ {', '.join(heard[event.__name__])}" if heard[event.__name__] else "")
            for event in context.publishes
        ]
        lines += _two_columns(rows, width, "    ")
    hears = [(upstream, ", ".join(names)) for (upstream, to), names in crossings().items() if to == context.name]
    if hears:
        lines += ["", "  hears from", *_two_columns(hears, width, "    ")]
    return "\n".join(lines)


def lifecycle_lines(aggregate: type[Aggregate], width: int) -> list[str]:
    """A line per state: the moves out of it; the initial state is marked, terminal ones come together at the end."""
    table = aggregate.MOVES
    rows = [
        (
            f"{'>' if state == aggregate.INITIAL else ' '} {state}",
            ", ".join(f"{move} → {target}" for move, target in moves.items()),
        )
        for state, moves in table.items()
        if moves
    ]
    ends = [state for state, moves in table.items() if not moves]
    if ends:
        rows.append(("  ends in", ", ".join(ends)))
    return _two_columns(rows, width, "    ")


def map_text(width: int) -> str:
    names = [context.name for context in contexts()]
    lines = ["CONTEXT MAP", *_wrapped("Who hears whom, how they stand to each other, and by what.", width, "")]
    outside = [(each.upstream, each.downstream) for each in translations() if each.upstream not in names]
    used = set()
    rows = []
    for upstream, downstream in [*crossings(), *outside]:
        entry = relationship(upstream, downstream, names)
        kind = entry.kind if entry else "not on the map"
        used.add(kind)
        rows.append((f"{upstream} → {downstream}", f"{kind}: {entry.why}" if entry else kind))
    lines += ["", *_two_columns(rows, width, "  "), ""]
    lines += _two_columns([(kind, MEANINGS[kind]) for kind in MEANINGS if kind in used], width, "  ")
    return "\n".join(lines)


def _two_columns(rows: Iterable[tuple[str, str]], width: int, indent: str) -> list[str]:
    rows = list(rows)
    left = min(max((len(name) for name, _ in rows), default=0) + GAP, max(width // 2, 12))
    lines = []
    for name, text in rows:
        wrapped = textwrap.wrap(text, max(width - len(indent) - left, 20), break_on_hyphens=False) or [""]
        first = name.ljust(left) if len(name) + GAP <= left else f"{name}  "
        lines.append(f"{indent}{first}{wrapped[0]}".rstrip())
        lines += [f"{indent}{' ' * left}{line}" for line in wrapped[1:]]
    return lines


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)
