/* script.h - programs for the tests of run, written in one line.
 *
 * Statements are parted by ';', words by spaces:
 *
 *     qubits 3         declared qubits (first); bits 2: measured bits (first)
 *     ry 0.5 1         a gate by its stdgates name: parameters, then qubits
 *     measure 1 0      qubit 1 to bit 0
 *     reset 1          barrier 1
 *     if 0 1 ... end   where bit 0 is 1; while 0 0 ... end: as long as bit 0 is 0
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_SCRIPT_H
#define SONGDO_SCRIPT_H

#include "program/program.h"

/* A program of the script; NULL (and a message on stderr) where the script is wrong. Freed with songdo_program_free. */
songdo_program *script_program(const char *script);

#endif
