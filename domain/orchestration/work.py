"""The steps of running attempts, for those jobs that have any."""

from domain.orchestration.jobs import Job
from domain.orchestration.steps import Step
from domain.shared.events import Publish
from domain.shared.ids import JobId

HOW_IT_ENDED = {
    "COMPLETED": "succeed", "FAILED": "fail", "TIMED_OUT": "time_out", "CANCELLED": "cancel", "LOST": "cancel",
}  # fmt: skip
"""How an execution ended → the move of the step that ran then; those after it are skipped."""


class Work:
    """Each attempt has steps of its own, run one after the other; news of another attempt or order changes nothing."""

    def __init__(self, publish: Publish) -> None:
        self.steps: dict[JobId, list[Step]] = {}
        self._publish = publish

    def begin(self, job: Job) -> None:
        """An attempt starts: all its steps are ahead."""
        self.steps[job.id] = [Step(at, job.id, job.attempt, spec) for at, spec in enumerate(job.spec.steps)]

    def step_started(self, now: int, id: JobId, attempt: int, at: int) -> None:
        """Step `at` begins, which is the end of the one before."""
        steps = self._of(id, attempt, at)
        if steps and steps[at].state == "PENDING" and all(step.state != "PENDING" for step in steps[:at]):
            if at and steps[at - 1].state == "RUNNING":
                self._publish(steps[at - 1].end(now, "succeed"))
            self._publish(steps[at].start(now))

    def step_timed_out(self, now: int, id: JobId, attempt: int, at: int) -> None:
        """Step `at` took longer than it may; the attempt is to end with it."""
        steps = self._of(id, attempt, at)
        if steps and steps[at].state == "RUNNING":
            self._publish(steps[at].end(now, "time_out"))

    def end(self, now: int, job: Job, state: str) -> None:
        """The attempt ended in `state`, and the step that ran with it."""
        for step in self.steps.pop(job.id, ()):
            if step.state == "RUNNING":
                self._publish(step.end(now, HOW_IT_ENDED[state]))
            elif step.state == "PENDING":
                self._publish(step.end(now, "skip"))

    def _of(self, id: JobId, attempt: int, at: int) -> list[Step] | None:
        steps = self.steps.get(id)
        return steps if steps and steps[0].attempt == attempt and at < len(steps) else None
