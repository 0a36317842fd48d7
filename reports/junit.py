"""The outcome of thresholds as JUnit XML, which CI systems show beside tests."""

from collections.abc import Sequence
from xml.etree import ElementTree

from reports.findings import Judgement
from reports.unit_words import in_unit, interval_words


def to_junit(scenario: str, judgements: Sequence[Judgement]) -> bytes:
    """One test case per threshold and policy; an inconclusive one is an error: it could not be judged."""
    counts = {outcome: sum(each.outcome == outcome for each in judgements) for outcome in ("fail", "inconclusive")}
    numbers = {
        "tests": str(len(judgements)),
        "failures": str(counts["fail"]),
        "errors": str(counts["inconclusive"]),
    }
    suites = ElementTree.Element("testsuites", {"name": "windtunnel", **numbers})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": f"{scenario}: thresholds", **numbers})
    for each in judgements:
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": f"{scenario}.{each.policy}", "name": each.threshold}
        )
        if each.outcome != "pass":
            kind = "failure" if each.outcome == "fail" else "error"
            message = f"{each.outcome}: {in_unit(each.estimate.value, each.unit, signed=bool(each.against))}"
            found = ElementTree.SubElement(case, kind, {"type": each.outcome, "message": message})
            between = interval_words(each.estimate, each.unit, signed=bool(each.against))
            found.text = f"95 % interval {between}. {each.why}".strip()
    ElementTree.indent(suites)
    text: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
