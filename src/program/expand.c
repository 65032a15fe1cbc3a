/* expand.c - gate calls: modifiers applied on the way down, bodies run in frames.
 *
 * A call is first evaluated into a row of cells, an *application*:
 *
 *   [0] gate   [1] power   [2] chain   [3] controls   [4] control values
 *   chain exponents (FLOAT, innermost first), controls' qubits, parameters, operands
 *
 * Integer powers and inverses multiply into one power, a count of repetitions with a sign. As soon as one exponent
 * is fractional all of them are kept as a chain instead, because pow(1/2) @ pow(2) is not pow(1), and the gate becomes a
 * matrix. Controls commute with powers: the principal power of a controlled gate is the controlled principal power.
 *
 * A frame that is to be inverted gathers the applications of its body, behind its own cells, and replays them backwards.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "op/matrix.h"
#include "program/machine.h"

enum {
	APPLICATION_HEAD = 5,
	GATHERED = 1 << 25,          /* cells that the calls of one inverted body may take */
};

/* An application taken apart; the pointers lead into its cells. */
struct application {
	const struct program_gate *gate;
	uint32_t number;
	int64_t power;
	uint32_t chain, controls;
	uint64_t control_values;
	const int64_t *exponent, *control, *parameter, *operand;
	uint64_t cells;
};

static struct application application_of(const struct vm *vm, const int64_t *cell)
{
	struct application a = {
	        .number = (uint32_t)cell[0],
	        .power = cell[1],
	        .chain = (uint32_t)cell[2],
	        .controls = (uint32_t)cell[3],
	        .control_values = (uint64_t)cell[4],
	        .exponent = cell + APPLICATION_HEAD,
	};
	a.gate = &vm->program->gate[a.number];
	a.control = a.exponent + a.chain;
	a.parameter = a.control + a.controls;
	a.operand = a.parameter + a.gate->parameters;
	a.cells = APPLICATION_HEAD + (uint64_t)a.chain + a.controls + a.gate->parameters + a.gate->qubits;
	return a;
}

static songdo_status reserve_scratch(struct vm *vm, uint64_t cells)
{
	if (cells <= vm->scratch_capacity)
		return SONGDO_OK;
	int64_t *moved = realloc(vm->scratch, max_u64(cells, 64) * sizeof *moved);
	if (!moved)
		return vm_no_memory(vm);
	vm->scratch = moved;
	vm->scratch_capacity = max_u64(cells, 64);
	return SONGDO_OK;
}

/* ---- Evaluating a call ---------------------------------------------------------------------------- */

static double exponent_of(const struct vm *vm, const uint32_t *modifier)
{
	switch (modifier[0]) {
	case WORD_INVERSE: return -1;
	case WORD_POWER_INT: return (double)*vm_cell(vm, modifier[1]);
	default: return cell_float(*vm_cell(vm, modifier[1]));
	}
}

static bool is_exponent(uint32_t modifier) { return modifier >= WORD_INVERSE; }

static bool is_integer(double exponent) { return exponent == floor(exponent); }

/* The modifiers' exponents: one integer power, or a chain written to `out`. */
static songdo_status evaluate_powers(struct vm *vm, const uint32_t *modifier, uint32_t modifiers, int64_t *out,
                                     int64_t *power, uint32_t *chain)
{
	bool whole = true;
	*power = 1;
	*chain = 0;
	for (uint32_t m = 0; m < modifiers; m++) {
		if (!is_exponent(modifier[2 * m]))
			continue;
		const double exponent = exponent_of(vm, modifier + 2 * m);
		if (!(fabs(exponent) < 0x1p53))
			return vm_fail(vm, SONGDO_BAD_PROGRAM, "the exponent of pow is too large: it must be below 2^53");
		whole &= is_integer(exponent);
		if (whole && __builtin_mul_overflow(*power, (int64_t)exponent, power))
			return vm_fail(vm, SONGDO_BAD_PROGRAM, "the exponents of pow multiply to more than 2^63");
	}
	if (whole)
		return SONGDO_OK;
	for (uint32_t m = modifiers; m-- > 0;)   /* innermost first */
		if (is_exponent(modifier[2 * m]))
			out[(*chain)++] = float_cell(exponent_of(vm, modifier + 2 * m));
	return SONGDO_OK;
}

