/* arithmetic.h - what the machine computes on cells: integers that wrap, floats, angles, complex numbers, bit registers.
 *
 * Cells are as instructions.h describes them; bits must have been read (0 or 1). Pure.
 *
 * May use: base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_ARITHMETIC_H
#define SONGDO_ARITHMETIC_H

#include "program/instructions.h"

/* out = left (operation) right on values of one kind and width; out may be an operand except for bit registers. Returns NULL, or
 * what is wrong ("division by zero"). Combinations that a checked program cannot contain are refused likewise. */
const char *arithmetic_compute(enum compute operation, enum cell_kind kind, uint32_t width,
                               int64_t *out, const int64_t *left, const int64_t *right);
/* out = in, converted as an OpenQASM cast does. out is not in, unless both are one cell. */
const char *arithmetic_convert(int64_t *out, enum cell_kind to, uint32_t to_width,
                               const int64_t *in, enum cell_kind from, uint32_t from_width);

static inline double cell_float(int64_t cell) { double f; __builtin_memcpy(&f, &cell, sizeof f); return f; }
static inline int64_t float_cell(double f) { int64_t cell; __builtin_memcpy(&cell, &f, sizeof cell); return cell; }
/* An integer cut to its width (1 to 64 bits), as C casts do. */
int64_t arithmetic_wrap(int64_t value, bool is_signed, uint32_t width);
/* Angles: the nearest pattern of a number of radians, and back. */
uint64_t angle_from_radians(double radians, uint32_t width);
double angle_to_radians(uint64_t pattern, uint32_t width);

#endif
