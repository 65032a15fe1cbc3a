/* test_vm.c - programs built by hand: events, slots, copies, budgets, gates under modifiers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "program/instructions.h"
#include "program/arithmetic.h"

/* ---- Building ------------------------------------------------------------------------------------- */

static songdo_program *begin(uint32_t qubits)
{
	songdo_program *program = program_new(SONGDO_QASM3);
	cr_assert_not_null(program);
	program_add_register(program, "q", qubits, false);
	return program;
}

static uint32_t emit(songdo_program *program, enum code code, unsigned x, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	return program_emit(program, (struct instruction){.code = (uint8_t)code, .x = (uint8_t)x, .a = a, .b = b, .c = c, .d = d});
}

static uint32_t table(songdo_program *program, const char *name)
{
	const struct gate_name *entry = gate_name_find(name, strlen(name), LIBRARY_BUILTIN | LIBRARY_STDGATES);
	cr_assert_not_null(entry, "%s", name);
	return program_add_table_gate(program, entry);
}

static uint32_t integer(songdo_program *program, int64_t value) { return program_add_constants(program, &value, 1); }
static uint32_t real(songdo_program *program, double value) { return integer(program, float_cell(value)); }

/* A call: gate, pairs of modifier words, parameters' addresses, operands; -1 ends each list. */
static void call(songdo_program *program, uint32_t gate, const int64_t *modifier, const int64_t *parameter, const int64_t *operand)
{
	uint32_t word[64], n = 2;
	word[0] = gate;
	for (word[1] = 0; modifier && modifier[0] >= 0; modifier += 2, word[1]++) {
		word[n++] = (uint32_t)modifier[0];
		word[n++] = (uint32_t)modifier[1];
	}
	for (; parameter && *parameter >= 0; parameter++)
		word[n++] = (uint32_t)*parameter;
	for (; *operand >= 0; operand++)
		word[n++] = (uint32_t)*operand;
	emit(program, CODE_GATE, 0, program_add_words(program, word, n), 0, 0, 0);
}

#define LIST(...) (const int64_t[]){__VA_ARGS__, -1}
#define FORMAL(i) (QUBIT_IN_CELL | SPACE_FRAME | (i))

/* gate body(t) a, b { h a; rx(t) b; cx a, b; gphase(t); s b; } */
static uint32_t add_body(songdo_program *program)
{
	const uint32_t gate = program_add_gate(program, "body", 1, 2), skip = emit(program, CODE_JUMP, 0, 0, 0, 0, 0);
	program->gate[gate].start = (uint32_t)program->codes;
	call(program, table(program, "h"), NULL, NULL, LIST(FORMAL(1)));
	call(program, table(program, "rx"), NULL, LIST(SPACE_FRAME), LIST(FORMAL(2)));
	call(program, table(program, "cx"), NULL, NULL, LIST(FORMAL(1), FORMAL(2)));
	call(program, table(program, "gphase"), NULL, LIST(SPACE_FRAME), (const int64_t[]){-1});
	call(program, table(program, "s"), NULL, NULL, LIST(FORMAL(2)));
	emit(program, CODE_GATE_END, 0, 0, 0, 0, 0);
	program->gate[gate].least = program->gate[gate].most = 5;
	program->code[skip].a = (uint32_t)program->codes;
	return gate;
}

/* ---- Running -------------------------------------------------------------------------------------- */

struct machine {
	songdo_program *program;
	struct vm *vm;
	struct songdo_circuit circuit;
	enum vm_event event;
	uint32_t slot;
	songdo_error error;
};

static songdo_status start(struct machine *m, songdo_program *program, uint64_t max_operations)
{
	*m = (struct machine){.program = program};
	circuit_init(&m->circuit);
	cr_assert_eq(program_finish(program, &m->error), SONGDO_OK, "%s", m->error.message);
	return vm_new(&m->vm, program, &(struct vm_options){.max_operations = max_operations}, &m->error);
}

static songdo_status go(struct machine *m) { return vm_run(m->vm, &m->circuit, &m->event, &m->slot, &m->error); }

