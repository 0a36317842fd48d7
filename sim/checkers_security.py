"""Checkers of isolation, tokens, secrets and sessions: their own books, from events and the scenario alone."""

from collections.abc import Iterable, Mapping

from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.orchestration import JobEnded, JobQueued, PipelineEnded, PipelineHeld, PipelineStarted
from domain.contracts.security import (
    JobTokenEnded,
    JobTokenExchanged,
    SecretReleased,
    SessionEnded,
    SessionOpened,
    UserDeleted,
    UserReinstated,
    UserSuspended,
)
from domain.contracts.workers import MachineOrdered, MachineReturned
from domain.shared.events import Translation
from sim.checkers import demand


class Jobs:
    """Whose each live job is and what started it, which several checkers need to know."""

    def __init__(self) -> None:
        self.pipelines: dict[int, PipelineStarted] = {}
        self.pipeline_of: dict[int, int] = {}

    def subscriptions(self) -> Translation:
        return {
            PipelineStarted: self._began,
            PipelineEnded: self._over,
            JobQueued: self._queued,
            JobEnded: self.ended,
        }

    def _began(self, event: PipelineStarted) -> None:
        self.pipelines[event.pipeline] = event

    def _over(self, event: PipelineEnded) -> None:
        self.pipelines.pop(event.pipeline, None)

    def _queued(self, event: JobQueued) -> None:
        self.pipeline_of[event.job] = event.pipeline

    def ended(self, event: JobEnded) -> None:
        self.pipeline_of.pop(event.job, None)

    def origin(self, job: int) -> PipelineStarted:
        return self.pipelines[self.pipeline_of[job]]


class UntrustedStaysApart:
    """No untrusted code runs on machines of a trusted pool, no trusted code on those of an untrusted one."""

    def __init__(self, pools: Mapping[str, str]) -> None:
        self._pools = pools
        self._pool_of: dict[int, str] = {}
        self._jobs = Jobs()

    def subscriptions(self) -> Translation:
        return {
            **self._jobs.subscriptions(),
            MachineOrdered: self._ordered,
            MachineReturned: self._returned,
            ExecutionStarted: self._started,
        }

    def at_end(self) -> Iterable[str]:
        return ()

    def _ordered(self, event: MachineOrdered) -> None:
        self._pool_of[event.node] = event.pool

    def _returned(self, event: MachineReturned) -> None:
        self._pool_of.pop(event.node, None)

    def _started(self, event: ExecutionStarted) -> None:
        pool, trust = self._pool_of[event.node], self._jobs.origin(event.job).trust
        allowed = self._pools[pool] in ("any", trust)
        demand(allowed, event, f"{trust} code runs only where it may, not on {pool}, which is {self._pools[pool]}")