static songdo_status check_distinct(struct vm *vm, const int64_t *qubit, uint64_t count)
{
	char name[64];
	for (uint64_t i = 0; i < count; i++)
		for (uint64_t j = 0; j < i; j++)
			if (qubit[i] == qubit[j])
				return vm_fail(vm, SONGDO_BAD_PROGRAM, "qubit %s is used twice in one operation",
				               program_qubit_name(vm->program, (uint32_t)qubit[i], name, sizeof name));
	return SONGDO_OK;
}

/* Evaluate the call in word[0...] into the scratch cells. */
static songdo_status evaluate(struct vm *vm, const uint32_t *word)
{
	const struct program_gate *gate = &vm->program->gate[word[0]];
	const uint32_t modifiers = word[1], *modifier = word + 2;
	uint32_t controls = 0, exponents = 0;
	uint64_t values = 0;
	for (uint32_t m = 0; m < modifiers; m++) {
		if (is_exponent(modifier[2 * m])) {
			exponents++;
			continue;
		}
		const uint32_t more = modifier[2 * m + 1];
		if (more > OPERATION_CONTROLS - controls)
			return vm_fail(vm, SONGDO_BAD_PROGRAM, "more than %d controls on one operation",
			               OPERATION_CONTROLS);
		if (modifier[2 * m] == WORD_CONTROL)
			values |= low_mask(more) << controls;
		controls += more;
	}
	songdo_status status = reserve_scratch(vm, APPLICATION_HEAD + (uint64_t)exponents + controls +
	                                                   gate->parameters + gate->qubits);
	if (status != SONGDO_OK)
		return status;
	int64_t *cell = vm->scratch, power;
	uint32_t chain;
	status = evaluate_powers(vm, modifier, modifiers, cell + APPLICATION_HEAD, &power, &chain);
	if (status != SONGDO_OK)
		return status;
	cell[0] = word[0], cell[1] = power, cell[2] = chain, cell[3] = controls, cell[4] = (int64_t)values;
	int64_t *control = cell + APPLICATION_HEAD + chain, *parameter = control + controls,
	        *operand = parameter + gate->parameters;
	const uint32_t *next = modifier + 2 * modifiers;
	for (uint32_t i = 0; i < gate->parameters; i++)
		parameter[i] = *vm_cell(vm, *next++);
	for (uint32_t i = 0; i < controls; i++)
		control[i] = vm_qubit(vm, *next++);
	for (uint32_t i = 0; i < gate->qubits; i++)
		operand[i] = vm_qubit(vm, *next++);
	/* Inside a gate operands are its own formal qubits, which were checked when it was called. */
	if (vm->frames && vm->frame[vm->frames - 1].is_gate)
		return SONGDO_OK;
	if (controls == 0)
		return check_distinct(vm, operand, gate->qubits);
	/* Controls and operands lie apart: compare them as one list. */
	int64_t few[OPERATION_CONTROLS + GATE_NAME_QUBITS], *all = few;
	const uint64_t count = (uint64_t)controls + gate->qubits;
	if (count > ARRAY_LENGTH(few) && !(all = malloc(count * sizeof *all)))
		return vm_no_memory(vm);
	memcpy(all, control, controls * sizeof *all);
	memcpy(all + controls, operand, gate->qubits * sizeof *all);
	status = check_distinct(vm, all, count);
	if (all != few)
		free(all);
	return status;
}

/* ---- Matrices of fractional powers ----------------------------------------------------------------- */