static void finish(struct machine *m)
{
	vm_free(m->vm);
	songdo_program_free(m->program);
	circuit_fini(&m->circuit);
}

enum { BITS = 4, AMPLITUDES = 1 << BITS };

/* The circuit's unitary operations on a fixed random state, by the oracle. */
static void simulate(const struct songdo_circuit *circuit, double complex *state)
{
	uint64_t seed = 7;
	double complex matrix[1024];
	oracle_random_state(state, AMPLITUDES, &seed);
	for (uint64_t i = 0; i < circuit->operations; i++) {
		const struct operation *o = &circuit->operation[i];
		if (o->kind != OPERATION_GATE && o->kind != OPERATION_MATRIX)
			continue;
		uint64_t mask = 0, value = 0;
		uint8_t target[8];
		for (unsigned c = 0; c < o->controls; c++) {
			mask |= UINT64_C(1) << circuit->qubit[o->first_qubit + c];
			value |= (o->control_values >> c & 1) << circuit->qubit[o->first_qubit + c];
		}
		for (unsigned t = 0; t < o->targets; t++)
			target[t] = (uint8_t)circuit->qubit[o->first_qubit + o->controls + t];
		operation_matrix(circuit, o, matrix);
		oracle_apply(state, BITS, o->targets, target, matrix, mask, value);
	}
}

/* Run one call of `body` (t = 0.7) with modifiers; the state it leads to. */
static void body_state(const int64_t *modifier, const int64_t *operand, double complex *state)
{
	songdo_program *program = begin(BITS);
	const uint32_t gate = add_body(program), t = real(program, 0.7);
	struct machine m;
	call(program, gate, modifier, LIST(t), operand);
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK, "%s", m.error.message);
	cr_assert_eq(m.event, VM_DONE);
	simulate(&m.circuit, state);
	finish(&m);
}

/* The matrix of `body` (t = 0.7) on operands a = bit 0, b = bit 1. */
static void body_matrix(double complex *matrix)
{
	const double complex c = cos(0.35), s = -I * sin(0.35), p = cexp(0.7 * I);
	const double r = sqrt(0.5);
	const double h[2][2] = {{r, r}, {r, -r}};
	const double complex rx[2][2] = {{c, s}, {s, c}};
	for (int row = 0; row < 4; row++)
		for (int column = 0; column < 4; column++) {
			const int a = row & 1, b = row >> 1 ^ a;   /* before cx */
			double complex x = h[a][column & 1] * rx[b][column >> 1] * p;
			if (row >> 1)
				x *= I;
			matrix[row * 4 + column] = x;
		}
}

static void multiply(const double complex *a, const double complex *b, double complex *out)
{
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++) {
			out[4 * i + j] = 0;
			for (int k = 0; k < 4; k++)
				out[4 * i + j] += a[4 * i + k] * b[4 * k + j];
		}
}

static void expect_state(const double complex *state, const double complex *matrix, uint8_t a, uint8_t b, uint64_t mask, uint64_t value)
{
	uint64_t seed = 7;
	double complex wanted[AMPLITUDES];
	oracle_random_state(wanted, AMPLITUDES, &seed);
	oracle_apply(wanted, BITS, 2, (const uint8_t[]){a, b}, matrix, mask, value);
	cr_assert_lt(oracle_distance(state, wanted, AMPLITUDES), 1e-13);
}

Test(modifiers, a_body_is_what_its_gates_are)
{
	double complex state[AMPLITUDES], matrix[16];
	body_matrix(matrix);
	body_state(NULL, LIST(2, 0), state);
	expect_state(state, matrix, 2, 0, 0, 0);
}

Test(modifiers, inverse_is_the_conjugate_transpose)
{
	double complex state[AMPLITUDES], matrix[16], dagger[16];
	body_matrix(matrix);
	for (int i = 0; i < 16; i++)
		dagger[i % 4 * 4 + i / 4] = conj(matrix[i]);
	body_state(LIST(WORD_INVERSE, 0), LIST(2, 0), state);
	expect_state(state, dagger, 2, 0, 0, 0);
	body_state(LIST(WORD_INVERSE, 0, WORD_INVERSE, 0), LIST(2, 0), state);
	expect_state(state, matrix, 2, 0, 0, 0);
}

