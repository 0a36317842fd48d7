"""What a user asks for is valid by construction, in whatever order the jobs are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import Concurrency, ResourceGroup, RetryPolicy
from domain.shared.resources import Resources

CPU = Resources(1000)
SHORTEST_US = 1
LINKS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14)


def job(name: str, *needs: str, **changes) -> JobSpec:
    return JobSpec(name, "label", needs=needs, **{"resources": CPU} | changes)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"name": ""}, "has a name and a label"),
    ({"label": ""}, "has a name and a label"),
    ({"resources": Resources(0, 1024)}, "'build' asks for no CPU"),
    ({"timeout_us": 0}, "'build': timeout 0 is not positive"),
    ({"timeout_us": -1}, "'build': timeout -1 is not positive"),
    ({"max_queue_us": -1}, "'build': queue time is never negative"),
    (
        {"concurrency": Concurrency("g"), "resource_group": ResourceGroup("g")},
        "'build' has a concurrency group or a resource group, not both",
    ),
])  # fmt: skip
def test_a_job_that_cannot_be_meant_is_not_made(wrong, said) -> None:
    with pytest.raises(ValueError, match=said):
        JobSpec(**{"name": "build", "label": "label", "resources": CPU} | wrong)


def test_the_least_that_a_job_may_ask_for() -> None:
    least = JobSpec("j", "l", Resources(1), timeout_us=SHORTEST_US, retry=RetryPolicy(infra=0))
    assert (least.runs_on, least.needs, least.max_queue_us, least.retry.user) == ((), (), 0, 0)


@pytest.mark.parametrize(("jobs", "said"), [
    ((), "at least one job"),
    ((job("a"), job("a")), "unique"),
    ((job("a", "b"), job("b"), job("a")), "unique"),
    ((job("a", "x"),), "'a' needs unknown x"),
    ((job("a"), job("b", "y", "a", "x")), "'b' needs unknown x, y"),
    ((job("b", "a"), job("a"), job("c", "x")), "'c' needs unknown x"),
    ((job("a", "a"),), "cycle: a → a"),
    ((job("a", "b"), job("b", "a")), "cycle"),
    ((job("root"), job("a", "root", "c"), job("b", "a"), job("c", "b"), job("leaf", "c")), "cycle"),
])  # fmt: skip
def test_a_graph_that_cannot_run_is_not_made(jobs, said) -> None:
    with pytest.raises(ValueError, match=said):
        PipelineSpec(jobs)


@given(links=LINKS, order=st.permutations(range(7)))
def test_any_graph_without_a_cycle_is_made_and_no_other_in_any_order(links, order) -> None:
    """The oracle takes away jobs whose needs are gone, until nothing more goes."""
    needs: dict[int, set[int]] = {one: set() for one in range(7)}
    for one, need in links:
        needs[one].add(need)
    left = set(needs)
    while gone := {one for one in left if not needs[one] & left}:
        left -= gone
    jobs = tuple(job(f"j{one}", *(f"j{need}" for need in sorted(needs[one]))) for one in order)
    if left:
        with pytest.raises(ValueError, match="cycle"):
            PipelineSpec(jobs)
    else:
        assert PipelineSpec(jobs).jobs == jobs


def test_a_long_chain_written_backwards_is_no_cycle() -> None:
    chain = tuple(job(f"j{at}", *([f"j{at - 1}"] if at else [])) for at in reversed(range(5000)))
    assert len(PipelineSpec(chain).jobs) == 5000