/* Multiply the circuit's operations onto `matrix` (on `bits` qubits, numbers below bits). */
static songdo_status multiply_circuit(const struct songdo_circuit *circuit, unsigned bits, double complex *matrix)
{
	double complex *work = malloc(3 * MATRIX_ELEMENTS * sizeof *work);
	if (!work)
		return SONGDO_NO_FIT;
	double complex *small = work, *wide = work + MATRIX_ELEMENTS, *product = work + 2 * MATRIX_ELEMENTS;
	for (uint64_t i = 0; i < circuit->operations; i++) {
		const struct operation *o = &circuit->operation[i];
		if (o->kind != OPERATION_GATE && o->kind != OPERATION_MATRIX)
			continue;
		const uint32_t *qubit = circuit->qubit + o->first_qubit;
		unsigned mask = 0, value = 0;
		uint8_t position[MATRIX_BITS];
		for (unsigned c = 0; c < o->controls; c++) {
			mask |= 1u << qubit[c];
			value |= (unsigned)(o->control_values >> c & 1) << qubit[c];
		}
		for (unsigned t = 0; t < o->targets; t++)
			position[t] = (uint8_t)qubit[o->controls + t];
		operation_matrix(circuit, o, small);
		matrix_embed(bits, o->targets, small, position, mask, value, wide);
		matrix_multiply(bits, wide, matrix, product);
		memcpy(matrix, product, sizeof *matrix << (2 * bits));
	}
	free(work);
	return SONGDO_OK;
}

/* The matrix of a gate with a body: run it alone on qubits 0, 1, ... in a machine of its own. */
static songdo_status body_matrix(struct vm *vm, const struct application *a, double complex *matrix)
{
	const struct program_gate *gate = a->gate;
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	struct vm inner = {
	        .program = vm->program,
	        .is_inner = true,
	        .base = vm->program->globals,
	        .top = vm->program->globals,
	        .max_operations = vm->max_operations,
	        .operations = vm->operations,
	        .max_rounds = vm->max_rounds,
	        .rounds = vm->rounds,
	        .error = vm->error,
	        .pc = vm->pc,
	};
	inner.capacity = inner.top + 64;
	inner.memory = calloc(inner.capacity, sizeof *inner.memory);
	songdo_status status = inner.memory ? SONGDO_OK : vm_no_memory(vm);
	const uint32_t last = (uint32_t)vm->program->codes - 1;   /* CODE_END: where the gate returns to */
	if (status == SONGDO_OK)
		status = vm_push(
		        &inner, (struct vm_frame){.return_pc = last, .callee = a->number, .is_gate = true, .rounds = 1},
		        0, gate->frame);
	if (status != SONGDO_OK)
		goto done;
	memcpy(inner.memory + inner.base, a->parameter, gate->parameters * sizeof *inner.memory);
	for (uint32_t i = 0; i < gate->qubits; i++)
		inner.memory[inner.base + gate->parameters + i] = i;
	inner.pc = gate->start;
	matrix_identity(gate->qubits, matrix);
	songdo_error *const error = vm->error;
	for (enum vm_event event = VM_FULL; status == SONGDO_OK && event != VM_DONE;) {
		uint32_t slot;
		status = vm_run(&inner, &circuit, &event, &slot, error);
		if (status == SONGDO_OK && multiply_circuit(&circuit, gate->qubits, matrix) != SONGDO_OK)
			status = vm_no_memory(vm);
		circuit_clear(&circuit);
	}
	vm->rounds = inner.rounds;
done:
	free(inner.memory);
	free(inner.frame);
	free(inner.scratch);
	circuit_fini(&circuit);
	return status;
}

/* The angle in (-pi, pi] that turns as far; a hair above -pi counts as pi, as matrix_power has it. */
static double principal_angle(double angle)
{
	const double turned = remainder(angle, 2 * M_PI);
	return turned < -M_PI + 1e-9 ? M_PI : turned;
}