Test(modifiers, controls_take_the_first_operands_outermost_first_and_turn_phases_into_relative_ones)
{
	double complex state[AMPLITUDES], matrix[16];
	body_matrix(matrix);
	body_state(LIST(WORD_CONTROL, 1, WORD_NEGATIVE_CONTROL, 1), LIST(3, 1, 2, 0), state);
	expect_state(state, matrix, 2, 0, 0xa, 0x8);
	body_state(LIST(WORD_CONTROL, 2), LIST(3, 1, 2, 0), state);
	expect_state(state, matrix, 2, 0, 0xa, 0xa);
}

Test(modifiers, whole_powers_repeat_and_negative_ones_invert)
{
	for (int power = -3; power <= 3; power++) {
		double complex state[AMPLITUDES], matrix[16], wanted[16] = {0}, next[16], factor[16];
		songdo_program *program = begin(BITS);
		const uint32_t gate = add_body(program), t = real(program, 0.7), k = integer(program, power);
		struct machine m;
		call(program, gate, LIST(WORD_CONTROL, 1, WORD_POWER_INT, k), LIST(t), LIST(1, 2, 0));
		cr_assert_eq(start(&m, program, 0), SONGDO_OK);
		cr_assert_eq(go(&m), SONGDO_OK);
		simulate(&m.circuit, state);
		finish(&m);
		body_matrix(matrix);
		for (int i = 0; i < 16; i++) {
			wanted[i] = i % 5 == 0;
			factor[i] = power < 0 ? conj(matrix[i % 4 * 4 + i / 4]) : matrix[i];
		}
		for (int i = 0; i < abs(power); i++) {
			multiply(factor, wanted, next);
			memcpy(wanted, next, sizeof wanted);
		}
		expect_state(state, wanted, 2, 0, 2, 2);
	}
}

Test(modifiers, a_fractional_power_is_the_principal_root)
{
	double complex state[AMPLITUDES], again[AMPLITUDES];
	songdo_program *program = begin(BITS);
	const uint32_t gate = add_body(program), t = real(program, 0.7), third = real(program, 1.0 / 3);
	struct machine m;
	for (int i = 0; i < 3; i++)
		call(program, gate, LIST(WORD_POWER_FLOAT, third, WORD_NEGATIVE_CONTROL, 1), LIST(t), LIST(1, 2, 0));
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK, "%s", m.error.message);
	cr_assert_eq(m.circuit.operation[0].kind, OPERATION_MATRIX);
	cr_assert_eq(m.circuit.operation[0].controls, 1);
	simulate(&m.circuit, state);
	finish(&m);
	body_state(LIST(WORD_NEGATIVE_CONTROL, 1), LIST(1, 2, 0), again);
	cr_assert_lt(oracle_distance(state, again, AMPLITUDES), 1e-12);
}

Test(modifiers, a_root_of_a_square_is_not_the_gate_itself)
{
	/* pow(1/2) @ pow(2) @ x is the root of the identity. */
	double complex state[AMPLITUDES], start_state[AMPLITUDES];
	songdo_program *program = begin(BITS);
	const uint32_t half = real(program, 0.5), two = integer(program, 2);
	struct machine m;
	uint64_t seed = 7;
	call(program, table(program, "x"), LIST(WORD_POWER_FLOAT, half, WORD_POWER_INT, two), NULL, LIST(1));
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK);
	simulate(&m.circuit, state);
	oracle_random_state(start_state, AMPLITUDES, &seed);
	cr_assert_lt(oracle_distance(state, start_state, AMPLITUDES), 1e-13);
	finish(&m);
}

