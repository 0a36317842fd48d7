"""What security adds to an attempt: its token's exchange, its secrets, and the check before it deploys."""

from collections.abc import Callable, Mapping

from domain.execution.executions import Execution
from domain.security.access import Access
from domain.security.authority import TokenAuthority
from domain.security.rights import JobRights
from domain.security.secret_store import SecretStore
from domain.security.tokens import Holder, Token
from domain.shared.ids import JobId, PipelineId
from domain.shared.refusals import Refused
from sim.contexts.parts import Parts

Count = dict[tuple[str, str], int]

STALE = Refused("access-denied", "its token was revoked")
"""Who may not do this now will not be allowed to when it is tried again: the user's failure, not ours."""


class Attempts:
    """The phases, in the order in which an attempt goes through them. Each shows the token that the attempt holds."""

    def __init__(
        self, authority: TokenAuthority, store: SecretStore, access: Access, parts: Parts,
        holder_of: Callable[[JobId], tuple[PipelineId, Holder] | None], jobs: Mapping[str, JobRights], audience: str,
        fail_without_secret: bool,
    ) -> None:  # fmt: skip
        self.ran: Count = {}  # (pool, trust) → attempts
        self.deploys = {"done": 0, "refused": 0}
        self._authority = authority
        self._store = store
        self._access = access
        self._holder_of = holder_of
        self._orchestrator = parts.orchestrator
        self._scheduler = parts.scheduler
        self._audience = audience
        self._fail_without_secret = fail_without_secret
        self._secrets = {label: rights.secrets for label, rights in jobs.items() if rights.secrets}
        self.use_secrets, self.may_deploy = bool(self._secrets), any(one.environment for one in jobs.values())

    def exchange(self, now: int, execution: Execution) -> int | Refused:
        """The token was issued as the attempt began; one that has not come yet is asked for. Here it is used up."""
        token = self._authority.book.get(execution.job)
        if token is None or token.claims.execution != execution.id:
            known = self._holder_of(execution.job)
            if known is None:
                self._authority.deny(now, "barred-user", execution.id)
                return STALE
            issued = self._authority.issue(now, execution.id, execution.job, execution.attempt, *known)
            if isinstance(issued, Refused):
                return STALE
            token = issued
        done = self._authority.exchange(now, execution.job, execution.id, token.signed, self._audience)
        if isinstance(done, Refused):
            return Refused("token-exchange", done.reason)
        key = (self._pool(execution), done.claims.trust)
        self.ran[key] = self.ran.get(key, 0) + 1
        return 0

    def secrets(self, now: int, execution: Execution) -> int | Refused:
        """Ask for every secret of the job's class, one after the other."""
        token = self._authority.held(execution.job, execution.id)
        if token is None:
            return STALE
        for name in self._secrets.get(token.claims.label, ()):
            answer = self._store.release(now, name, execution.job, execution.id, token.signed, token.claims.tenant)
            if isinstance(answer, Refused) and self._fail_without_secret:
                return Refused("access-denied", answer.reason)
        return 0

    def enter(self, now: int, execution: Execution) -> int | Refused:
        """May this job deploy at all? Asked before it works, and asked again when it has."""
        return self._deployment(now, execution, "enter-environment")

    def deploy(self, now: int, execution: Execution) -> int | Refused:
        """The work is done: a job of an environment deploys, if its token still lives and its sender still may."""
        return self._deployment(now, execution, "deploy")

    def _deployment(self, now: int, execution: Execution, action: str) -> int | Refused:
        token = self._authority.held(execution.job, execution.id)
        job = self._orchestrator.jobs.get(execution.job)
        if token is None or job is None:
            self.deploys["refused"] += 1
            return STALE
        if not token.holder.environment:
            return 0
        shown = self._authority.present(now, execution.job, execution.id, token.signed, self._audience)
        wrong = shown if isinstance(shown, Refused) else None
        refusal = self._access.deploy(now, action, token, self._pool(execution), job.pipeline.trigger, wrong)
        if refusal is not None:
            self.deploys["refused"] += 1
            return Refused("access-denied", refusal.reason)
        self.deploys["done"] += action == "deploy"
        return 0

    def _pool(self, execution: Execution) -> str:
        node = self._scheduler.nodes.get(execution.node)
        return node.pool if node is not None else ""


class LostWorkers:
    """A share of lost attempts live on in a worker that nobody reaches, and ask again with what they have."""

    def __init__(
        self, store: SecretStore, authority: TokenAuthority, jobs: Mapping[str, JobRights], audience: str,
        after: Callable[[int, Callable[[Token], None], Token], None], delay_us: Callable[[], int],
        asks: Callable[[], bool], now: Callable[[], int],
    ) -> None:  # fmt: skip
        self._store = store
        self._authority = authority
        self._jobs = jobs
        self._audience = audience
        self._after = after
        self._delay_us = delay_us
        self._asks = asks
        self._now = now

    def lost(self, token: Token) -> None:
        """An attempt that held this token was lost."""
        if self._asks():
            self._after(self._delay_us(), self._ask, token)

    def _ask(self, token: Token) -> None:
        now, claims, job = self._now(), token.claims, token.claims.job
        self._authority.exchange(now, job, token.execution, token.signed, self._audience)
        rights = self._jobs.get(claims.label)
        for name in rights.secrets if rights else ():
            self._store.release(now, name, job, token.execution, token.signed, claims.tenant)