/* Apply a chain of powers, at least one of them fractional, as one operation under the controls given. */
static songdo_status apply_chain(struct vm *vm, const struct application *a, bool is_inverse, unsigned controls,
                                 uint64_t values, uint32_t *qubit)
{
	const struct program_gate *gate = a->gate;
	double parameter[GATE_PARAMETERS];
	unsigned own = 0, targets = gate->qubits;
	double complex *matrix = NULL;
	if (gate->table) {
		memcpy(parameter, a->parameter, gate->parameters * sizeof *parameter);
		own = gate->table->parts ? 0 : gate->table->controls;
		targets -= own;
	}
	songdo_status status = vm_count_operations(vm, 1);
	if (status != SONGDO_OK)
		return status;
	if (controls + own > OPERATION_CONTROLS)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "more than %d controls on one operation", OPERATION_CONTROLS);
	for (uint32_t i = 0; i < own + targets && i < GATE_NAME_QUBITS; i++)
		qubit[controls + i] = (uint32_t)a->operand[i];
	values |= low_mask(own) << controls;
	if (targets == 0) {   /* a phase */
		for (uint32_t i = 0; i < a->chain; i++)
			parameter[0] = principal_angle(parameter[0]) * cell_float(a->exponent[i]);
		if (is_inverse)
			parameter[0] = -parameter[0];
		return vm_place(vm, circuit_add_gate(vm->pending, GATE_PHASE, parameter, controls + own, values, qubit,
		                                     vm->error));
	}
	if (targets > MATRIX_BITS) {
		vm_fail(vm, SONGDO_BAD_PROGRAM, "a fractional power of a gate on %u qubits; up to %d are possible",
		        targets, MATRIX_BITS);
		error_hint(vm->error, "use pow on the gates inside its definition");
		return SONGDO_BAD_PROGRAM;
	}
	matrix = malloc(2 * MATRIX_ELEMENTS * sizeof *matrix);
	if (!matrix)
		return vm_no_memory(vm);
	double complex *next = matrix + MATRIX_ELEMENTS, *now = matrix;
	if (!gate->table)
		status = body_matrix(vm, a, now);
	else if (gate->table->parts)
		gate_name_matrix(gate->table, parameter, now);
	else
		gate_matrix((enum gate)gate->table->gate, parameter, now);
	for (uint32_t i = 0; status == SONGDO_OK && i < a->chain + (is_inverse ? 1u : 0u); i++) {
		if (i == a->chain)
			matrix_dagger(targets, now, next);
		else if (!matrix_power(targets, now, cell_float(a->exponent[i]), next))
			status = vm_fail(vm, SONGDO_BAD_PROGRAM,
			                 "the power of this gate cannot be computed: its matrix is not unitary");
		double complex *const swap = now;
		now = next, next = swap;
	}
	if (status == SONGDO_OK)
		status = vm_place(
		        vm, circuit_add_matrix(vm->pending, targets, now, controls + own, values, qubit, vm->error));
	free(matrix);
	return status;
}

/* ---- Applying -------------------------------------------------------------------------------------- */

/* Repeat a table gate. Beyond a few dozen times one matrix does it, so that no budget and no circuit is filled by a power. */
static songdo_status apply_table(struct vm *vm, const struct application *a, int64_t power, unsigned controls,
                                 uint64_t values, uint32_t *qubit)
{
	enum { REPEATED = 64 };
	const struct gate_name *table = a->gate->table;
	const uint64_t times = power < 0 ? -(uint64_t)power : (uint64_t)power;
	if (times > REPEATED) {
		const int64_t exponent = float_cell((double)power);
		struct application chain = *a;
		chain.chain = 1;
		chain.exponent = &exponent;
		return apply_chain(vm, &chain, false, controls, values, qubit);
	}
	double parameter[GATE_PARAMETERS];
	memcpy(parameter, a->parameter, table->parameters * sizeof *parameter);
	for (unsigned i = 0; i < table->qubits; i++)
		qubit[controls + i] = (uint32_t)a->operand[i];
	songdo_status status = vm_count_operations(vm, mul_saturated(times, gate_name_operations(table)));
	for (uint64_t i = 0; status == SONGDO_OK && i < times; i++)
		status = vm_place(vm, circuit_add_named(vm->pending, table, parameter, power < 0, controls, values,
		                                        qubit, vm->error));
	return status;
}

/* Enter the body of a gate `times` times, inverted or not. */
static songdo_status enter(struct vm *vm, const struct application *a, uint64_t times, bool is_inverse,
                           unsigned controls, uint64_t values, const uint32_t *qubit, uint32_t return_pc)
{
	const struct program_gate *gate = a->gate;
	const struct vm_frame frame = {
	        .return_pc = return_pc,
	        .callee = a->number,
	        .is_gate = true,
	        .is_inverse = is_inverse,
	        .controls = controls,
	        .control_values = values,
	        .rounds = times,
	};
	const songdo_status status = vm_push(vm, frame, controls, gate->frame);
	if (status != SONGDO_OK)
		return status;
	int64_t *cell = vm->memory + vm->base;
	for (unsigned i = 0; i < controls; i++)
		cell[(int64_t)i - (int64_t)controls] = qubit[i];
	/* The application lies in scratch, which no frame shares. */
	memcpy(cell, a->parameter, gate->parameters * sizeof *cell);
	memcpy(cell + gate->parameters, a->operand, gate->qubits * sizeof *cell);
	vm->pc = gate->start;
	return SONGDO_OK;
}