Test(modifiers, a_large_power_of_a_library_gate_is_one_operation)
{
	double complex state[AMPLITUDES], wanted[AMPLITUDES];
	songdo_program *program = begin(BITS);
	const uint32_t many = integer(program, -1000001), t = real(program, 0.25);
	struct machine m;
	call(program, table(program, "rx"), LIST(WORD_POWER_INT, many), LIST(t), LIST(1));
	program->least = program->most = 1;
	cr_assert_eq(start(&m, program, 100), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK, "%s", m.error.message);
	simulate(&m.circuit, state);
	uint64_t seed = 7;
	const double a = -1000001 * 0.125;
	const double complex rx[4] = {cos(a), -I * sin(a), -I * sin(a), cos(a)};
	oracle_random_state(wanted, AMPLITUDES, &seed);
	oracle_apply(wanted, BITS, 1, (const uint8_t[]){1}, rx, 0, 0);
	cr_assert_lt(oracle_distance(state, wanted, AMPLITUDES), 1e-8);
	finish(&m);
}

Test(modifiers, a_qubit_used_twice_is_refused_by_name)
{
	songdo_program *program = begin(BITS);
	const uint32_t gate = add_body(program), t = real(program, 0.7);
	struct machine m;
	program_set_place(program, "twice.qasm", 7, 3, 5);
	call(program, gate, LIST(WORD_CONTROL, 1), LIST(t), LIST(2, 2, 0));
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.message, "q[2]"));
	cr_assert(m.error.line == 7 && m.error.column == 3 && m.error.length == 5);
	cr_assert_str_eq(m.error.file, "twice.qasm");
	finish(&m);
}

/* ---- Events, slots, copies ------------------------------------------------------------------------- */

/* c[0] = measure q[0]; d = c[0] (a copy); if (c[0]) x q[1]; c[1] = measure q[1]; */
static songdo_program *feedback(void)
{
	songdo_program *program = begin(2);
	const uint32_t c = program_add_global(program, 2), d = program_add_global(program, 1), b = program_add_global(program, 1);
	program_add_bit(program, "c", c, 2, false);
	program_add_bit(program, "d", d, 1, false);
	program->measures = true;
	emit(program, CODE_MEASURE, 0, 0, c, 0, 1);
	emit(program, CODE_MOVE, 0, d, c, 0, 1);
	emit(program, CODE_CONVERT, 0, b, c, CELL_TYPE(CELL_BIT, 1), CELL_TYPE(CELL_BOOL, 1));
	const uint32_t jump = emit(program, CODE_JUMP_IF, 0, 0, b, 0, 0);
	call(program, table(program, "x"), NULL, NULL, LIST(1));
	program->code[jump].a = (uint32_t)program->codes;
	emit(program, CODE_MEASURE, 0, 1, c + 1, 0, 1);
	return program;
}

