"""Which executor the options ask for."""

from windtunnel.executors import Dask, Executor, Processes
from windtunnel.exits import BadInput
from windtunnel.pool import cores


def executor_of(name: str, address: str | None, jobs: int | None) -> Executor:
    """Raises BadInput for options that say nothing together."""
    if name == "dask":
        if not address:
            raise BadInput("--executor dask needs --address tcp://HOST:PORT, where its scheduler is")
        if jobs:
            raise BadInput("--jobs is about processes of this machine; a Dask cluster has the workers that it has")
        return Dask(address)
    if address:
        raise BadInput("--address is the one of a Dask scheduler: add --executor dask")
    return Processes(jobs or cores())
