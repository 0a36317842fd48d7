"""`windtunnel domain`: the model that runs are made of, read from the code: contexts, lifecycles, events, contracts."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from windtunnel.exits import OK, THRESHOLD, BadInput

if TYPE_CHECKING:
    from reports.domain_model import Context


@click.command(short_help="Show the domain model: contexts, lifecycles, events.")
@click.argument("context", nargs=-1)
@click.option("--mermaid", "form", flag_value="mermaid", help="Lifecycles and context map as Mermaid diagrams.")
@click.option("--json", "form", flag_value="json", help="Everything as JSON on stdout.")
@click.option("--json-schema", "form", flag_value="json-schema", help="The JSON Schema (2020-12) of the events.")
@click.option("--asyncapi", "form", flag_value="asyncapi", help="The AsyncAPI (3.0) document of the events.")
@click.option(
    "--check-contracts", "baseline", metavar="FILE", help="Say what readers of an older events.schema.json would miss."
)
def domain(context: tuple[str, ...], form: str | None, baseline: str | None) -> int:
    """Show the domain model: contexts, lifecycles, events and the context map, or only the contexts named CONTEXT.

    \b
    windtunnel domain scheduling
    windtunnel domain --asyncapi > asyncapi.json
    windtunnel domain --check-contracts docs/contracts/events.schema.json
    """
    from reports.domain_model import contexts

    every = contexts()
    _check(context, [each.name for each in every])
    shown = [each for each in every if not context or each.name in context]
    if baseline is not None:
        return _check_contracts(Path(baseline))
    if form is None:
        from reports.domain_text import domain_text

        click.echo(domain_text(context, shutil.get_terminal_size((80, 24)).columns))
    elif form == "mermaid":
        click.echo(_mermaid(shown, with_map=not context))
    else:
        import json

        click.echo(json.dumps(_document(form, shown), indent=2, ensure_ascii=False))
    return OK


def _check(wanted: tuple[str, ...], known: list[str]) -> None:
    for name in wanted:
        if name not in known:
            raise BadInput(f"there is no context {name!r}; allowed: {', '.join(known)}")


def _mermaid(shown: "list[Context]", with_map: bool) -> str:
    from reports.domain_diagrams import lifecycle_diagram, map_diagram

    diagrams = [
        f"%% {context.name}: {aggregate.__name__}\n{lifecycle_diagram(aggregate)}"
        for context in shown
        for aggregate in context.aggregates
    ]
    return "\n\n".join([*diagrams, f"%% context map\n{map_diagram()}"] if with_map else diagrams)


def _document(form: str, shown: "list[Context]") -> dict[str, Any]:
    from reports.domain_documents import asyncapi_document, domain_document, schema_document

    return {"json": domain_document, "json-schema": schema_document, "asyncapi": asyncapi_document}[form](shown)


def _check_contracts(baseline: Path) -> int:
    """Compare the events of this code with those of a file, and say what broke."""
    import json

    from reports.compatibility import breaks
    from reports.domain_documents import schema_document
    from reports.domain_model import contexts

    try:
        before = json.loads(baseline.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{baseline} does not exist") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(f"{baseline} is not JSON: {error}") from None
    if not isinstance(before, dict) or not isinstance(before.get("$defs"), dict):
        raise BadInput(f"{baseline} is no events.schema.json: it has no $defs (write one with --json-schema)")
    found = breaks(before, schema_document(list(contexts())))
    for each in found:
        click.echo(each)
    count = len(before["$defs"])
    click.echo(f"{len(found)} breaking changes." if found else f"Compatible: {count} definitions compared.")
    return THRESHOLD if found else OK