Test(machine, it_stops_where_a_measured_value_is_needed_and_not_where_it_is_copied)
{
	struct machine m;
	cr_assert_eq(start(&m, feedback(), 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert(m.event == VM_READS && m.slot == 0);
	cr_assert_eq(m.circuit.operations, 1);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert_eq(m.event, VM_READS, "asked again, it waits again");
	cr_assert_eq(m.circuit.operations, 1);
	vm_answer(m.vm, 0, 1);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert_eq(m.event, VM_DONE);
	cr_assert_eq(m.circuit.operations, 3);
	cr_assert_eq(vm_groups(m.vm), 2);
	const struct vm_group c = vm_group(m.vm, 0), d = vm_group(m.vm, 1);
	cr_assert(c.width == 2 && c.bit[0] == 1 && c.bit[1] == VM_SLOT + 1);
	cr_assert(d.width == 1 && d.bit[0] == 1);
	finish(&m);
}

Test(machine, copies_go_their_own_ways)
{
	struct machine m;
	struct vm *other;
	struct songdo_circuit second;
	enum vm_event event;
	uint32_t slot;
	cr_assert_eq(start(&m, feedback(), 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert_eq(vm_copy(&other, m.vm), SONGDO_OK);
	circuit_init(&second);
	vm_answer(m.vm, 0, 1);
	vm_answer(other, 0, 0);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert_eq(vm_run(other, &second, &event, &slot, NULL), SONGDO_OK);
	cr_assert(m.event == VM_DONE && event == VM_DONE);
	cr_assert_eq(m.circuit.operations, 3);
	cr_assert_eq(second.operations, 1);
	cr_assert_eq(vm_group(m.vm, 0).bit[0], 1);
	cr_assert_eq(vm_group(other, 0).bit[0], 0);
	cr_assert_eq(second.operation[0].slot, 1, "slots follow the path");
	vm_free(other);
	circuit_fini(&second);
	finish(&m);
}

Test(machine, a_copy_taken_inside_an_inverted_gate_goes_on_from_there)
{
	/* An inverted gate whose repetitions overflow the pending circuit. */
	enum { TIMES = VM_PENDING / 4 };
	songdo_program *program = begin(BITS);
	const uint32_t gate = add_body(program), t = real(program, 0.7), k = integer(program, -TIMES);
	struct machine m;
	struct vm *other;
	struct songdo_circuit second;
	uint32_t slot;
	uint64_t total[2];
	call(program, gate, LIST(WORD_POWER_INT, k), LIST(t), LIST(0, 1));
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK, "%s", m.error.message);
	cr_assert_eq(m.event, VM_FULL);
	total[0] = total[1] = m.circuit.operations;
	cr_assert_geq(total[0], VM_PENDING);
	cr_assert_eq(vm_copy(&other, m.vm), SONGDO_OK);
	circuit_init(&second);
	while (m.event == VM_FULL) {
		circuit_clear(&m.circuit);
		cr_assert_eq(go(&m), SONGDO_OK);
		total[0] += m.circuit.operations;
	}
	for (enum vm_event event = VM_FULL; event == VM_FULL;) {
		circuit_clear(&second);
		cr_assert_eq(vm_run(other, &second, &event, &slot, NULL), SONGDO_OK);
		total[1] += second.operations;
	}
	cr_assert_eq(total[0], 5 * (uint64_t)TIMES + BITS);
	cr_assert_eq(total[1], total[0]);
	cr_assert_eq(circuit_structure(&m.circuit), circuit_structure(&second));
	vm_free(other);
	circuit_fini(&second);
	finish(&m);
}

Test(machine, where_nothing_is_measured_every_qubit_is)
{
	songdo_program *program = begin(2);
	struct machine m;
	program_add_register(program, "r", 1, true);
	call(program, table(program, "h"), NULL, NULL, LIST(2));
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert_eq(m.circuit.operations, 4);
	cr_assert_eq(vm_groups(m.vm), 2);
	cr_assert_str_eq(vm_group(m.vm, 0).name, "q");
	cr_assert_eq(vm_group(m.vm, 0).width, 2);
	cr_assert_eq(vm_group(m.vm, 1).bit[0], VM_SLOT + 2);
	cr_assert_not_null(program_note(program, 0));
	char name[16];
	cr_assert_str_eq(program_qubit_name(program, 1, name, sizeof name), "q[1]");
	cr_assert_str_eq(program_qubit_name(program, 2, name, sizeof name), "r");
	cr_assert_str_eq(program_qubit_name(program, 1, name, 3), "q[");
	finish(&m);
}

/* ---- Budgets -------------------------------------------------------------------------------------- */

Test(budgets, a_program_that_must_exceed_them_is_refused_before_it_runs)
{
	songdo_program *program = begin(1);
	struct machine m;
	program->least = program->most = 1000;
	program->measures = true;
	program_add_bit(program, "c", program_add_global(program, 1), 1, false);
	cr_assert_eq(start(&m, program, 999), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.message, "1000"));
	cr_assert_not_null(strstr(m.error.hint, "--max-ops"));
	cr_assert_null(m.vm);
	finish(&m);
}

Test(budgets, operations_are_counted_as_they_come)
{
	songdo_program *program = begin(1);
	struct machine m;
	const uint32_t gate = table(program, "h");
	call(program, gate, NULL, NULL, LIST(0));
	emit(program, CODE_JUMP, 0, 0, 0, 0, 0);
	cr_assert_eq(start(&m, program, 50), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.hint, "--max-ops"));
	cr_assert_eq(m.circuit.operations, 50);
	finish(&m);
}

Test(budgets, a_loop_without_operations_ends)
{
	songdo_program *program = begin(1);
	struct machine m;
	emit(program, CODE_COUNT, 0, 0, 0, 0, 0);
	emit(program, CODE_JUMP, 0, 0, 0, 0, 0);
	cr_assert_eq(start(&m, program, 1000), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.hint, "--max-ops"));
	finish(&m);
}

