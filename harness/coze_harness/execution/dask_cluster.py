"""Replay on the machines of a Dask cluster, through the interface of the local pool.

The scheduler decides who does what, and gives a dead worker's batches to others; nothing
of that is ours. Workers need this package, and the cassettes under the same path (or URL).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from coze_harness.execution import BATCH_SIZE
from coze_harness.execution.process_pool import map_with_executor
from coze_harness.model.errors import UsageError, WorkerLostError

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")

_PATIENCE: Final = 10
# As many batches for each thread of the cluster as keep it busy while results travel.
_AHEAD: Final = 3


def map_on_cluster(
    address: str,
    work: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    size: int = BATCH_SIZE,
) -> Generator[Result, None, None]:
    """Apply `work` to batches of the items on a cluster; yield results in order of completion.

    Closing the iterator drops the batches that have not begun. `work`, items and results travel
    pickled.

    Args:
        address: the scheduler's, as in ``tcp://10.0.0.1:8786``.
        work: what is done with a batch.
        items: what it is done with.
        size: how many items travel together: a task for each takes several times as long.

    Raises:
        UsageError: no scheduler answers at the address, or it has no worker.
        WorkerLostError: workers died again and again, or the connection is gone.
    """
    with closing(_client(address)) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise UsageError(
                f"The scheduler at {address} has no worker.",
                next_step=f"start some on machines that have this package: dask worker {address}",
            )
        # Not pure: equal batches would be taken for one and done once.
        pool = client.get_executor(pure=False)
        batches = (items[start : start + size] for start in range(0, len(items), size))
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            yield from map_with_executor(pool, work, batches, ahead=threads * _AHEAD)
        except (KilledWorker, FutureCancelledError, OSError) as fault:
            raise WorkerLostError(
                f"The cluster at {address} lost the work: {type(fault).__name__}.",
                next_step="go on where it stopped with --resume; the workers' logs tell why",
            ) from fault
        finally:
            pool.shutdown(wait=False)


def check_scheduler(address: str) -> None:
    """Make sure that somebody listens where a scheduler is said to be.

    To be asked first: Dask's client takes long to load, and goes on trying in threads of its own
    after it has given up.

    Raises:
        UsageError: the package is missing, or nobody listens at the address.
    """
    if find_spec("distributed") is None:
        raise UsageError(
            "--cluster needs packages that are not installed.",
            next_step="pip install 'coze-harness[dask]'",
        )
    try:
        with socket.create_connection(_host_and_port(address), _PATIENCE):
            return
    except (OSError, ValueError) as fault:
        raise _nobody(address) from fault


def _client(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise _nobody(address) from fault


def _nobody(address: str) -> UsageError:
    return UsageError(
        f"No Dask scheduler answers at {address}.",
        next_step="give its address as it prints it when it starts: tcp://HOST:8786",
    )


def _host_and_port(address: str) -> tuple[str, int]:
    """Return where a scheduler listens; ValueError if the address does not say so."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if not parts.hostname or not parts.port:
        raise ValueError(address)
    return parts.hostname, parts.port
