/* emitted.c - what a program in OpenQASM emits, for tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "lower/emitted.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

enum { INPUTS = 8 };

/* The operations alone: lines that declare nothing. */
static void print_operations(struct emitted *e)
{
	static const char *const left_out[] = {"OPENQASM", "include", "qubit", "bit[", "gate "};
	struct text all = {0};
	circuit_print(&e->circuit, &all);
	text_add(&e->operations, "");
	for (char *next = NULL, *line = strtok_r(all.data, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		bool skip = false;
		for (size_t i = 0; i < ARRAY_LENGTH(left_out); i++)
			skip |= !strncmp(line, left_out[i], strlen(left_out[i]));
		if (!skip)
			text_add_format(&e->operations, "%s\n", line);
	}
	text_fini(&all);
}

static void print_results(struct emitted *e, const struct vm *vm)
{
	const char *name, *value;
	text_add(&e->groups, "");
	text_add(&e->outputs, "");
	for (size_t i = 0; i < vm_groups(vm); i++) {
		const struct vm_group group = vm_group(vm, i);
		text_add_format(&e->groups, "%s%s=", i ? " " : "", group.name);
		for (uint32_t j = group.width; j-- > 0;)
			text_add(&e->groups, group.bit[j] >= VM_SLOT ? "?" : group.bit[j] ? "1" : "0");
	}
	for (size_t i = 0; (value = vm_output(vm, i, &name)); i++)
		text_add_format(&e->outputs, "%s%s=%s", i ? " " : "", name, value);
}

static songdo_status run(struct emitted *e, const songdo_program *program, const char *answers, const char *const *inputs,
                         uint64_t max_operations)
{
	songdo_input input[INPUTS];
	char *copy[INPUTS];
	struct vm_options options = {.inputs = input, .max_operations = max_operations};
	struct vm *vm = NULL;
	for (; inputs && inputs[options.input_count]; options.input_count++) {
		char *text = copy[options.input_count] = strdup(inputs[options.input_count]), *equals = strchr(text, '=');
		*equals = '\0';
		input[options.input_count] = (songdo_input){text, equals + 1};
	}
	songdo_status status = vm_new(&vm, program, &options, &e->error);
	for (enum vm_event event = VM_READS; status == SONGDO_OK && event != VM_DONE;) {
		uint32_t slot = 0;
		status = vm_run(vm, &e->circuit, &event, &slot, &e->error);
		cr_assert_neq(event, VM_FULL);
		if (status == SONGDO_OK && event == VM_READS) {
			e->reads++;
			vm_answer(vm, slot, answers && slot < strlen(answers) && answers[slot] == '1');
		}
	}
	if (status == SONGDO_OK) {
		print_operations(e);
		print_results(e, vm);
	}
	vm_free(vm);
	for (size_t i = 0; i < options.input_count; i++)
		free(copy[i]);
	return status;
}

void emitted_run(struct emitted *e, const char *source, const char *answers, const char *const *inputs, uint64_t max_operations)
{
	*e = (struct emitted){0};
	struct text whole = {0};
	songdo_program *program;
	songdo_error errors[20] = {0};
	size_t count = 0;
	if (strncmp(source, "OPENQASM", 8) != 0)
		text_add(&whole, "OPENQASM 3.0; include \"stdgates.inc\"; ");
	text_add(&whole, source);
	circuit_init(&e->circuit);
	e->status = songdo_program_parse(&program, whole.data, whole.length, NULL, errors, ARRAY_LENGTH(errors), &count);
	if (e->status == SONGDO_OK) {
		program_facts(program, &e->facts);
		e->status = run(e, program, answers, inputs, max_operations);
	} else {
		for (size_t i = count; i-- > 0;)
			if (!errors[i].warning)
				e->error = errors[i];
	}
	songdo_program_free(program);
	text_fini(&whole);
}

void emitted_fini(struct emitted *e)
{
	circuit_fini(&e->circuit);
	text_fini(&e->operations);
	text_fini(&e->groups);
	text_fini(&e->outputs);
}

static void expect_text(const char *source, const char *answers, const char *wanted, size_t field)
{
	struct emitted e;
	emitted_run(&e, source, answers, NULL, 0);
	cr_assert_eq(e.status, SONGDO_OK, "%s\nline %u: %s", source, e.error.line, e.error.message);
	const struct text *got = (const struct text *)((const char *)&e + field);
	cr_assert_str_eq(got->data, wanted, "%s\ngives\n%s\nnot\n%s", source, got->data, wanted);
	emitted_fini(&e);
}

void expect_operations(const char *source, const char *answers, const char *operations)
{
	expect_text(source, answers, operations, offsetof(struct emitted, operations));
}

void expect_groups(const char *source, const char *answers, const char *groups)
{
	expect_text(source, answers, groups, offsetof(struct emitted, groups));
}

void expect_outputs(const char *source, const char *answers, const char *outputs)
{
	expect_text(source, answers, outputs, offsetof(struct emitted, outputs));
}

void expect_error(const char *source, const char *words, uint32_t line)
{
	struct emitted e;
	emitted_run(&e, source, NULL, NULL, 0);
	cr_assert_eq(e.status, SONGDO_BAD_PROGRAM, "%s", source);
	cr_assert_not_null(strstr(e.error.message, words), "%s\nsays: %s", source, e.error.message);
	if (line)
		cr_assert_eq(e.error.line, line, "%s\nsays line %u", source, e.error.line);
	emitted_fini(&e);
}

static void simulate(const char *source, unsigned bits, double complex *state)
{
	struct emitted e;
	uint64_t seed = 11;
	double complex matrix[1024];
	emitted_run(&e, source, NULL, NULL, 0);
	cr_assert_eq(e.status, SONGDO_OK, "%s\n%s", source, e.error.message);
	oracle_random_state(state, UINT64_C(1) << bits, &seed);
	for (uint64_t i = 0; i < e.circuit.operations; i++) {
		const struct operation *o = &e.circuit.operation[i];
		if (o->kind != OPERATION_GATE && o->kind != OPERATION_MATRIX)
			continue;
		uint64_t mask = 0, value = 0;
		uint8_t target[8];
		for (unsigned c = 0; c < o->controls; c++) {
			mask |= UINT64_C(1) << e.circuit.qubit[o->first_qubit + c];
			value |= (o->control_values >> c & 1) << e.circuit.qubit[o->first_qubit + c];
		}
		for (unsigned t = 0; t < o->targets; t++)
			target[t] = (uint8_t)e.circuit.qubit[o->first_qubit + o->controls + t];
		operation_matrix(&e.circuit, o, matrix);
		oracle_apply(state, bits, o->targets, target, matrix, mask, value);
	}
	emitted_fini(&e);
}

void expect_same(const char *source, const char *other, unsigned bits)
{
	double complex one[64], two[64];
	cr_assert_leq(bits, 6);
	simulate(source, bits, one);
	simulate(other, bits, two);
	const double distance = oracle_distance(one, two, UINT64_C(1) << bits);
	cr_assert_lt(distance, 1e-12, "%s\nand\n%s\ndiffer by %g", source, other, distance);
}
