"""measure.py - processes that are timed in turn, and how much of the machine others took meanwhile.

SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pathlib
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf('SC_CLK_TCK')
DISTURBED = 0.1  # of the machine lost to others: such a turn is repeated, and not counted
REST_AFTER, REST = 10, 2  # seconds at real-time priority, and the pause that others then get


def cores():
    return len(os.sched_getaffinity(0))


def cpu_name():
    with open('/proc/cpuinfo') as file:
        for line in file:
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return 'unknown'


def machine():
    """What rows say about where they were measured; times are comparable within one."""
    return f'{cpu_name()}, {cores()} threads'


def busy_ticks():
    """Ticks that all cores together have worked so far, stolen time included."""
    with open('/proc/stat') as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4]


def process_ticks(pid):
    with open(f'/proc/{pid}/stat') as file:
        words = file.read().rsplit(')', 1)[1].split()
    return sum(int(word) for word in words[11:15])  # its own and its children's, user and system


def waited_seconds(pid):
    """How long the threads of a process were ready to run and did not, so far."""
    waited = 0
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        try:
            waited += int((task / 'schedstat').read_text().split()[1])
        except (OSError, IndexError):
            pass  # the thread has ended, or the kernel does not count
    return waited / 1e9


class Turn:
    """One turn of a simulator. As shares of all cores: `foreign`, what others took of the machine meanwhile, and
    `waited`, how long its own threads had to wait for a core."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        self.busy, self.own, self.before = busy_ticks(), process_ticks(self.pid), waited_seconds(self.pid)
        self.begin = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.begin
        self.waited = (waited_seconds(self.pid) - self.before) / self.seconds / cores()
        own = process_ticks(self.pid) - self.own
        capacity = self.seconds * TICKS * cores()
        # Under a tenth of a second the ticks are too coarse to tell.
        self.foreign = max(0, busy_ticks() - self.busy - own) / capacity if self.seconds > 0.1 else 0
        self.used = own / TICKS / self.seconds


class Priority:
    """Real-time priority for what is timed, where wanted; with pauses, or nobody else could work."""

    def __init__(self, wanted):
        self.prefix = ['chrt', '-f', '20'] if wanted else []
        if wanted and (os.geteuid() != 0 or not shutil.which('chrt')):
            raise SystemExit('real-time priority needs root and the command chrt')
        self.spent = 0

    def rest(self, seconds):
        self.spent += seconds
        if self.prefix and self.spent > REST_AFTER:
            time.sleep(REST)
            self.spent = 0


def environment(pinned=True, **more):
    """All threads of the machine, each on its own core."""
    env = dict(
        os.environ, OMP_NUM_THREADS=str(cores()), OPENBLAS_NUM_THREADS=str(cores()), PYTHONWARNINGS='ignore', **more
    )
    if pinned:
        env.update(OMP_PROC_BIND='true', OMP_PLACES='threads')
    return env


# Freed memory is kept, so that only the first use of it is paid for.
KEEP_MEMORY = {
    'MALLOC_MMAP_MAX_': '0',
    'MALLOC_TRIM_THRESHOLD_': str(1 << 40),
    'MALLOC_ARENA_MAX': '1',
    'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1',
}


class Peer:
    """A simulator of simulators.py in its own process."""

    def __init__(self, name, precision, python, priority):
        self.name, self.priority = name, priority
        # Lightning brings an OpenMP library of its own, which sees one core where another has pinned the main thread.
        env = environment(name != 'lightning', BENCH_PRECISION=precision, **KEEP_MEMORY)
        self.process = subprocess.Popen(
            [*priority.prefix, python, HERE / 'simulators.py', name],
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.version = self.read()['version']

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f'{self.name} ended unexpectedly')
        return json.loads(line)

    def ask(self, **request):
        with Turn(self.process.pid) as turn:
            self.process.stdin.write(json.dumps(request) + '\n')
            self.process.stdin.flush()
            answer = self.read()
        self.priority.rest(turn.seconds)
        return {
            **answer,
            'foreign': round(turn.foreign, 3),
            'waited': round(turn.waited, 4),
            'used': round(turn.used, 2),
            'version': self.version,
        }

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def disturbance(row):
    """What a turn lost to others, as a share of the machine. A process that has ended cannot be asked how long it
    waited; Songdo keeps all cores busy, so that what others took is what it lost."""
    return row.get('waited', row.get('foreign', 0))


def songdo(driver, file, precision, repeats, seconds, priority, state=None):
    """One process of bench_state: its line, with what others took meanwhile."""
    command = [*priority.prefix, driver, file, '-p', precision, '-r', str(repeats), '-s', str(seconds)]
    with Turn(os.getpid()) as turn:
        done = subprocess.run(
            [*command, *(['-o', state] if state else [])], env=environment(), capture_output=True, text=True
        )
    priority.rest(turn.seconds)
    if done.returncode:
        return {'error': done.stderr.strip()[:300]}
    answer = json.loads(done.stdout)
    return {
        **answer,
        'foreign': round(turn.foreign, 3),
        'used': round(turn.used, 2),
        'version': f'songdo {answer["version"]}',
    }
