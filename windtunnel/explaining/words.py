"""What was found out about a job, in sentences."""

from domain.scheduling.policies import LEVEL_FACTS
from reports.context_tables import size
from reports.wording import count, duration, listed, number, percent, several
from windtunnel.explaining.figures import Candidate, Decision, Explanation, Look, Tenant

REASONS = {
    "node-joining": "not ready yet",
    "node-cordoned": "closed to new work",
    "node-draining": "being emptied",
    "node-down": "lost",
    "room": "without room",
    "resources": "too small",
    "declined": "declined by its tenant",
    "affinity": "not near what it must be near",
    "anti-affinity": "too near what it must be away from",
    "spread": "where too many of its kind run",
    "kept-for-another": "kept for another job",
    "not-accepted": "not accepted by its tenant",
    "quota-hard": "closed by its tenant's hard quota",
    "quota-cooling": "closed while its tenant cools down after a burst",
    "quota-guarantee": "closed by its tenant's guarantee",
    "quota-lent": "closed because others are owed what was lent",
}
KINDS = {"label": "without the label", "constraint": "that break the constraint on", "taint": "with the taint"}


def moment(us: int) -> str:
    """`day 3 04:05:06.789`: the time of the run."""
    seconds, rest = divmod(us, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    part = f".{rest // 1000:03}" if rest else ""
    return f"day {day} {hour:02}:{minute:02}:{second:02}{part}"


def amount_words(name: str, amount: int) -> str:
    """`4 CPUs`, `8 GiB of memory`: what a job asks for of one resource."""
    kind, _, unit = name.rpartition("_")
    if unit == "mib":
        return f"{size(amount << 20)} of {kind}"
    return f"{number(amount / 1000)} {kind.upper()}{'' if amount == 1000 else 's'}"


def reason_words(reason: str) -> str:
    kind, _, name = reason.partition(":")
    if name and kind in KINDS:
        return f"{KINDS[kind]} {name}"
    return REASONS.get(reason, reason)


def rejection_words(rejections: dict[str, int]) -> str:
    ranked = sorted(rejections.items(), key=lambda one: -one[1])
    return listed([f"{count(nodes)} {reason_words(reason)}" for reason, nodes in ranked], 5)


def sentences(one: Explanation, ordering: str, allocator: str) -> tuple[str, ...]:
    """From the first question (why did it wait) to the last (why this node)."""
    told = [*_before(one), *_wait(one), *_passed(one, ordering, allocator)]
    queued = next((look for look in one.looks if look.when == "queued"), None)
    it = "a part of it" if any("places at once" in words for words in one.requires) else "it"
    if queued is not None:
        told.append(_look_words(queued, it))
    for decision in one.decisions[-1:]:
        told += [_where(decision, it), *_why(decision), *_turn(one, decision, allocator)]
    if not one.decisions and one.queued_us >= 0:
        told.append("It never had a place.")
    return (*told, _end(one))


def _before(one: Explanation) -> list[str]:
    if one.queued_us < 0:
        return ["It never queued."]
    if not one.before_queue:
        return []
    parts = listed([f"{duration(share.us)} because {share.words}" for share in one.before_queue])
    last = f" The last of what it needs to end was {one.waited_for[0]} (job {one.waited_for[1]})." if (
        one.waited_for and any(share.cause == "needs" for share in one.before_queue)
    ) else ""  # fmt: skip
    return [f"Before it could queue it waited {parts}.{last}"]


def _wait(one: Explanation) -> list[str]:
    if one.queued_us < 0:
        return []
    if not one.wait_us:
        return ["It did not wait: its work began at the moment it queued."]
    parts = listed([f"{duration(share.us)} because {share.words}" for share in one.wait], 4)
    return [f"It waited {duration(one.wait_us)}: {parts}."]


def _passed(one: Explanation, ordering: str, allocator: str) -> list[str]:
    told = []
    for passed in one.passed[:3]:
        whom = "other jobs of its own tenant" if passed.tenant == one.tenant else f"tenant {passed.tenant}"
        why = {
            "order": f"ahead in the order ({ordering})",
            "turn": f"whose turn it was ({allocator})",
            "priority": "of higher priority",
            "reservation": "which could go ahead without delaying the reserved job",
        }[passed.cause]
        told.append(
            f"{several(passed.times, 'place')} that would have done for it went to {whom}, {why}; "
            f"the last at {moment(passed.last_us)} to job {passed.last_job}."
        )
    return told


def _look_words(look: Look, it: str) -> str:
    takes = f", {count(look.takes)} would have taken {it}" if look.takes else ""
    return (
        f"When it queued, {several(look.waiting_jobs, 'job')} waited; of {several(look.nodes, 'node')} "
        f"{rejection_words(look.rejections) or 'none refused it'}{takes}."
    )


def _where(decision: Decision, it: str) -> str:
    refused = f" ({rejection_words(decision.rejections)})" if decision.rejections else ""
    return (
        f"It went to node {decision.node} of {decision.pool} at {moment(decision.at_us)}: of "
        f"{several(decision.nodes, 'node')}, {count(decision.candidates)} would have taken {it}{refused}."
    )


def _why(decision: Decision) -> list[str]:
    winner, other, by = decision.winner, decision.runner_up, decision.placement
    if winner is None:
        return [f"Why this node: {decision.note}."] if decision.note else []
    own = f"{by} scored it {count(winner.score)}"
    if other is None:
        return [f"There was no other choice ({own})."]
    if decision.ahead:
        better = f"{several(decision.ahead, 'node')} had a better score by {by}, the best {count(other.score)} against"
        return [f"{better} {count(winner.score)}: {decision.note}."]
    who = f"node {other.node} of {other.pool}"
    if winner.score == other.score:
        return [f"{own}, as it did the runner-up, {who}: of equals the lower row wins."]
    return [f"{own}, the lowest; the runner-up was {who} with {count(other.score)}{_difference(winner, other)}."]


def _difference(winner: Candidate, other: Candidate) -> str:
    if winner.disliked != other.disliked:
        return f": it has {other.disliked} taints that the job does not like, the winner {winner.disliked}"
    if winner.wishes != other.wishes:
        return f": it gives the job less of what it would like (cost {other.wishes} against {winner.wishes})"
    facts = [
        f"{name} {count(other.facts[name])} against {count(value)}"
        for name, value in winner.facts.items()
        if other.facts[name] != value and (name in LEVEL_FACTS or name in ("missing", "departs_us"))
    ]
    return f" ({listed(facts, 4)})" if facts else ""


def _turn(one: Explanation, decision: Decision, allocator: str) -> list[str]:
    waiting = [tenant for tenant in decision.tenants if tenant.waits]
    own = next((tenant for tenant in waiting if tenant.name == one.tenant), None)
    if own is None:
        return []
    if len(waiting) == 1:
        return [f"No other tenant waited for a turn: {one.tenant} held {_held(own)}."]
    others = listed([f"{tenant.name} {_held(tenant)}" for tenant in waiting if tenant is not own], 4)
    return [f"By {allocator} it was the turn of {one.tenant}, which held {_held(own)}; waiting as well: {others}."]


def _held(tenant: Tenant) -> str:
    """What decides about the turn, in words."""
    jobs = several(tenant.running, "job")
    return f"{jobs} running, share {percent(tenant.share)}" if tenant.share is not None else f"{jobs} running"


def _end(one: Explanation) -> str:
    why = f" ({one.end_cause})" if one.end_cause else ""
    patience = " as it had waited as long as it may" if one.state == "EXPIRED" else ""
    tries = f" in attempt {one.attempts}" if one.attempts > 1 else ""
    return f"It ended {one.state}{why}{tries} at {moment(one.finished_us)}{patience}."
