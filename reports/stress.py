"""The STRESS-DES checklist of a stored run as Markdown, with what is known filled in and the author's part marked.

Items and numbers: Monks, Currie, Onggo, Robinson, Kunc and Taylor (2019), "Strengthening the reporting of empirical
simulation studies: Introducing the STRESS guidelines", Journal of Simulation 13(1), 55–67,
doi:10.1080/17477778.2018.1442155. The wording of what each asks for is ours, in templates/stress-des.md.j2.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import stress_words as words
from reports.figures import Summary
from reports.findings import Experiment
from reports.provenance import Provenance

STRESS = "stress-des.md"
TEMPLATE = Path(__file__).with_name("templates") / f"{STRESS}.j2"


def stress_des(
    scenario: Mapping[str, Any],
    summaries: Sequence[Summary],
    experiment: Experiment | None,
    provenance: Provenance,
    identity: tuple[str, str],
) -> str:
    """`identity` is the id of the run and the hash of its scenario."""
    from jinja2 import Environment, StrictUndefined

    beginning, length = words.run_length(summaries)
    known = {
        "name": words.plain(scenario.get("name", "a scenario")),
        "run_id": identity[0],
        "scenario_hash": identity[1],
        "question": words.plain(scenario.get("question", "")),
        "thresholds": scenario.get("thresholds") or (),
        "names": ", ".join(summary.policy for summary in summaries),
        "policies": words.policies(summaries),
        "jobs": words.jobs(scenario),
        "fleet": words.fleet(scenario),
        "workload": words.workload(scenario),
        "inputs": words.inputs(provenance),
        "reading": words.reading(summaries),
        "beginning": beginning,
        "length": length,
        "estimation": words.estimation(experiment),
        "software": words.software(provenance),
        "seeds": ", ".join(str(seed) for seed in sorted({summary.seed for summary in summaries})),
        "digests": "\n".join(f"- {words.plain(summary.policy)}: `{summary.digest}`" for summary in summaries),
        "system": words.system(provenance),
        "code": words.code(provenance),
    }
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(known)