class SecretsNeedLiveTokens:
    """A secret goes only to a live, newest execution of trusted code, of the secret's tenant, with a live token.

    A token is exchanged once, by a live execution, for the tenant whose job it is; every one ends with its execution.
    """

    def __init__(self, tenant_of_secret: Mapping[str, str]) -> None:
        self._tenant_of_secret = tenant_of_secret
        self._jobs = Jobs()
        self._live: dict[int, int] = {}  # execution → job
        self._newest: dict[int, int] = {}  # job → execution
        self._tokens: dict[int, JobTokenExchanged] = {}  # by execution
        self._spent: set[int] = set()  # tokens

    def subscriptions(self) -> Translation:
        return {
            **self._jobs.subscriptions(),
            JobEnded: self._job_ended,
            ExecutionStarted: self._started,
            ExecutionEnded: self._ended,
            JobTokenExchanged: self._exchanged,
            JobTokenEnded: self._token_ended,
            SecretReleased: self._released,
        }

    def at_end(self) -> Iterable[str]:
        if self._tokens:
            yield f"{len(self._tokens)} job tokens never ended"

    def _job_ended(self, event: JobEnded) -> None:
        self._jobs.ended(event)
        self._newest.pop(event.job, None)

    def _started(self, event: ExecutionStarted) -> None:
        self._live[event.execution] = event.job
        self._newest[event.job] = max(event.execution, self._newest.get(event.job, 0))

    def _ended(self, event: ExecutionEnded) -> None:
        self._live.pop(event.execution, None)
        self._tokens.pop(event.execution, None)

    def _exchanged(self, event: JobTokenExchanged) -> None:
        demand(event.token not in self._spent, event, "a token is exchanged once")
        self._spent.add(event.token)
        demand(self._live.get(event.execution) == event.job, event, "only a live execution exchanges its token")
        demand(event.at_us < event.expires_at_us, event, "an expired token is never exchanged")
        origin = self._jobs.origin(event.job)
        demand((origin.tenant, origin.trust) == (event.tenant, event.trust), event, f"a token is for {origin}")
        self._tokens[event.execution] = event

    def _token_ended(self, event: JobTokenEnded) -> None:
        self._tokens.pop(event.execution, None)

    def _released(self, event: SecretReleased) -> None:
        token, job = self._tokens.get(event.execution), self._live.get(event.execution)
        held = token is not None and token.token == event.token and event.at_us < token.expires_at_us
        demand(held, event, "a secret goes to a live token only")
        demand(job is not None and self._newest[job] == event.execution, event, "a secret goes to a live attempt only")
        assert job is not None
        origin = self._jobs.origin(job)
        demand(origin.trust == "trusted", event, "untrusted code gets no secret")
        owner = self._tenant_of_secret[event.secret] or origin.tenant
        demand(event.tenant == origin.tenant == owner, event, "a secret stays with its tenant")


class EverySessionIsLive:
    """A user's pipeline starts in an open session of a user who is not suspended; every session ends."""

    def __init__(self, idle_us: int) -> None:
        self._idle_us = idle_us
        self._open: dict[tuple[str, str], SessionOpened] = {}
        self._used: dict[int, int] = {}  # session → when
        self._barred: dict[tuple[str, str], None] = {}
        self._held: set[int] = set()  # pipelines that were let in, and wait for their concurrency group

    def subscriptions(self) -> Translation:
        return {
            SessionOpened: self._opened,
            SessionEnded: self._ended,
            PipelineHeld: self._was_held,
            PipelineStarted: self._started,
            PipelineEnded: self._over,
            UserSuspended: self._bar,
            UserDeleted: self._bar,
            UserReinstated: self._welcome,
        }

    def at_end(self) -> Iterable[str]:
        if self._open:
            yield f"{len(self._open)} sessions never ended"

    def _opened(self, event: SessionOpened) -> None:
        who = (event.tenant, event.actor)
        demand(
            who not in self._open and who not in self._barred, event, "a user has one session, and only while active"
        )
        self._open[who] = event
        self._used[event.session] = event.at_us

    def _ended(self, event: SessionEnded) -> None:
        demand(self._used.pop(event.session, None) is not None, event, "a session ends once")
        self._open = {who: one for who, one in self._open.items() if one.session != event.session}

    def _was_held(self, event: PipelineHeld) -> None:
        self._let_in(event)
        self._held.add(event.pipeline)

    def _started(self, event: PipelineStarted) -> None:
        if event.pipeline not in self._held:
            self._let_in(event)

    def _over(self, event: PipelineEnded) -> None:
        self._held.discard(event.pipeline)

    def _let_in(self, event: PipelineStarted | PipelineHeld) -> None:
        if event.trust != "trusted" or not event.actor:
            return
        session = self._open.get((event.tenant, event.actor))
        demand(session is not None, event, "a user acts in a session")
        assert session is not None
        ends = min(session.expires_at_us, self._used[session.session] + self._idle_us)
        demand(event.at_us < ends, event, f"the session of its user was over at {ends}")
        self._used[session.session] = event.at_us

    def _welcome(self, event: UserReinstated) -> None:
        self._barred.pop((event.tenant, event.actor), None)

    def _bar(self, event: UserSuspended | UserDeleted) -> None:
        self._barred[event.tenant, event.actor] = None
