#!/usr/bin/env python3
# test_launch.py - how a process knows that a launcher started it. Speaks TAP.
#
#   test_launch.py TEST_COMM mpi|none
#
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

LAUNCHER = ('OMPI_', 'PMIX_', 'PMI_', 'SLURM_')
exe, mpi = sys.argv[1], sys.argv[2] == 'mpi'
cases = failures = 0


def case(name, good, more=''):
    global cases, failures
    cases += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {cases} - {name}")
    if not good:
        print('# ' + str(more).replace('\n', '\n# '))


def start(*args, **variables):
    """Run test_comm without a launcher, but with these variables set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHER)}
    environment.update(variables)
    return subprocess.run([exe, *args], env=environment, capture_output=True, text=True, timeout=60)


done = start('1', SLURM_JOB_ID='7', SLURM_PROCID='1', SLURM_NTASKS='4', SLURM_STEP_NUM_TASKS='4')
case('the variables of Slurm alone make no ranks', done.returncode == 0, done.stdout + done.stderr)
case('without a launcher the library is the serial one', 'serial' in done.stderr, done.stderr)
if not mpi:
    for several in ({'OMPI_COMM_WORLD_SIZE': '4', 'OMPI_COMM_WORLD_RANK': '0'}, {'PMI_RANK': '0', 'PMI_SIZE': '2'},
                    {'PMIX_RANK': '1'}, {'PMIX_RANK': '0', 'SLURM_STEP_NUM_TASKS': '2'}):
        done = start('1', **several)
        case(f'a build without MPI refuses several ranks ({" ".join(several)})',
             done.returncode != 0 and 'has no MPI and was started as' in done.stderr and not done.stdout, done)
    done = start('1', OMPI_COMM_WORLD_SIZE='1', OMPI_COMM_WORLD_RANK='0')
    case('a build without MPI takes the single rank of a launcher', done.returncode == 0, done.stdout + done.stderr)
print(f'1..{cases}')
sys.exit(failures > 0)
