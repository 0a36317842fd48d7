"""Security joins a run: it admits pipelines, keeps untrusted code apart, and gives attempts tokens and secrets."""

from collections.abc import Callable
from functools import partial

from domain.acl import execution_to_security, orchestration_to_security, security_to_scheduling
from domain.contracts.execution import ExecutionEnded
from domain.orchestration.pipelines import Pipeline
from domain.security.access import Access
from domain.security.audit import AuditTrail
from domain.security.authority import Issuance, TokenAuthority
from domain.security.compiled import CompiledPolicy
from domain.security.directory import Directory
from domain.security.ports import Signer
from domain.security.rights import Terms
from domain.security.secret_store import SecretStore
from domain.security.signing import CheapSigner
from domain.security.tokens import Holder
from domain.shared.events import Translation
from domain.shared.ids import JobId, PipelineId
from scenarios.distributions import latencies_us
from scenarios.spec_security import Security, SecurityUser
from sim.adapters.eddsa import eddsa_signer
from sim.checkers_security import EverySessionIsLive, SecretsNeedLiveTokens, UntrustedStaysApart
from sim.contexts.parts import Joined, Parts
from sim.contexts.security_phases import Attempts, LostWorkers
from sim.contexts.security_policy import policy_of, secrets_of, session_terms_of, terms_of, trusts_of
from sim.contexts.security_tables import tables

SIGNERS: dict[str, Callable[[bytes], Signer]] = {"cheap": CheapSigner, "eddsa": eddsa_signer}
KEY_BYTES = 32


def join(parts: Parts, check: bool) -> Joined:
    """Attempts get their tokens before anything else happens to them: the phases that use them come right after."""
    section = parts.scenario.security
    if section is None:
        return Joined()
    publish, orchestrator = parts.bus.publish, parts.orchestrator
    audit, pools, terms = AuditTrail(section.audit_keep), trusts_of(parts.scenario), terms_of(parts.scenario, section)
    signer = SIGNERS[section.signer](parts.streams("security", "job-token-key").bytes(KEY_BYTES))
    issuance = Issuance(section.issuer, section.audience, section.token_ttl)
    authority = TokenAuthority(issuance, signer, audit, publish, parts.executor.live.__contains__)
    directory = Directory(session_terms_of(section), section.members, publish)
    access = Access(CompiledPolicy(policy_of(parts.scenario, section)), terms, directory, authority, audit, publish)
    store = SecretStore(secrets_of(section), authority, section.audience, audit, publish)

    def pipeline_of(job: JobId) -> Pipeline | None:
        known = orchestrator.jobs.get(job)
        return None if known is None else known.pipeline

    def holder_of(job: JobId) -> tuple[PipelineId, Holder] | None:
        known = orchestrator.jobs.get(job)
        if known is None:
            return None
        pipeline = known.pipeline
        holder = access.holder(pipeline.tenant, known.spec.label, pipeline.trigger)
        return None if holder is None else (pipeline.id, holder)

    attempts = Attempts(
        authority, store, access, parts, holder_of, terms.jobs, section.audience, section.refused_secret == "fail"
    )
    placement = security_to_scheduling.Placement(access, pools, pipeline_of)
    orchestrator.admit = orchestration_to_security.admission(access, terms)
    parts.scheduler.admission = placement.admit
    parts.requiring["security"] = placement.require
    _add_phases(parts, section, attempts)
    for name, user in section.users.items():
        directory.add(user.tenant, name, user.roles)
        _time_user(parts, access, name, user)
    lost = _lost_workers(parts, section, store, authority, terms)
    return Joined(
        observes=(*lost, execution_to_security.translate(authority, holder_of)),
        checkers=(
            UntrustedStaysApart(pools),
            SecretsNeedLiveTokens({name: secret.tenant for name, secret in store.secrets.items()}),
            EverySessionIsLive(section.session.idle),
        )
        if check
        else (),
        tables=partial(tables, audit, authority, store, directory, attempts.deploys, attempts.ran, pools),
        work=lambda: {"access_decisions": sum(audit.counts), "tokens_issued": authority.counts["issued"]},
        close=directory.close,
    )


def _add_phases(parts: Parts, section: Security, attempts: Attempts) -> None:
    """Waiting for a token comes before its exchange, so that one that lives too short expires on the way."""
    latency = latencies_us(section.exchange, parts.streams("security", "token-exchange"))
    if section.exchange.constant != 0:
        parts.preparing["token request"] = lambda now, execution: latency()
    parts.preparing["token exchange"] = attempts.exchange
    if attempts.may_deploy:
        parts.preparing["environment"] = attempts.enter
        parts.uploading["deployment"] = attempts.deploy
    if attempts.use_secrets:
        parts.preparing["secrets"] = attempts.secrets


def _time_user(parts: Parts, access: Access, name: str, user: SecurityUser) -> None:
    """What will happen to a user, by the scenario."""
    engine = parts.engine
    for at, command in (
        (user.suspended_from, access.suspend),
        (user.suspended_until, access.reinstate),
        (user.deleted_at, access.delete),
    ):
        if at is not None:
            engine.after(at, lambda command: command(engine.now, user.tenant, name), command)


def _lost_workers(
    parts: Parts, section: Security, store: SecretStore, authority: TokenAuthority, terms: Terms
) -> tuple[Translation, ...]:
    rules = section.lost_workers
    if rules is None:
        return ()
    luck, engine = parts.streams("security/lost-workers", "share"), parts.engine
    lost = LostWorkers(
        store, authority, terms.jobs, section.audience, engine.after,
        latencies_us(rules.after, parts.streams("security/lost-workers", "after")),
        lambda: float(luck.random()) < rules.share, lambda: engine.now,
    )  # fmt: skip

    def ended(event: ExecutionEnded) -> None:
        token = authority.held(event.job, event.execution) if event.state == "LOST" else None
        if token is not None:
            lost.lost(token)

    return ({ExecutionEnded: ended},)
