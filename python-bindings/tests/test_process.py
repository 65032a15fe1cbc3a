"""Signals, the interpreter's lock, forks.

SPDX-License-Identifier: Apache-2.0
"""

import multiprocessing
import os
import signal
import threading
import time

import pytest

import songdo
from conftest import BELL

# Minutes, if nobody stops it.
LONG = 'include "stdgates.inc"; qubit[22] q; for int i in [1:4000] { h q; for int j in [0:20] { cx q[j], q[j + 1]; } }'
MANY_SHOTS = 50_000_000_000
# Planned for longer than it is simulated.
MANY_GATES = 'include "stdgates.inc"; qubit[6] q; for int i in [1:10000000] { rx(0.1) q; cx q[0], q[1]; }'


def _interrupt(after):
    sent = []

    def send():
        time.sleep(after)
        sent.append(time.process_time())  # of one thread: a busy machine changes nothing
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=send).start()
    return sent


@pytest.mark.parametrize(
    "call",
    [
        lambda: songdo.run(LONG, threads=1),
        lambda: songdo.State.run(LONG, threads=1),
        lambda: songdo.run(BELL, shots=MANY_SHOTS, threads=1),
        lambda: songdo.run(MANY_GATES, threads=1),
    ],
    ids=["run", "state", "shots", "gates"],
)
def test_control_c_stops_within_a_second(call):
    sent = _interrupt(0.7)
    with pytest.raises(KeyboardInterrupt):
        call()
    assert time.process_time() - sent[0] < 1


def test_exceptions_of_other_handlers_come_through_and_the_state_says_so():
    def handler(*_):
        raise TimeoutError("too long")

    state = songdo.State.zero(22)
    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1.0)
        with pytest.raises(TimeoutError, match="too long"):
            state.apply(LONG)
    finally:
        signal.signal(signal.SIGALRM, before)
    for use in (state.sample, state.norm, lambda: state.expectation("Z0")):
        with pytest.raises(songdo.UsageError, match="half way"):
            use()
    assert sum(songdo.run(BELL).counts.values()) == 1024


def test_a_handler_that_raises_nothing_stops_nothing():
    calls = []
    before = signal.signal(signal.SIGALRM, lambda *_: calls.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        result = songdo.run('include "stdgates.inc"; qubit[20] q; for int i in [1:300] { h q; rx(0.1) q; }', shots=10)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert sum(result.counts.values()) == 10


def test_the_lock_of_the_interpreter_is_released():
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(time.monotonic())

    ticker = threading.Thread(target=tick)
    ticker.start()
    songdo.run(
        'include "stdgates.inc"; qubit[22] q; for int i in [1:10] { h q; for int j in [0:20] { cx q[j], q[j + 1]; } }',
        shots=1,
        threads=1,
    )
    done.set()
    ticker.join()
    assert len(ticks) > 10


def _child(seed):
    return songdo.run(
        'include "stdgates.inc"; qubit[18] q; h q; for int j in [0:16] { cz q[j], q[j + 1]; } h q;',
        shots=20,
        seed=seed,
        threads=2,
    ).counts


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_that_come_after_threads_do_not_hang(method):
    expected = [_child(seed) for seed in range(4)]  # two threads here first
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(_child, range(4)).get(timeout=60) == expected
    assert _child(0) == expected[0]
