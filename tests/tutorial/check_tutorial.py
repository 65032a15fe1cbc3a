#!/usr/bin/env python3
"""check_tutorial.py - run every command of a page, in order, and compare its output with what the page shows. Speaks TAP.

    check_tutorial.py PAGE SONGDO ROOT [MPIRUN]

Commands are the lines of ```console blocks that begin with "$ ", continued by lines that begin with "> ". What follows is
their output, both streams together; "..." stands for any text, a line of nothing else for any lines. A command must end with 0
unless the next one is "echo $?", which then shows its exit code. Without MPIRUN its commands run alone: the answers are the same.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def commands(page):
    """(line, command, expected output) of each command of the page."""
    found, inside = [], False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append([number, line[2:], []])
        elif inside and line.startswith("> ") and not found[-1][2]:
            found[-1][1] += "\n" + line[2:]
        elif inside:
            found[-1][2].append(line)
    return found


def pattern(expected):
    """A regular expression for the output."""
    text = ""
    for line in expected:
        if line == "...":
            text += r"(?:.*\n)*?"
        else:
            text += ".*".join(re.escape(part) for part in line.split("...")) + r"\n"
    return text


def main(page, songdo, root, mpirun=None):
    root = pathlib.Path(root).resolve()
    directories = [str(pathlib.Path(tool).resolve().parent) for tool in (songdo, mpirun) if tool]
    environment = dict(os.environ, PATH=os.pathsep.join(directories + [os.environ["PATH"]]), LC_ALL="C.UTF-8")
    found = commands(pathlib.Path(page))
    print(f"1..{len(found)}")
    code = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("circuits", "instances"):
            (pathlib.Path(folder) / name).symlink_to(root / name)
        for i, (number, command, expected) in enumerate(found, 1):
            title = f"line {number}: {command.splitlines()[0].replace('#', '')}"
            if command.startswith("mpirun") and not mpirun:
                command = command.split("songdo", 1)[1]
                command = f"songdo{command}"
                title += " (alone)"
            last, answered = code, i < len(found) and found[i][1] == "echo $?"
            ran = subprocess.run(["bash", "-c", f"(exit {last})\n{command}"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
            code = ran.returncode
            good = re.fullmatch(pattern(expected), ran.stdout) is not None and (code == 0 or answered)
            print(f"{'ok' if good else 'not ok'} {i} - {title}")
            if not good:
                print(f"# ended with {code}\n" + "".join(f"# {line}\n" for line in ran.stdout.splitlines()), end="")


main(*sys.argv[1:])