Test(budgets, a_loop_of_too_many_rounds_is_refused_at_its_beginning)
{
	songdo_program *program = begin(1);
	struct machine m;
	const uint32_t range = program_add_global(program, 3);
	emit(program, CODE_MOVE, 0, range + 1, integer(program, 1), 0, 1);
	emit(program, CODE_MOVE, 0, range + 2, integer(program, INT64_MAX), 0, 1);
	emit(program, CODE_MOVE, 0, range, integer(program, INT64_MIN), 0, 1);
	emit(program, CODE_TRIP, 0, range, 0, 0, 0);
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.message, "18446744073709551615"), "%s", m.error.message);
	finish(&m);
}

/* gate g0 a { h a; }  gate g1 a { g0 a; g0 a; } ... 2^levels operations; returns the last. */
static uint32_t bomb(songdo_program *program, unsigned levels, bool is_empty)
{
	uint32_t below = table(program, is_empty ? "gphase" : "h");
	for (unsigned i = 0; i <= levels; i++) {
		const uint32_t gate = program_add_gate(program, "g", 0, 1), skip = emit(program, CODE_JUMP, 0, 0, 0, 0, 0);
		program->gate[gate].start = (uint32_t)program->codes;
		for (int k = 0; k < (i ? 2 : 1) && !(is_empty && i == 0); k++)
			call(program, below, NULL, NULL, LIST(FORMAL(0)));
		emit(program, CODE_GATE_END, 0, 0, 0, 0, 0);
		const uint64_t one = i ? program->gate[below].least : !is_empty;
		program->gate[gate].least = program->gate[gate].most = mul_saturated(i ? 2 : 1, one);
		program->code[skip].a = (uint32_t)program->codes;
		below = gate;
	}
	return below;
}

Test(budgets, a_bomb_that_is_never_lit_costs_nothing)
{
	songdo_program *program = begin(1);
	struct machine m;
	const uint32_t gate = bomb(program, 100, false);
	cr_assert_eq(program->gate[gate].least, UINT64_MAX);
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK);
	cr_assert_eq(m.circuit.operations, 1, "the final measurement");
	finish(&m);
}

Test(budgets, a_bomb_of_nothing_costs_nothing)
{
	songdo_program *program = begin(1);
	struct machine m;
	call(program, bomb(program, 100, true), LIST(WORD_INVERSE, 0), NULL, LIST(0));
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_OK, "%s", m.error.message);
	cr_assert_eq(m.circuit.operations, 1);
	finish(&m);
}

Test(budgets, a_lit_bomb_stops_at_the_budget_in_little_memory)
{
	songdo_program *program = begin(1);
	struct machine m;
	call(program, bomb(program, 100, false), LIST(WORD_INVERSE, 0), NULL, LIST(0));
	cr_assert_eq(start(&m, program, 100000), SONGDO_OK, "the count was left out on purpose");
	cr_assert_eq(go(&m), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.message, "100000"));
	finish(&m);
}

Test(budgets, endless_recursion_is_refused)
{
	songdo_program *program = begin(1);
	struct machine m;
	const uint32_t number = program_add_subroutine(program, "f", 0, 0);
	program->subroutine[number].start = 0;
	emit(program, CODE_CALL, 0, number, SPACE_FRAME, 0, 0);
	program->frame = 1;
	cr_assert_eq(start(&m, program, 0), SONGDO_OK);
	cr_assert_eq(go(&m), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(m.error.message, "nested"));
	finish(&m);
}

/* ---- Inputs --------------------------------------------------------------------------------------- */

static struct program_variable *input(songdo_program *program, const char *name, enum cell_kind kind, uint32_t width, uint32_t cells)
{
	struct program_variable *v = program_add_input(program, name);
	v->kind = (uint8_t)kind;
	v->width = width;
	v->address = program_add_global(program, cells);
	struct program_variable *out = program_add_output(program, name);
	out->kind = v->kind, out->width = width, out->address = v->address;
	return v;
}

