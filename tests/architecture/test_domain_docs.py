"""The page about the domain says what the code says."""

from tests.architecture.domain_docs import PAGE, lifecycles, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_nothing_is_missing() -> None:
    names = {aggregate.__name__ for aggregate in lifecycles()}
    assert names == {"Pipeline", "Job", "Node", "Offer", "Assignment", "Provider", "Worker", "Execution"}
    for event in ("JobQueued", "OfferExpired", "WorkerTerminated", "ExecutionEnded"):
        assert f"| {event} |" in page()
