"""The pools of a fleet in the order of the file, and the name that events and reports know each by: `provider/pool`."""

from scenarios.spec import Pool, Scenario


def each_pool(scenario: Scenario) -> list[tuple[str, str, Pool]]:
    """Provider, name and what is written, of every pool."""
    return [
        (provider_name, pool_name, pool)
        for provider_name, provider in scenario.fleet.providers.items()
        for pool_name, pool in provider.pools.items()
    ]


def pools_of(scenario: Scenario) -> dict[str, Pool]:
    """`provider/pool` → what the scenario says of it."""
    return {f"{provider}/{name}": pool for provider, name, pool in each_pool(scenario)}
