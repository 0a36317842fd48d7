"""Orchestration asks Security before a pipeline starts: may this trigger run these jobs?"""

from collections.abc import Callable

from domain.orchestration.specs import PipelineSpec
from domain.security.access import Access
from domain.security.rights import Terms
from domain.shared.refusals import Refused
from domain.shared.triggers import Trigger


def admission(access: Access, terms: Terms) -> Callable[[int, str, PipelineSpec, Trigger], Refused | None]:
    """What the orchestrator asks. Environments that refuse a job alone are asked for when the job comes to it."""
    strict = {name for name, environment in terms.environments.items() if environment.strict}
    deploys = {label: rights.environment for label, rights in terms.jobs.items() if rights.environment in strict}

    def admit(now: int, tenant: str, spec: PipelineSpec, trigger: Trigger) -> Refused | None:
        wanted = dict.fromkeys(deploys[job.label] for job in spec.jobs if job.label in deploys) if deploys else ()
        return access.admit(now, tenant, wanted, trigger)

    return admit
