"""M/M/c through the whole engine: every wait is that of the textbook's queue, and their mean is Erlang's."""

import pytest

from reports.fidelity.checks import Line
from reports.fidelity.closed_forms import many_servers
from reports.fidelity.formulas import erlang_c_wait


@pytest.mark.parametrize(("arrival", "servers", "jobs"), [(1.6, 2, 100_000), (9.0, 10, 400_000), (45.0, 50, 3_200_000)])
def test_mean_wait_is_erlang_c(arrival: float, servers: int, jobs: int) -> None:
    lines: list[Line] = many_servers(arrival, servers, jobs)
    for line in lines:
        print(f"{line.figure}: {line.got} {line.statement}, expected {line.expected}")
    assert len(lines) == 3 and all(line.passed for line in lines)


def test_the_formula_itself(data) -> None:
    import json

    for row in json.loads(data("queueing_theory/closed_forms.json").read_text())["M/M/c"]:
        assert erlang_c_wait(row["lambda_"], row["mu"], row["c"]) == pytest.approx(row["Wq"], rel=1e-9)
