"""Diagrams of the domain in Mermaid: a lifecycle per aggregate, and the context map."""

from domain.acl.context_map import relationship
from domain.shared.lifecycle import Aggregate, edges
from reports.domain_model import contexts, crossings, translations


def lifecycle_diagram(aggregate: type[Aggregate]) -> str:
    """Its table as a state diagram."""
    lines = ["stateDiagram-v2", f"  [*] --> {aggregate.INITIAL}"]
    lines += [f"  {state} --> {target}: {move}" for state, move, target in edges(aggregate.MOVES)]
    lines += [f"  {state} --> [*]" for state, moves in aggregate.MOVES.items() if not moves]
    return "\n".join(lines)


def map_diagram() -> str:
    """Which context hears which, with the relationship on the arrow; what is not ours has rounded corners."""
    names = [context.name for context in contexts()]
    outside = list(dict.fromkeys(each.upstream for each in translations() if each.upstream not in names))
    lines = ["flowchart LR", *(f"  {name}[{name}]" for name in names), *(f"  {name}({name})" for name in outside)]
    arrows = [
        *crossings(),
        *((each.upstream, each.downstream) for each in translations() if each.upstream not in names),
    ]
    for upstream, downstream in arrows:
        entry = relationship(upstream, downstream, names)
        lines.append(f"  {upstream} -->|{entry.kind if entry else 'not on the map'}| {downstream}")
    return "\n".join(lines)
