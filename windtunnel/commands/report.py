"""`windtunnel report`: show a kept run again, without simulating."""

import click


@click.command(short_help="Show a kept run again.")
@click.argument("directory", metavar="DIR")
@click.option("--json", "json_file", metavar="FILE", help="Write the figures as JSON; `-` is stdout, and nothing else.")
@click.option("--html", "html_file", metavar="FILE", help="Write the report as one HTML file; `-` is stdout.")
@click.option("--contexts", is_flag=True, help="Show the figures of every context too.")
def report(directory: str, json_file: str | None, html_file: str | None, contexts: bool) -> None:
    """Show the run that `windtunnel run --out DIR` kept, without simulating it again."""
    from reports.store import circumstances_of, load_run
    from reports.summary import summarise
    from windtunnel.outputs import check_writable
    from windtunnel.showing import show

    check_writable(json_file, html_file)
    results = load_run(directory)
    summaries, about = [summarise(result) for result in results], circumstances_of(directory)
    show(results, summaries, json_file=json_file, html_file=html_file, about=about, contexts=contexts)
