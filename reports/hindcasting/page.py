"""A hindcast as one HTML page: its tables, and pictures of recorded against simulated waits."""

import numpy as np

from reports.document import Document, Plot, Section
from reports.hindcasting.figures import Hindcast, QueueHindcast
from reports.hindcasting.rows import headline, policies_table, queues_table, ranking_table, workers_words
from reports.ink import colour, drawing, to_svg, wait_axis
from reports.wording import count, duration, several, shortened

MOST_PICTURES, MOST_TABLES, WIDE = 12, 40, 1_000


def hindcast_page(found: Hindcast) -> Document:
    drawn = [queue for queue in found.queues if queue.jobs >= 2][:MOST_PICTURES]
    picture = Plot("Recorded and simulated quantiles", quantiles_svg(drawn), headline(found))
    facts = (("Recording", f"{found.format}, {count(found.used)} of {several(found.rows, 'row')}"),)
    return Document(
        title=f"Hindcast of {found.path.rsplit('/', 1)[-1]}",
        facts=facts,
        headlines=(headline(found),),
        warnings=(*found.notes, *(f"not compared: {left}" for left in found.left_out)),
        sections=(
            Section("queues", "Waits by queue", "", (queues_table(found, WIDE), *([picture] if drawn else []))),
            Section("policies", "Which policy", "", (ranking_table(found),)),
            Section("each", "Queue by queue", "", tuple(_told(queue) for queue in found.queues[:MOST_TABLES])),
        ),
    )


def _told(queue: QueueHindcast):  # type: ignore[no-untyped-def]
    table = policies_table(queue)
    return table._replace(title=f"{queue.name}: {workers_words(queue)}; {queue.verdict}")


def quantiles_svg(queues: list[QueueHindcast]) -> str:
    """Per queue and policy: recorded waits from left to right, simulated upwards; on the dotted line they are equal."""
    columns = min(3, max(len(queues), 1))
    rows = -(-max(len(queues), 1) // columns)
    with drawing(rows, 2.8, columns) as (figure, grid):
        for i, axes in enumerate(grid.flat):
            if i >= len(queues):
                axes.set_visible(False)
                continue
            _draw(axes, queues[i])
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=5)
        figure.supxlabel("recorded wait: p1, p2, p5 … p99", fontsize=9)
        figure.supylabel("simulated wait", fontsize=9)
        return to_svg(figure, "hindcast")


def _draw(axes, queue: QueueHindcast) -> None:  # type: ignore[no-untyped-def]
    matches = sorted(queue.matches, key=lambda one: one.policy)
    longest = max(max(a, b) for one in matches for a, b in one.quantiles_us)
    for number, one in enumerate(matches):
        pairs = np.array(one.quantiles_us, np.float64)
        axes.plot(pairs[:, 0], pairs[:, 1], "o-", color=colour(number), markersize=3, linewidth=0.8, label=one.policy)
    axes.plot([0, longest], [0, longest], ":", color="#8a8f98", linewidth=1)
    wait_axis(axes, longest)
    ticks, words = [t for t in axes.get_xticks() if t >= 0], duration
    kept = ticks if len(ticks) <= 4 else [ticks[0], *ticks[1::2]]
    threshold = 1_000_000 if longest > 10_000_000 else 1_000
    axes.set_yscale("symlog", linthresh=threshold, linscale=0.4)
    axes.set_xticks(kept, [words(round(tick)) for tick in kept])
    axes.set_yticks(kept, [words(round(tick)) for tick in kept])
    axes.minorticks_off()
    axes.set_ylim(-threshold * 0.06, max(longest * 1.15, threshold))
    axes.set_title(f"{shortened(queue.name, 22)}  ({queue.verdict})")
