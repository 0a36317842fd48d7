"""A token lives once, whatever order its beginning and end are heard in, and however often."""

from hypothesis import given
from hypothesis import strategies as st

from domain.artifacts.tokens import LiveTokens, Provenance
from domain.shared.ids import ExecutionId, JobId
from domain.shared.refusals import Refused

NEWS = st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=60)


@given(news=NEWS)
def test_it_is_live_from_its_first_news_that_is_a_beginning_until_its_end(news: list[tuple[bool, int]]) -> None:
    tokens, live, heard = LiveTokens(), set(), set()
    for begins, number in news:
        token = ExecutionId(number)
        if begins:
            tokens.begin(token, JobId(number * 10), 1)
            if number not in heard:
                live.add(number)
        else:
            tokens.end(token)
            live.discard(number)
        heard.add(number)
        for other in range(1, 13):
            holder = tokens.holder(ExecutionId(other))
            if other in live:
                assert holder == Provenance(JobId(other * 10), 1, ExecutionId(other))
            else:
                assert isinstance(holder, Refused) and holder.reason == "stale-token"


@given(order=st.permutations([(what, token) for what in (True, False) for token in range(1, 9)]))
def test_nothing_is_remembered_of_tokens_that_have_ended_when_all_is_told(order: list[tuple[bool, int]]) -> None:
    tokens = LiveTokens()
    for begins, token in order:
        if begins:
            tokens.begin(ExecutionId(token), JobId(1), 1)
        else:
            tokens.end(ExecutionId(token))
    heard = tokens._heard
    assert (tokens._live, heard._upto, heard._new, heard._old) == ({}, 8, set(), set())
