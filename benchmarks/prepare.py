"""prepare.py - what the comparisons need: the other simulators in a virtual environment, and a build of Songdo.

SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def install(venv, requirements):
    """Make a virtual environment that holds what a file of requirements lists, and go on in it."""
    wanted, kept, python = requirements.read_text(), venv / 'installed.txt', venv / 'bin' / 'python'
    if not kept.exists() or kept.read_text() != wanted:
        print(f'installing the simulators in {venv}', file=sys.stderr)
        subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
        subprocess.run([python, '-m', 'pip', 'install', '-q', '-r', requirements], check=True)
        kept.write_text(wanted)
    if pathlib.Path(sys.prefix).resolve() != venv.resolve():
        os.execv(python, [python, *sys.argv])


def build_songdo():
    """The folder of a release build with the benchmarks."""
    folder = ROOT / 'build' / 'bench'
    if not (folder / 'build.ninja').exists():
        subprocess.run(
            ['meson', 'setup', folder, ROOT, '-Dbenchmarks=enabled', '-Dtests=disabled'],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    subprocess.run(['ninja', '-C', folder], check=True, stdout=subprocess.DEVNULL)
    return folder
