"""A tenant's next job is the first that waits of the shapes that are not set aside, whatever came and went before."""

from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.demand import WITHDRAWN, Demand
from domain.scheduling.policies import ORDERINGS
from domain.scheduling.queue import DemandQueue
from domain.shared.ids import JobId

SHAPES, TENANTS = 3, 2
STEPS = st.lists(st.tuples(st.sampled_from(["push", "push", "take", "withdraw", "park", "wake", "pull"]),
                           st.integers(0, TENANTS - 1), st.integers(0, SHAPES - 1)), max_size=60)  # fmt: skip


@given(STEPS)
def test_the_head_is_the_first_that_may_start(steps) -> None:
    queue, waiting = DemandQueue(ORDERINGS["fifo"], TENANTS), []
    for _ in range(SHAPES):
        queue.add_shape()
    for number, (step, tenant, shape) in enumerate(steps, 1):
        mine = [one for one in waiting if one.tenant == tenant and one.shape == shape]
        if step == "push":
            demand = Demand(JobId(number), 1, tenant, shape, "job", 0, number)
            waiting.append(demand)
            queue.push(demand)
        elif step == "take" and queue.heads[tenant] is not None:
            waiting.remove(queue.take(tenant))
        elif step in ("withdraw", "pull") and mine:
            one = mine[number % len(mine)]
            waiting.remove(one)
            getattr(queue, step)(one)
        elif step == "park" and shape not in queue.parked:
            queue.park(shape)
        elif step == "wake" and shape in queue.parked:
            queue.wake(shape)
        for each in range(TENANTS):
            ready = [one.sequence for one in waiting if one.tenant == each and one.shape not in queue.parked]
            head = queue.heads[each]
            assert (head and head[1]) == min(ready, default=None)
            assert head is None or head[2].stage != WITHDRAWN
        assert queue.waiting == [sum(one.shape == number for one in waiting) for number in range(SHAPES)]
        assert queue.in_order() == sorted(waiting, key=lambda one: one.sequence)
