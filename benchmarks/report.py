"""report.py - tables of what was measured: ratios to the fastest peer, their means, and times in sweeps.

SPDX-License-Identifier: Apache-2.0"""

import json
import math
import statistics

import circuits
from measure import DISTURBED, disturbance

CAPS = {'double': 30, 'single': 12}  # no circuit counts above this in a mean
COLUMNS = {False: 'as given', True: 'after the entangling prefix'}


def load(files):
    rows = []
    for name in files:
        with open(name) as file:
            rows += [json.loads(line) for line in file if line.strip()]
    return [row for row in rows if 'error' not in row]


def median(rows):
    """Of all repetitions in turns that nobody disturbed; of the least disturbed turn where there is none."""
    quiet = [row for row in rows if disturbance(row) <= DISTURBED] or [min(rows, key=disturbance)]
    return statistics.median(second for row in quiet for second in row['seconds'])


def times(rows):
    """{(precision, n, prefix, circuit): {simulator: rows}}"""
    table = {}
    for row in rows:
        table.setdefault((row['precision'], row['n'], row['prefix'], row['circuit']), {}).setdefault(
            row['simulator'], []
        ).append(row)
    return table


def fastest(cell):
    """The name and seconds of the fastest peer of a circuit; (None, nan) where none was measured."""
    peers = {name: median(rows) for name, rows in cell.items() if name != 'songdo'}
    name = min(peers, key=peers.get, default=None)
    return name, peers.get(name, math.nan)


def sweep_seconds(cell):
    """The median of the measured passes over a state of this size."""
    sweeps = [row['sweep_seconds'] for row in cell.get('songdo', []) if 'sweep_seconds' in row]
    return statistics.median(sweeps) if sweeps else math.nan


def figure(value, digits=3):
    return '-' if math.isnan(value) else f'{value:.{digits}g}'


def table_row(cells):
    return '| ' + ' | '.join(str(cell) for cell in cells) + ' |'


def line(rows):
    """One circuit in a line, for whoever watches."""
    cell = next(iter(times([row for row in rows if 'error' not in row]).values()), {})
    first, column = rows[0], 'prefix' if rows[0]['prefix'] else 'given'
    words = [f'{first["circuit"]:10} n={first["n"]} {first["precision"]:6} {column:6}']
    words += [f'{name} {median(told):.4g} s' for name, told in cell.items()]
    name, other = fastest(cell)
    if 'songdo' in cell and name:
        words.append(f'{other / median(cell["songdo"]):.2f}x {name}')
    words += [f'distance {row["distance"]:.1e}' for row in rows if 'distance' in row]
    return '  '.join(words)


def mean(ratios, cap):
    ratios = [min(ratio, cap) for ratio in ratios]
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios)) if ratios else math.nan


def section(precision, n, prefix, cells):
    """One table, and the ratios it holds as {circuit: ratio}."""
    names = [name for name in ('aer', 'qulacs', 'qsim', 'lightning') if any(name in cell for cell in cells.values())]
    lines = [
        f'### n = {n}, {precision}, {COLUMNS[prefix]}',
        '',
        '| circuit | gates | '
        + ' | '.join(f'{name}, s' for name in names)
        + ' | Songdo, s | in sweeps | ratio to the fastest |',
        '|---' * (len(names) + 5) + '|',
    ]
    ratios = {}
    for family in circuits.FAMILIES:
        cell = cells.get(family)
        if not cell:
            continue
        name, other = fastest(cell)
        own = median(cell['songdo']) if 'songdo' in cell else math.nan
        shown = []
        for peer in names:
            if peer not in cell:
                shown.append('-')
                continue
            row = cell[peer][0]
            words = ' '.join(
                filter(None, (figure(median(cell[peer])), row['setting'], '(kept)' if row.get('kept') else ''))
            )
            shown.append(f'**{words}**' if peer == name else words)
        if not math.isnan(other / own):
            ratios[family] = other / own
        gates = next(iter(cell.values()))[0]['gates']
        lines.append(
            table_row([family, gates, *shown, figure(own), figure(own / sweep_seconds(cell)), figure(other / own)])
        )
    if ratios:
        worst = min(ratios, key=ratios.get)
        lines += [
            '',
            f'Geometric mean {mean(ratios.values(), CAPS[precision]):.2f} (no circuit above {CAPS[precision]}), '
            f'worst {ratios[worst]:.2f} ({worst}).',
        ]
    return lines + [''], ratios


def shares(precision, n, prefix, cells):
    """Where Songdo's time goes, and how near it comes to what memory and arithmetic allow its own plan."""
    heads = ['circuit', 's', 'planning', 'to zero', 'sweeps', 'flops an amplitude', 'GFLOP/s', 'of the roofline']
    lines = [
        f'### Where the time goes: n = {n}, {precision}, {COLUMNS[prefix]}',
        '',
        table_row(heads),
        '|---' * 8 + '|',
    ]
    for family in circuits.FAMILIES:
        rows = [
            row
            for row in cells.get(family, {}).get('songdo', [])
            if 'peak_flops' in row and disturbance(row) <= DISTURBED
        ]
        if not rows:
            continue
        row, seconds = rows[-1], median(rows)
        plan, reset = (
            statistics.median(x for row in rows for x in row[name]) / seconds for name in ('plan', 'reset')
        )
        # Memory and arithmetic at once, each at its best: no plan of so many sweeps and flops takes less.
        moved, computed = (row['sweeps'] + 0.5) * sweep_seconds(cells[family]), row['flops'] / row['peak_flops']
        words = [family, figure(seconds), f'{100 * plan:.1f} %', f'{100 * reset:.1f} %', row['sweeps']]
        words += [f'{row["flops"] / 2 ** n:.0f}', figure(row['flops'] / seconds / 1e9)]
        lines.append(table_row([*words, f'{100 * max(moved, computed) / seconds:.0f} %']))
    return lines + [''] if len(lines) > 4 else []


def markdown(rows):
    """All tables as Markdown, and {(precision, n, prefix): {circuit: ratio}}."""
    table, lines, ratios = times(rows), [], {}
    machines = sorted({row['machine'] for row in rows})
    versions = sorted({row['version'] for row in rows})
    lines += [f'Machine: {"; ".join(machines)}. Versions: {", ".join(versions)}.', '']
    for key in sorted({key[:3] for key in table}):
        cells = {circuit: cell for (*place, circuit), cell in table.items() if tuple(place) == key}
        words, ratios[key] = section(*key, cells)
        lines += words
    for key in sorted({key[:3] for key in table}):
        cells = {circuit: cell for (*place, circuit), cell in table.items() if tuple(place) == key}
        if any('peak_flops' in row for cell in cells.values() for row in cell.get('songdo', [])):
            lines += shares(*key, cells)
    distances = [row for row in rows if 'distance' in row and not row.get('kept')]
    for precision in CAPS:
        told = [row['distance'] for row in distances if row['precision'] == precision]
        if told:
            lines.append(
                f'{len(told)} final states compared in {precision} precision: they are at most {max(told):.2g} apart.'
            )
    return '\n'.join(lines) + '\n', ratios
