#!/usr/bin/env python3
# test_house.py - the rules of the house that a compiler does not check: doors, layers, headers, exports. Speaks TAP.
#
#   test_house.py SOURCE_ROOT [--library FILE --nm NM] [--c COMPILER...] [--cpp COMPILER...] [--mpi FLAGS...]
#
# SPDX-License-Identifier: Apache-2.0
import argparse
import fnmatch
import pathlib
import re
import subprocess
import sys
import tempfile

# What only certain files may touch: a pattern in the code, and the files (relative to the root).
DOORS = [
    ('MPI', r'#\s*include\s*[<"]mpi\.h', ['src/comm/comm_mpi.c', 'src/comm/fourier_mpi.c', 'include/songdo_mpi.h']),
    ('OpenMP', r'#\s*pragma\s+omp\b|#\s*include\s*[<"]omp\.h|\b_OPENMP\b', ['src/base/parallel.c']),
    ('intrinsics', r'#\s*include\s*[<"](\w*intrin|arm_neon|arm_sve)\.h', ['src/kernel/*']),
    ('FFTW', r'#\s*include\s*[<"]fftw3(-mpi)?\.h', ['src/vector/fourier*', 'src/comm/fourier_mpi.c']),
    ('hwloc', r'#\s*include\s*[<"]hwloc', ['src/base/topology.c']),
    ('jansson', r'#\s*include\s*[<"]jansson\.h', ['src/base/json*.c']),
    ('CPUID', r'#\s*include\s*[<"]cpuid\.h|\bxgetbv\b', ['src/base/cpu.c']),
    ('NLopt', r'#\s*include\s*[<"]nlopt\.h', ['src/optimize/*']),
    ('printing', r'\b(printf|puts|putchar|perror)\s*\(|\bfprintf\s*\(\s*(stdout|stderr)\b', ['src/cli/*', 'src/jobs/*']),
    ('the end of the process', r'\b(exit|_exit|abort|quick_exit)\s*\(', ['src/cli/*', 'src/jobs/*']),
]

# The folders of src/ that each folder may include, itself and include/ aside. Strictly downward; the program wing
# (circuit, plan, program, qasm) never sees the machine wing (comm, kernel, vector, state), nor the other way round.
PROGRAM = {'base', 'op', 'circuit', 'plan', 'program', 'qasm'}
MACHINE = {'base', 'op', 'comm', 'kernel', 'vector', 'state'}
LAYERS = {
    'base': set(),
    'comm': {'base'},
    'op': {'base'},
    'kernel': {'base', 'op'},
    'vector': {'base', 'comm', 'kernel', 'op'},
    'state': MACHINE - {'state'},
    'circuit': {'base', 'op'},
    'plan': {'base', 'op', 'circuit'},
    'program': {'base', 'op', 'circuit'},
    'qasm': PROGRAM - {'qasm'},
    'run': PROGRAM | MACHINE,
    'optimize': PROGRAM | MACHINE | {'run'},
    'city': PROGRAM | MACHINE | {'run', 'optimize'},
    'jobs': PROGRAM | MACHINE | {'run', 'optimize', 'city'},
    'cli': PROGRAM | MACHINE | {'run', 'optimize', 'city', 'jobs'},
}

COLUMNS = 160   # .clang-format asks for 120; this only stops what no screen shows
cases = failures = 0


def case(name, faults, skip=None):
    """One TAP line; faults are told behind it."""
    global cases, failures
    cases += 1
    failures += bool(faults)
    print(f"{'not ok' if faults else 'ok'} {cases} - {name}{' # SKIP ' + skip if skip else ''}")
    for fault in faults[:20]:
        print('# ' + fault)
    sys.stdout.flush()


def without_comments(text):
    """The code with comments and strings blanked (line numbers kept); strings of #include lines stay."""
    def blank(match):
        found = match.group(0)
        if found.startswith('"') and re.search(r'#\s*include\s*$', text[:match.start()].rsplit('\n', 1)[-1]):
            return found
        return re.sub(r'[^\n]', ' ', found)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def line_of(text, position):
    return text.count('\n', 0, position) + 1


def check_doors(sources):
    for thing, pattern, allowed in DOORS:
        faults = []
        for name, (_, code) in sources.items():
            if any(fnmatch.fnmatch(name, door) for door in allowed):
                continue
            for found in re.finditer(pattern, code):
                faults.append(f'{name}:{line_of(code, found.start())}: {found.group(0).strip()}')
        case(f'{thing} is touched only behind its door', faults)


