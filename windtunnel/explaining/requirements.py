"""What a job demands of its place, in a few words each."""

from domain.shared.requirements import Requirements, parts_of


def words_of(requirements: Requirements) -> tuple[str, ...]:
    found = [f"{one.key} {one.operator} {', '.join(one.values)}".strip() for one in requirements.constraints]
    for rule in requirements.affinity:
        near = "away from" if rule.anti else "near"
        found.append(f"{near} {rule.to} ({rule.topology}){' if possible' if rule.weight else ''}")
    found += [f"spread over {rule.topology}, at most {rule.max_skew} apart" for rule in requirements.spread]
    if requirements.priority:
        found.append(f"priority {requirements.priority}")
    if parts_of(requirements) > 1:
        found.append(f"{parts_of(requirements)} places at once")
    return tuple(found)
