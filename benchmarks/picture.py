"""picture.py - the ratios of a comparison as an SVG picture: a panel for each size and precision, a row for a circuit.

A full bar is the circuit after the entangling prefix, an open one the circuit as given; the axis is logarithmic, and
the heavy line stands where Songdo is as fast as the fastest peer.

SPDX-License-Identifier: Apache-2.0"""

import math

import circuits

ROW, PANEL, LEFT, TOP, GAP, BOTTOM = 20, 240, 92, 64, 28, 46
LEAST, MOST = 0.5, 100  # the ratios that the axis spans
TICKS = [0.5, 1, 2, 5, 10, 20, 50, 100]
FULL, OPEN, GRID, INK = '#1f6f8b', '#c8dfe6', '#dddddd', '#222222'


def place(ratio):
    """Where a ratio stands on the axis of a panel."""
    ratio = min(max(ratio, LEAST), MOST)
    return PANEL * math.log(ratio / LEAST) / math.log(MOST / LEAST)


def word(x, y, text, anchor='start', size=11, weight='normal'):
    form = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" fill="{INK}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {form}>{text}</text>'


def bar(x, y, ratio, height, colour):
    begin, end = sorted((place(1), place(ratio)))
    return (
        f'<rect x="{x + begin:.1f}" y="{y:.1f}" width="{max(end - begin, 1):.1f}" height="{height}" fill="{colour}"/>'
    )


def panel(x, title, families, columns):
    """One panel: {prefix: {circuit: ratio}}."""
    bottom = TOP + ROW * len(families)
    out = [word(x, TOP - 26, title, size=13, weight='bold')]
    for tick in TICKS:
        at = x + place(tick)
        out.append(
            f'<line x1="{at:.1f}" y1="{TOP - 6}" x2="{at:.1f}" y2="{bottom}" stroke="{INK if tick == 1 else GRID}" '
            f'stroke-width="{1.5 if tick == 1 else 1}"/>'
        )
        out.append(word(at, TOP - 10, f'{tick:g}', 'middle', 9))
    for i, family in enumerate(families):
        y = TOP + ROW * i
        if family in columns.get(False, {}):
            out.append(bar(x, y + 3, columns[False][family], 5, OPEN))
        if family in columns.get(True, {}):
            out.append(bar(x, y + 9, columns[True][family], 7, FULL))
            out.append(
                word(x + place(max(columns[True][family], 1)) + 4, y + 16, f'{columns[True][family]:.1f}', size=9)
            )
    return out


def draw(ratios):
    """The picture of {(precision, n, prefix): {circuit: ratio}} as text."""
    places = sorted({key[:2] for key in ratios if ratios[key]})
    families = [family for family in circuits.FAMILIES if any(family in found for found in ratios.values())]
    width = LEFT + len(places) * (PANEL + GAP)
    height = TOP + ROW * len(families) + BOTTOM
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        word(8, 20, 'Time of the fastest other simulator / time of Songdo', size=14, weight='bold'),
    ]
    for i, family in enumerate(families):
        out.append(word(LEFT - 8, TOP + ROW * i + 14, family, 'end'))
    for i, (precision, n) in enumerate(places):
        columns = {prefix: ratios.get((precision, n, prefix), {}) for prefix in (False, True)}
        out += panel(LEFT + i * (PANEL + GAP), f'{n} qubits, {precision}', families, columns)
    y = height - 22
    out += [
        f'<rect x="{LEFT}" y="{y - 8}" width="18" height="7" fill="{FULL}"/>',
        word(LEFT + 24, y, 'after the entangling prefix'),
        f'<rect x="{LEFT + 190}" y="{y - 7}" width="18" height="5" fill="{OPEN}"/>',
        word(LEFT + 214, y, 'as given'),
        '</svg>',
    ]
    return '\n'.join(out) + '\n'