def check_layers(root, sources):
    faults = []
    for name, (_, code) in sources.items():
        parts = name.split('/')
        if parts[0] != 'src':
            continue
        room = parts[1]
        if room not in LAYERS:
            faults.append(f'{name}: the folder {room} has no place among the layers')
            continue
        for found in re.finditer(r'#\s*include\s*"([^"]+)"', code):
            target = found.group(1)
            where = f'{name}:{line_of(code, found.start())}: includes {target}'
            if '/' in target:
                folder = target.split('/')[0]
                if folder != room and folder not in LAYERS[room]:
                    faults.append(where)
            elif not (root / 'include' / target).exists() and not (root / name).parent.joinpath(target).exists():
                faults.append(where + ', which is neither public nor of this folder')
    case('folders include only those below them', faults)


def check_openings(sources):
    faults = []
    for name, (text, _) in sources.items():
        opening = re.match(r'/\*(.*?)\*/', text, flags=re.S)
        file = name.rsplit('/', 1)[-1]
        if not opening or not re.match(r' ' + re.escape(file) + r' - \S', opening.group(1)):
            faults.append(f'{name}: does not open with "/* {file} - its purpose"')
        elif not re.search(r'SPDX-License-Identifier: Apache-2\.0\s*$', opening.group(1)):
            faults.append(f'{name}: its opening comment does not end with the licence')
    case('every file opens with its purpose and its licence', faults)
    faults = []
    for name, (text, _) in sources.items():
        for number, line in enumerate(text.splitlines(), 1):
            if len(line.expandtabs(8)) > COLUMNS or line != line.rstrip():
                faults.append(f'{name}:{number}: too long, or blank at its end')
    case('no line runs far out or ends in blanks', faults)


def compile_alone(command, header, suffix, extra):
    """Faults of compiling a file that includes the header and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / ('alone' + suffix)
        # Twice: the guard must work too.
        file.write_text(f'#include "{header.name}"\n#include "{header.name}"\nint main(void) {{ return 0; }}\n')
        done = subprocess.run([*command, '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-I', str(header.parent), *extra, str(file)],
                              capture_output=True, text=True)
        return done.stderr.splitlines() if done.returncode else []


def check_headers(root, c, cpp, mpi):
    for header in sorted((root / 'include').glob('*.h')):
        for language, command, suffix in (('C', c and [*c, '-std=c99', '-pedantic'], '.c'), ('C++', cpp, '.cpp')):
            name = f'{header.name} compiles alone as {language}'
            needs_mpi = header.name == 'songdo_mpi.h'
            if not command:
                case(name, [], f'no {language} compiler')
            elif needs_mpi and mpi is None:
                case(name, [], 'this build has no MPI')
            else:
                extra = ['-DOMPI_SKIP_MPICXX', *(mpi or [])] if needs_mpi else []
                case(name, compile_alone(command, header, suffix, extra))


def check_exports(root, library, nm):
    if not library:
        case('the shared library exports songdo_ names only', [], 'no shared library in this build')
        return
    table = subprocess.run([nm, '-D', '--defined-only', library], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split('@')[0] for line in table.splitlines() if line}
    case('the shared library exports songdo_ names only', sorted(name for name in names if not name.startswith('songdo_')))
    declared = set()
    for header in (root / 'include').glob('*.h'):
        declared |= set(re.findall(r'SONGDO_API\s[^;{]*?\b(songdo_\w+)\s*\(', without_comments(header.read_text())))
    case('the shared library exports every public function', sorted(f'{name} is missing' for name in declared - names))
    case('the shared library exports nothing that no header declares', sorted(f'{name} is not declared' for name in names - declared))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('root', type=pathlib.Path)
    parser.add_argument('--library')
    parser.add_argument('--nm', default='nm')
    parser.add_argument('--c', type=str.split)
    parser.add_argument('--cpp', type=str.split)
    parser.add_argument('--mpi', type=str.split)
    given = parser.parse_args()
    sources = {}
    for folder in ('include', 'src'):
        for file in sorted((given.root / folder).rglob('*.[ch]')):
            text = file.read_text(encoding='utf-8')
            sources[str(file.relative_to(given.root))] = (text, without_comments(text))
    check_doors(sources)
    check_layers(given.root, sources)
    check_openings(sources)
    check_headers(given.root, given.c, given.cpp, given.mpi)
    check_exports(given.root, given.library, given.nm)
    print(f'1..{cases}')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