/* Apply what lies in scratch inside the gate at the top of the frames, if there is one; go on at return_pc. */
static songdo_status apply(struct vm *vm, uint32_t return_pc)
{
	const struct application a = application_of(vm, vm->scratch);
	const struct vm_frame *context =
	        vm->frames && vm->frame[vm->frames - 1].is_gate ? &vm->frame[vm->frames - 1] : NULL;
	uint32_t qubit[2 * OPERATION_CONTROLS + GATE_NAME_QUBITS];
	unsigned controls = 0;
	uint64_t values = a.control_values;
	bool is_inverse = false;
	if (context) {
		controls = context->controls;
		if (controls + a.controls > OPERATION_CONTROLS)
			return vm_fail(vm, SONGDO_BAD_PROGRAM, "more than %d controls on one operation",
			               OPERATION_CONTROLS);
		for (unsigned i = 0; i < controls; i++)
			qubit[i] = (uint32_t)vm->memory[vm->base - controls + i];
		values = context->control_values | a.control_values << controls;
		is_inverse = context->is_inverse;
	}
	for (unsigned i = 0; i < a.controls; i++)
		qubit[controls + i] = (uint32_t)a.control[i];
	controls += a.controls;
	const int64_t power = is_inverse ? -a.power : a.power;
	const uint32_t pc = vm->pc;
	songdo_status status;
	if (a.chain)
		status = apply_chain(vm, &a, is_inverse, controls, values, qubit);
	else if (a.gate->table)
		status = apply_table(vm, &a, power, controls, values, qubit);
	else if (power != 0 && a.gate->most > 0)   /* a body without operations, however deep, is not worth entering */
		return enter(vm, &a, power < 0 ? -(uint64_t)power : (uint64_t)power, power < 0, controls, values, qubit,
		             return_pc);
	else
		status = SONGDO_OK;
	if (status == SONGDO_OK && vm->pc == pc)
		vm->pc = return_pc;
	return status;
}

songdo_status vm_gate(struct vm *vm, const struct instruction *instruction)
{
	songdo_status status = evaluate(vm, vm->program->word + instruction->a);
	if (status != SONGDO_OK)
		return status;
	const struct vm_frame *frame = vm->frames ? &vm->frame[vm->frames - 1] : NULL;
	if (!frame || !frame->is_gate || !frame->is_inverse)
		return apply(vm, vm->pc + 1);
	/* Gather it, its length last: it is read from behind. */
	const uint64_t cells = application_of(vm, vm->scratch).cells;
	if (vm->top - frame->list + cells > GATHERED)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "the body of an inverted gate makes too many calls to be run backwards");
	status = vm_reserve(vm, cells + 1);
	if (status != SONGDO_OK)
		return status;
	memcpy(vm->memory + vm->top, vm->scratch, cells * sizeof *vm->memory);
	vm->memory[vm->top + cells] = (int64_t)cells;
	vm->top += cells + 1;
	vm->pc++;
	return SONGDO_OK;
}

songdo_status vm_gate_end(struct vm *vm)
{
	struct vm_frame *frame = &vm->frame[vm->frames - 1];
	frame->is_replaying = frame->is_inverse;
	if (frame->is_replaying && vm->top > frame->list) {
		const uint64_t cells = (uint64_t)vm->memory[vm->top - 1];
		const songdo_status status = reserve_scratch(vm, cells);
		if (status != SONGDO_OK)
			return status;
		vm->top -= cells + 1;
		memcpy(vm->scratch, vm->memory + vm->top, cells * sizeof *vm->scratch);
		return apply(vm, vm->pc);   /* and come back here for the one before */
	}
	frame->is_replaying = false;
	if (--frame->rounds > 0) {
		vm->pc = vm->program->gate[frame->callee].start;
		return vm_count_round(vm);
	}
	vm_pop(vm);
	return SONGDO_OK;
}
