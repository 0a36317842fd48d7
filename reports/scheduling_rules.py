"""What else decides how jobs are scheduled: rules of a fixed set, each with what it does and its source, as data."""

from reports.policies import PolicyRow

RULES_ABOUT = {
    "preemption": "Who makes way for a waiting job? (`scheduling.preemption: {rule: …}`)",
    "backfill": "Who may go ahead of a job that does not fit? (`scheduling.backfill`)",
    "gang": "How does a job of several parts get its places? (`gang` of a class of jobs)",
    "sampling": "How many nodes with room are scored for a job? (`scheduling.sampling: {order: …}`)",
    "coordination": "How do several schedulers get along? (`scheduling.coordination`)",
    "commit": "What of a scheduler's batch becomes true after a conflict? (`scheduling.commit`)",
    "memory": "How are offers kept? (`windtunnel bench memory --strategy`; measured there, not chosen by a run)",
    "shared-state": "How do processes share a ledger? (`windtunnel bench shared-state --strategy`; measured there, not "
    "chosen by a run)",
}
_K8S = "kubernetes.io, Pod Priority and Preemption, v1.31"
_BACKFILL = "Mu'alem, Feitelson, IEEE TPDS 12(6), 2001"
_OMEGA = "Schwarzkopf et al., Omega, EuroSys 2013"

_RULES: tuple[tuple[str, str, str, str], ...] = (
    ("preemption", "never", "What runs stays until it ends.", "the default"),
    ("preemption", "interruptible", "Work of lower priority that says it may be interrupted; it may go on for `grace`.",
     f"victims as in {_K8S}"),
    ("preemption", "priority", "As little work of lower priority as will do, the least important, then youngest first.",
     _K8S),
    ("backfill", "none", "Whatever fits starts; a large job may wait for long behind small ones.", "the default"),
    ("backfill", "sticky", "Nobody: the job whose turn it is blocks those behind it until it fits.",
     f"FCFS without backfilling in {_BACKFILL}"),
    ("backfill", "easy", "Who does not delay the first job that waits, by estimates.",
     f"Lifka, JSSPP 1995; {_BACKFILL}"),
    ("backfill", "conservative", "Who delays none of those that wait, by estimates.", _BACKFILL),
    ("gang", "whole or nothing", "All its places at one moment, on as many nodes as the placement chooses, or none.",
     f"Feitelson, Rudolph, JPDC 16(4), 1992; {_OMEGA}"),
    ("sampling", "rotation", "The search goes on where the last one ended: no node is left out for good.",
     "percentageOfNodesToScore, kubernetes.io, Scheduler Performance Tuning, v1.31"),
    ("sampling", "random", "Nodes are drawn one by one.", "Ousterhout et al., Sparrow, SOSP 2013"),
    ("coordination", "monolithic", "One scheduler decides for everybody, one job after the other.", "the default"),
    ("coordination", "two-level", "An allocator offers a node to one scheduler, which holds it while it thinks.",
     "Hindman et al., Mesos, NSDI 2011"),
    ("coordination", "shared-state", "Each plans on a snapshot and commits; who comes late plans anew.", _OMEGA),
    ("coordination", "partitioned", "Each has its own nodes, for good.", f"statically partitioned in {_OMEGA}"),
    ("commit", "incremental", "Whatever is not in conflict.", _OMEGA),
    ("commit", "gang", "All of the batch, or nothing of it.", _OMEGA),
    ("memory", "objects", "An object an offer, and an event for everything that happens to it.", "the plain way"),
    ("memory", "pooled", "Objects that are used again; what ended is written to a table.", "an object pool"),
    ("memory", "columnar", "Rows of integers, no objects; how a run's recorder keeps jobs.", "an arena"),
    ("shared-state", "single-lock", "Look and take under one lock.", "the plain way"),
    ("shared-state", "sharded", "A lock for each of sixteen parts of the nodes.", "lock striping"),
    ("shared-state", "snapshot", "Plan on a copy, commit under the lock.", _OMEGA),
    ("shared-state", "optimistic", "Look without a lock; commit under a lock if the node's epoch is the same.",
     "Kung, Robinson, ACM TODS 6(2), 1981"),
)  # fmt: skip


def rule_rows() -> list[PolicyRow]:
    """In the form of the policies; there is nothing to plug in, so they are checked by the tests, not by questions."""
    return [
        PolicyRow(question, name, about, source, answers="", path="", conformance="", contract="")
        for question, name, about, source in _RULES
    ]