/* The machine's answer to inputs; what it makes of the first goes to `text`. */
static songdo_status given(songdo_program *program, const songdo_input *inputs, size_t count, char *text, songdo_error *error)
{
	struct vm *vm = NULL;
	const char *name;
	cr_assert_eq(program_finish(program, error), SONGDO_OK);
	const songdo_status status = vm_new(&vm, program, &(struct vm_options){.inputs = inputs, .input_count = count}, error);
	text[0] = '\0';
	if (status == SONGDO_OK)
		strncat(text, vm_output(vm, 0, &name), 63);
	vm_free(vm);
	songdo_program_free(program);
	return status;
}

Test(inputs, are_read_by_their_type)
{
	static const struct { enum cell_kind kind; uint32_t width; const char *value, *wanted; } cases[] = {
		{CELL_FLOAT, 64, "0.25", "0.25"}, {CELL_FLOAT, 64, " -pi / 4 + 1 ", "0.21460183660255172"},
		{CELL_FLOAT, 64, "2*(1+1e1)", "22"}, {CELL_FLOAT, 64, "1+", NULL}, {CELL_FLOAT, 64, "1/0", NULL},
		{CELL_FLOAT, 64, "nan", NULL}, {CELL_FLOAT, 64, "", NULL}, {CELL_FLOAT, 64, "((((1", NULL},
		{CELL_INT, 8, "-128", "-128"}, {CELL_INT, 8, "128", NULL}, {CELL_UINT, 8, "0xff", "255"}, {CELL_UINT, 8, "-1", NULL},
		{CELL_UINT, 64, "18446744073709551615", "18446744073709551615"}, {CELL_INT, 64, "1.5", NULL},
		{CELL_INT, 64, "99999999999999999999", NULL}, {CELL_BOOL, 1, "true", "true"}, {CELL_BOOL, 1, "0", "false"},
		{CELL_BOOL, 1, "2", NULL}, {CELL_BIT, 4, "0110", "\"0110\""}, {CELL_BIT, 4, "110", NULL}, {CELL_BIT, 4, "\"1000\"", "\"1000\""},
		{CELL_BIT, 4, "01a0", NULL}, {CELL_ANGLE, 2, "pi", "3.1415926535897931"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		songdo_program *program = begin(1);
		songdo_error error = {0};
		char text[64];
		input(program, "theta", cases[i].kind, cases[i].width, 4);
		const songdo_status status = given(program, &(songdo_input){"theta", cases[i].value}, 1, text, &error);
		cr_assert_eq(status, cases[i].wanted ? SONGDO_OK : SONGDO_BAD_USAGE, "'%s'", cases[i].value);
		if (cases[i].wanted)
			cr_assert_str_eq(text, cases[i].wanted);
		else
			cr_assert_not_null(strstr(error.message, "theta"));
	}
}

Test(inputs, an_array_is_a_list)
{
	songdo_program *program = begin(1);
	songdo_error error;
	char text[64];
	struct program_variable *v = input(program, "a", CELL_INT, 64, 3);
	v->is_array = true, v->elements = 3;
	program->output[0].is_array = true, program->output[0].elements = 3;
	cr_assert_eq(given(program, &(songdo_input){"a", "[1, -2, 3]"}, 1, text, &error), SONGDO_OK);
	cr_assert_str_eq(text, "[1, -2, 3]");
}

Test(inputs, missing_and_unknown_ones_are_named)
{
	songdo_error error = {0};
	char text[64];
	songdo_program *program = begin(1);
	input(program, "theta", CELL_FLOAT, 64, 1);
	cr_assert_eq(given(program, NULL, 0, text, &error), SONGDO_BAD_USAGE);
	cr_assert_not_null(strstr(error.message, "theta"));
	program = begin(1);
	input(program, "theta", CELL_FLOAT, 64, 1);
	cr_assert_eq(given(program, &(songdo_input){"tehta", "1"}, 1, text, &error), SONGDO_BAD_USAGE);
	cr_assert_not_null(strstr(error.hint, "theta"));
}
