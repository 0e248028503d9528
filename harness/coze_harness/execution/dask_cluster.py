"""Replay on a Dask cluster, through the interface of the local pool.

The scheduler distributes the batches, and those of a dead worker again. Workers need this package,
and the cassettes under the same path (or URL).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from coze_harness.execution.process_pool import in_batches, map_with_executor
from coze_harness.messages import literal, message
from coze_harness.model.errors import UsageError, WorkerLostError

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")

_CONNECT_SECONDS: Final = 10
# Batches for each thread of the cluster, to keep it busy while results travel.
_BATCHES_PER_THREAD: Final = 3


def map_on_cluster(
    address: str, work: Callable[[Sequence[Item]], Result], items: Sequence[Item]
) -> Generator[Result, None, None]:
    """Apply `work` to batches of the items on a cluster; yield results in order of completion.

    Closing the iterator drops the batches that have not begun. `work`, items and results travel
    pickled.

    `address` is the scheduler's, as in ``tcp://10.0.0.1:8786``.

    Raises:
        UsageError: no scheduler answers at the address, or it has no worker.
        WorkerLostError: workers died repeatedly, or the connection is lost.
    """
    with closing(_client(address)) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise UsageError(
                message("cluster.no_worker", address=address),
                next_step=message("cluster.no_worker.next", address=address),
            )
        # Not pure: equal batches would be done only once.
        pool = client.get_executor(pure=False)
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            yield from map_with_executor(
                pool, work, in_batches(items), limit=threads * _BATCHES_PER_THREAD
            )
        except (KilledWorker, FutureCancelledError, OSError) as error:
            raise WorkerLostError(
                message("cluster.lost", address=address, reason=type(error).__name__),
                next_step=message("cluster.lost.next"),
            ) from error
        finally:
            pool.shutdown(wait=False)


def check_scheduler(address: str) -> None:
    """Check that something listens at a scheduler's address.

    Called before Dask's client, which is slow to load and goes on trying in threads of its own.

    Raises:
        UsageError: the package is missing, or nothing listens at the address.
    """
    if find_spec("distributed") is None:
        raise UsageError(
            message("cluster.no_package"),
            next_step=literal("pip install 'coze-harness[dask]'"),
        )
    try:
        with socket.create_connection(_host_and_port(address), _CONNECT_SECONDS):
            return
    except (OSError, ValueError) as error:
        raise _no_scheduler(address) from error


def _client(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _no_scheduler(address) from error


def _no_scheduler(address: str) -> UsageError:
    return UsageError(
        message("cluster.no_scheduler", address=address),
        next_step=message("cluster.no_scheduler.next"),
    )


def _host_and_port(address: str) -> tuple[str, int]:
    """Return a scheduler's host and port; ValueError if the address has none."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if not parts.hostname or not parts.port:
        raise ValueError(address)
    return parts.hostname, parts.port
