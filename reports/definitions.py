"""What every figure of a report means, in one sentence each; docs/reports.md has the formulas."""

DEFINITIONS = (
    ("Window", "Figures are about jobs queued, and time and money spent, from the end of the warm-up to the horizon."),
    (
        "Queue wait",
        "When a job's work began minus when it was first queued (after its needs). A job that never started has none.",
    ),
    (
        "Percentiles",
        "p95 is the wait at place (n − 1) · 95 // 100 of the n waits in rising order: always a wait that happened.",
    ),
    (
        "Interval",
        (
            "95 % confidence interval of this run's figure, from 20 batches of consecutive jobs. Absent where jobs "
            "are too few or batches are correlated, as it would promise too much. It does not speak of other workloads."
        ),
    ),
    (
        "Busy, boot, idle",
        (
            "Busy: running time of jobs × CPUs they asked for. Boot: nodes from ordered to ready, and CPUs held while "
            "a job's worker starts. Idle: the rest of the time that nodes existed. Earlier attempts are in idle."
        ),
    ),
    (
        "Cost",
        (
            "Nodes are paid from ordered to gone, or each job apart, rounded up as the pool is billed. A pool's cost "
            "is split by CPU time. Per job: all cost ÷ jobs that ran and finished in the window."
        ),
    ),
    (
        "Fairness of service",
        "Jain's index over tenants of run ÷ (wait + run): 1 when all are delayed alike. Weights are not considered.",
    ),
    (
        "Fairness of delivery",
        "Jain's index over tenants of CPU time ÷ weight. Also low where tenants simply ask for different amounts.",
    ),
    (
        "Fairness of allocation",
        (
            "The same in each 48th of the window, over tenants with a job waiting or running in it; the mean of parts "
            "with two or more."
        ),
    ),
    (
        "Estimates",
        (
            "Run times that shortest-first goes by: history, the mean of finished jobs of the label, or exact, the "
            "true ones, which only an oracle knows."
        ),
    ),
    ("Backlog", "Jobs in the queue at the horizon, when arrivals stop; the run goes on until every job has ended."),
    ("Digest", "A short name for every event of the run in order: equal digests mean equal runs."),
)
