"""What security has to say about a run: who was let in, what tokens and secrets became of, what was refused and why."""

from collections.abc import Iterator, Mapping, Sequence

from domain.security.audit import AuditTrail
from domain.security.authority import TokenAuthority
from domain.security.directory import Directory
from domain.security.rbac import GRANTED
from domain.security.secret_store import SecretStore
from sim.results import FiguresTable, Unit

CONTEXT = "security"
MOST_REFUSALS = 10


def tables(
    audit: AuditTrail,
    authority: TokenAuthority,
    store: SecretStore,
    directory: Directory,
    deploys: Mapping[str, int],
    ran: Mapping[tuple[str, str], int],
    pools: Mapping[str, str],
) -> Sequence[FiguresTable]:
    return [
        _decisions(audit),
        _ends(
            "Job tokens",
            "what became of them",
            authority.counts,
            "a token is revoked when its attempt ends, or its user",
        ),
        *_secrets(store),
        *([_ends("Deployments", "what became of them", deploys)] if any(deploys.values()) else []),
        _ends("Sessions", "what became of them", directory.counts),
        _where(ran, pools),
        *_refusals(audit),
    ]


def _decisions(audit: AuditTrail) -> FiguresTable:
    columns: tuple[tuple[str, Unit], ...] = (
        ("action", "text"), ("decision", "text"), ("reason", "text"), ("times", "count"),
    )  # fmt: skip
    rows = tuple(
        (action, "allowed" if reason == GRANTED else "denied", reason, times)
        for (action, reason), times in sorted(audit.by_reason().items())
    )
    lost = audit.forgotten
    note = f"{lost:,} of them are counted only: the latest {len(audit):,} are kept one by one" if lost else ""
    return FiguresTable(CONTEXT, "Decisions", columns, rows, note)


def _ends(title: str, of: str, counts: Mapping[str, int], note: str = "") -> FiguresTable:
    columns: tuple[tuple[str, Unit], ...] = ((of, "text"), ("times", "count"))
    return FiguresTable(CONTEXT, title, columns, tuple(counts.items()), note)


def _secrets(store: SecretStore) -> Iterator[FiguresTable]:
    if store.counts:
        columns: tuple[tuple[str, Unit], ...] = (("secret", "text"), ("released", "count"), ("refused", "count"))
        rows = tuple((name, released, refused) for name, (released, refused) in store.counts.items())
        yield FiguresTable(CONTEXT, "Secrets", columns, rows)


def _where(ran: Mapping[tuple[str, str], int], pools: Mapping[str, str]) -> FiguresTable:
    """Per pool, whose code it runs and whose it ran."""
    columns: tuple[tuple[str, Unit], ...] = (
        ("pool", "text"), ("is for code that is", "text"), ("trusted attempts", "count"),
        ("untrusted attempts", "count"),
    )  # fmt: skip
    rows = tuple(
        (pool, trust, ran.get((pool, "trusted"), 0), ran.get((pool, "untrusted"), 0)) for pool, trust in pools.items()
    )
    return FiguresTable(CONTEXT, "Isolation", columns, rows, "untrusted code is a pull request from a fork")


def _refusals(audit: AuditTrail) -> Iterator[FiguresTable]:
    latest = [decision for decision in audit if decision.reason != GRANTED][-MOST_REFUSALS:]
    if latest:
        columns: tuple[tuple[str, Unit], ...] = (
            ("tenant", "text"), ("action", "text"), ("reason", "text"), ("about", "text"), ("at", "us"),
            ("id of who asked", "count"),
        )  # fmt: skip
        rows = tuple((one.tenant, one.action, one.reason, one.thing, one.at_us, one.subject) for one in latest)
        yield FiguresTable(CONTEXT, "Latest refusals", columns, rows, f"the latest {MOST_REFUSALS} at most")
