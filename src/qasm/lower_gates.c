/* lower_gates.c - gates, measurements, resets, barriers and aliases to instructions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/bits.h"
#include "qasm/lowering.h"

enum {
	UNROLLED = 256,              /* a broadcast over so many is written out; a longer one is a loop */
	UNROLLED_CALLS = 8,          /* of a call with modifiers or parameters to compute */
	REPEATED = 64,               /* a table gate to a higher power becomes one matrix (program/expand.c) */
};

/* ---- Calls ---------------------------------------------------------------------------------------- */

/* The number of the gate a symbol stands for. */
static uint32_t gate_number(struct lowering *l, struct symbol *symbol)
{
	if (!symbol->lowered && symbol->library)
		symbol->lowered = 1 + (uint64_t)program_add_table_gate(l->program, symbol->library);
	return (uint32_t)symbol->lowered - 1;
}

/* Known parameters as consecutive constants. */
static bool known_parameters(struct lowering *l, const struct gate_call *call, uint32_t *address)
{
	int64_t cell[GATE_PARAMETERS];
	const uint32_t count = call->statement.count2;
	for (uint32_t i = 0; i < count; i++) {
		if (!call->parameter[i]->is_known || i >= GATE_PARAMETERS)
			return false;
		cell[i] = float_cell(call->parameter[i]->value.f);
	}
	*address = count ? program_add_constants(l->program, cell, count) : SPACE_CONSTANT;
	return true;
}

/* The commonest statement by far, in few words: a library gate on qubits that are named by number. */
static bool lower_simple_call(struct lowering *l, const struct gate_call *call)
{
	uint32_t word[GATE_NAME_QUBITS], parameters;
	/* A phase without operands may stand in a gate's body, where the callers' controls belong to it. */
	if (call->statement.count > 0 || !call->symbol->library || call->broadcast > 1 || !call->operands ||
	    call->operands > GATE_NAME_QUBITS)
		return false;
	for (uint32_t i = 0; i < call->operands; i++) {
		const struct operand *operand = &call->operand[i];
		if (operand->kind == OPERAND_EXPRESSION)
			return false;
		const struct symbol *symbol = operand->symbol;
		if (symbol->kind != SYMBOL_QUBIT && symbol->kind != SYMBOL_HARDWARE)
			return false;
		if (operand->kind == OPERAND_WHOLE && symbol->type.width > 1)
			return false;
		word[i] = symbol->first_qubit + (operand->kind == OPERAND_ELEMENT ? (uint32_t)operand->element : 0);
	}
	const uint32_t gate = gate_number(l, call->symbol);
	if (gate > UINT16_MAX || !known_parameters(l, call, &parameters))
		return false;
	lower_emit(l, CODE_GATE_FIXED, 0, gate, program_add_words(l->program, word, call->operands), parameters, 0, 0);
	lower_count(l, gate_name_operations(call->symbol->library), gate_name_operations(call->symbol->library));
	return true;
}

/* A call with everything but its qubits worked out. */
struct prepared {
	uint32_t gate, operands;
	bool is_plain;               /* a table gate without modifiers, parameters constant: CODE_GATE_FIXED */
	uint32_t parameters;         /* is_plain: their address */
	uint32_t *word, words;       /* the call's words; the operands' are filled in at word + words */
	uint64_t least, most;
};

/* The words of the modifiers, and what they make of the gate's cost. */
static void prepare_modifiers(struct lowering *l, const struct gate_call *call, struct prepared *p)
{
	double power = 1;
	bool known = true, whole = true;
	for (uint32_t m = 0; m < call->statement.count; m++) {
		const struct modifier *modifier = &call->modifier[m];
		uint32_t code = WORD_INVERSE, argument = 0;
		switch (modifier->kind) {
		case MODIFIER_CONTROL: code = WORD_CONTROL, argument = modifier->controls; break;
		case MODIFIER_NEGATIVE_CONTROL: code = WORD_NEGATIVE_CONTROL, argument = modifier->controls; break;
		case MODIFIER_POWER: {
			const struct expression *e = modifier->argument;
			const bool is_float = e->type.kind != TYPE_INT && e->type.kind != TYPE_UINT;
			const struct type real = {.kind = TYPE_FLOAT, .width = 64};
			code = is_float ? WORD_POWER_FLOAT : WORD_POWER_INT;
			argument = lower_value(l, e);
			if (is_float)
				argument = lower_convert(l, argument, &e->type, &real);
			known &= e->is_known && (!is_float || e->type.kind == TYPE_FLOAT);
			if (known) {
				const double exponent = is_float ? e->value.f : (double)e->value.i;
				whole &= exponent == floor(exponent);
				power *= fabs(exponent);
			}
			break;
		}
		default: break;
		}
		p->word[p->words++] = code;
		p->word[p->words++] = argument;
	}
	if (!known) {
		p->least = 0;
		p->most = UINT64_MAX;
	} else if (!whole || (call->symbol->library && power > REPEATED)) {
		p->least = p->most = 1;
	} else {
		const uint64_t times = power < 0x1p63 ? (uint64_t)power : UINT64_MAX;
		p->least = mul_saturated(p->least, times);
		p->most = mul_saturated(p->most, times);
	}
}

static void prepare(struct lowering *l, const struct gate_call *call, struct prepared *p)
{
	*p = (struct prepared){.gate = gate_number(l, call->symbol), .operands = call->operands};
	const struct program_gate *gate = &l->program->gate[p->gate];
	p->least = gate->least;
	p->most = gate->most;
	if (call->statement.count == 0 && call->operands && gate->table && p->gate <= UINT16_MAX &&
	    known_parameters(l, call, &p->parameters)) {
		p->is_plain = true;
		p->word = arena_new(l->ast->arena, (p->operands + 1) * sizeof *p->word);
		return;
	}
	p->word = arena_new(l->ast->arena,
	                    (2 + 2 * (size_t)call->statement.count + call->statement.count2 + p->operands) *
	                            sizeof *p->word);
	p->word[p->words++] = p->gate;
	p->word[p->words++] = call->statement.count;
	prepare_modifiers(l, call, p);
	for (uint32_t i = 0; i < call->statement.count2; i++)
		p->word[p->words++] = lower_value(l, call->parameter[i]);
}

/* One application; the operands' words stand at word + words. */
static void emit_call(struct lowering *l, const struct prepared *p)
{
	const uint32_t at = program_add_words(l->program, p->word, p->words + p->operands);
	bool is_fixed = p->is_plain;
	for (uint32_t i = 0; i < p->operands; i++)
		is_fixed &= !(p->word[p->words + i] & QUBIT_IN_CELL);
	if (is_fixed) {
		lower_emit(l, CODE_GATE_FIXED, 0, p->gate, at, p->parameters, 0, 0);
		return;
	}
	if (!p->is_plain) {
		lower_emit(l, CODE_GATE, 0, 0, at, 0, 0, 0);
		return;
	}
	/* Plain, but for a qubit in a cell: the words of a general call. */
	const struct gate_name *table = l->program->gate[p->gate].table;
	const uint32_t head[2] = {p->gate, 0};
	const uint32_t start = program_add_words(l->program, head, 2);
	for (uint32_t i = 0; i < table->parameters; i++)
		program_add_words(l->program, &(uint32_t){p->parameters + i}, 1);
	program_add_words(l->program, p->word, p->operands);
	lower_emit(l, CODE_GATE, 0, 0, start, 0, 0, 0);
}

/* A selection's elements in consecutive cells, for a loop over them; the word of the first. */
static uint32_t in_a_row(struct lowering *l, const struct selection *s)
{
	if (s->kind == SELECT_LIST)
		return QUBIT_IN_CELL | (s->list + 1);
	if (s->kind == SELECT_RUN)
		return s->first;
	const uint32_t cells = lower_take(l, s->count);
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->item[i] & QUBIT_IN_CELL)
			lower_emit(l, CODE_MOVE, 0, 0, cells + i, s->item[i] & ~QUBIT_IN_CELL, 0, 1);
		else
			lower_emit(l, CODE_SERIES, 0, 0, cells + i, s->item[i], 0, 1);
	}
	return QUBIT_IN_CELL | cells;
}

/* Where every single operand is meant once, those of selections that `spans` element i of each. */
static bool spans(const struct selection *s) { return s->kind == SELECT_LIST || s->count > 1; }

/* A loop over the elements; `count` of them, or as many as the list has whose address is given. */
static void broadcast_loop(struct lowering *l, struct prepared *p, const struct selection *operand, uint32_t count,
                           uint32_t list)
{
	const uint32_t range = lower_take(l, 3), index = lower_take(l, 1);
	lower_emit(l, CODE_MOVE, 0, 0, range, lower_integer(l, 0), 0, 1);
	lower_emit(l, CODE_MOVE, 0, 0, range + 1, lower_integer(l, 1), 0, 1);
	if (list)
		lower_emit(l, CODE_COMPUTE, COMPUTE_SUBTRACT, CELL_INT, range + 2, list, lower_integer(l, 1), 64);
	else
		lower_emit(l, CODE_MOVE, 0, 0, range + 2, lower_integer(l, (int64_t)count - 1), 0, 1);
	for (uint32_t i = 0; i < p->operands; i++)
		p->word[p->words + i] = spans(&operand[i]) ? in_a_row(l, &operand[i]) : lower_item(&operand[i], 0);
	lower_emit(l, CODE_TRIP, 0, 0, range, 0, 0, 0);
	const uint32_t top = lower_emit(l, CODE_NEXT, 0, 0, range, index, 0, 0);
	for (uint32_t i = 0; i < p->operands; i++) {
		if (!spans(&operand[i]))
			continue;
		const uint32_t cell = lower_take(l, 1), row = p->word[p->words + i];
		if (row & QUBIT_IN_CELL)
			lower_emit(l, CODE_LOAD, 0, 0, cell, row & ~QUBIT_IN_CELL, index, 1);
		else
			lower_emit(l, CODE_COMPUTE, COMPUTE_ADD, CELL_INT, cell, index, lower_integer(l, row), 64);
		p->word[p->words + i] = QUBIT_IN_CELL | cell;
	}
	emit_call(l, p);
	lower_emit(l, CODE_JUMP, 0, 0, top, 0, 0, 0);
	if (!l->program->failed)
		l->program->code[top].c = (uint32_t)l->program->codes;
}

/* Lists of one call must have one length, which only the run knows. */
static void check_lists(struct lowering *l, uint32_t first, uint32_t other, uint32_t length)
{
	const uint32_t equal = lower_take(l, 1);
	const uint32_t right = other ? other : lower_integer(l, length);
	lower_emit(l, CODE_COMPUTE, COMPUTE_EQUAL, CELL_INT, equal, first, right, 64);
	const uint32_t jump = lower_emit(l, CODE_JUMP_IF, 1, 0, 0, equal, 0, 0);
	lower_emit(l, CODE_FAIL, 0, 0, program_add_text(l->program, "the registers of this call differ in size"), 0, 0,
	           0);
	if (!l->program->failed)
		l->program->code[jump].a = (uint32_t)l->program->codes;
}

void lower_gate_call(struct lowering *l, const struct gate_call *call)
{
	if (lower_simple_call(l, call))
		return;
	if (call->symbol->definition && call->symbol->definition->is_opaque) {
		if (!strcmp(call->symbol->name->text, "delay"))   /* Qiskit's way to write it in OpenQASM 2.0 */
			return;
		lower_refuse(l, call->statement.place, "'%s' is opaque: without a definition it cannot be simulated",
		             call->symbol->name->text);
		return;
	}
	const uint64_t mark = l->next;
	struct selection *operand = arena_new(l->ast->arena, (call->operands + 1) * sizeof *operand);
	struct prepared p;
	uint32_t count = 1, list = 0;
	lower_place(l, call->statement.place);
	for (uint32_t i = 0; i < call->operands; i++) {
		if (!lower_select_operand(l, &call->operand[i], &operand[i]))
			return;
		if (operand[i].kind == SELECT_LIST && list)
			check_lists(l, list, operand[i].list, 0);
		else if (operand[i].kind == SELECT_LIST)
			list = operand[i].list;
		else if (operand[i].count != 1)
			count = operand[i].count;
	}
	if (list && count > 1)
		check_lists(l, list, 0, count);
	prepare(l, call, &p);
	if (l->failed)
		return;
	if (list) {
		broadcast_loop(l, &p, operand, 0, list);
		lower_count(l, 0, mul_saturated(p.most, operand[0].count));
	} else if (count > (p.is_plain ? (uint32_t)UNROLLED : (uint32_t)UNROLLED_CALLS)) {
		broadcast_loop(l, &p, operand, count, 0);
		lower_count(l, mul_saturated(p.least, count), mul_saturated(p.most, count));
	} else {
		for (uint32_t j = 0; j < count; j++) {
			for (uint32_t i = 0; i < call->operands; i++)
				p.word[p.words + i] = lower_item(&operand[i], operand[i].count > 1 ? j : 0);
			emit_call(l, &p);
		}
		lower_count(l, mul_saturated(p.least, count), mul_saturated(p.most, count));
	}
	l->next = mark;
}

void lower_gate_definition(struct lowering *l, const struct gate_definition *definition)
{
	if (definition->is_opaque)
		return;
	songdo_program *program = l->program;
	const uint32_t number =
	        program_add_gate(program, definition->name->text, definition->parameters, definition->qubits);
	const uint32_t skip = lower_emit(l, CODE_JUMP, 0, 0, 0, 0, 0, 0);
	const struct lowering outside = *l;
	const uint64_t least = program->least, most = program->most;
	program->least = program->most = 0;
	l->next = l->most = (uint64_t)definition->parameters + definition->qubits;
	l->loop = NULL;
	l->in_gate = true;
	for (uint32_t i = 0; i < definition->parameters; i++)
		definition->parameter[i].symbol->lowered = 1 + (uint64_t)(SPACE_FRAME + i);
	for (uint32_t i = 0; i < definition->qubits; i++)
		definition->qubit[i].symbol->lowered = 1 + (uint64_t)(SPACE_FRAME + definition->parameters + i);
	const uint32_t start = (uint32_t)program->codes;
	lower_statements(l, definition->body);
	lower_emit(l, CODE_GATE_END, 0, 0, 0, 0, 0, 0);
	if (program->failed)
		return;
	program->gate[number].start = start;
	program->gate[number].frame = (uint32_t)l->most;
	program->gate[number].least = program->least;
	program->gate[number].most = program->most;
	program->code[skip].a = (uint32_t)program->codes;
	program->least = least;
	program->most = most;
	l->next = outside.next;
	l->most = outside.most;
	l->loop = outside.loop;
	l->in_gate = false;
	definition->symbol->lowered = 1 + (uint64_t)number;
}

/* ---- Measurements, resets, barriers, aliases -------------------------------------------------------- */

void lower_measure(struct lowering *l, const struct selection *qubits, uint32_t to, bool has_target)
{
	l->program->measures = true;
	if (qubits->kind == SELECT_LIST) {
		lower_emit(l, CODE_MEASURE_LIST, !has_target, 0, qubits->list, to, 0, qubits->count);
		lower_count(l, 0, qubits->count);
		return;
	}
	if (qubits->kind == SELECT_RUN)
		lower_emit(l, CODE_MEASURE, !has_target, 0, qubits->first, to, 0, qubits->count);
	for (uint32_t i = 0; qubits->kind == SELECT_ITEMS && i < qubits->count; i++)
		lower_emit(l, CODE_MEASURE, !has_target, 0, qubits->item[i], to + i, 0, 1);
	lower_count(l, qubits->count, qubits->count);
}

void lower_measurement(struct lowering *l, const struct measurement *measurement)
{
	const uint64_t mark = l->next;
	struct selection source, target = {0};
	lower_place(l, measurement->statement.place);
	if (!lower_select_operand(l, &measurement->source, &source))
		return;
	if (measurement->has_target && !lower_select_operand(l, &measurement->target, &target))
		return;
	if (!measurement->has_target) {
		lower_measure(l, &source, 0, false);
	} else if (target.kind == SELECT_RUN && source.kind != SELECT_LIST) {
		lower_measure(l, &source, target.first, true);
	} else if (target.kind != SELECT_LIST && source.kind == SELECT_LIST) {
		source.count = target.count;   /* what it must come to */
		const uint32_t bits = lower_take(l, target.count);
		lower_measure(l, &source, bits, true);
		lower_scatter(l, &target, bits, target.count);
	} else if (source.kind == SELECT_LIST) {
		lower_refuse(l, measurement->statement.place,
		             "measuring a slice with run-time bounds into another is not supported");
	} else {
		const uint32_t bits = lower_take(l, source.count);
		lower_measure(l, &source, bits, true);
		lower_scatter(l, &target, bits, source.count);
	}
	l->next = mark;
}

void lower_reset(struct lowering *l, const struct operands *reset)
{
	const uint64_t mark = l->next;
	lower_place(l, reset->statement.place);
	for (uint32_t i = 0; i < reset->operands; i++) {
		struct selection s;
		if (!lower_select_operand(l, &reset->operand[i], &s))
			return;
		if (s.kind == SELECT_LIST)
			lower_emit(l, CODE_RESET_LIST, 0, 0, s.list, 0, 0, s.count);
		if (s.kind == SELECT_RUN)
			lower_emit(l, CODE_RESET, 0, 0, s.first, 0, 0, s.count);
		for (uint32_t j = 0; s.kind == SELECT_ITEMS && j < s.count; j++)
			lower_emit(l, CODE_RESET, 0, 0, s.item[j], 0, 0, 1);
		lower_count(l, s.kind == SELECT_LIST ? 0 : s.count, s.count);
	}
	l->next = mark;
}

void lower_barrier(struct lowering *l, const struct operands *barrier)
{
	enum { NAMED = 4096 };       /* a barrier over more qubits is not worth keeping */
	/* Inside a gate, where the body may be run backwards or as one matrix, it has no place of its own. */
	if (l->in_gate || l->program->qubits == 0)
		return;
	if (barrier->operands == 0) {
		lower_place(l, barrier->statement.place);
		lower_emit(l, CODE_BARRIER, 0, 0, 0, 0, 0, 0);
		lower_count(l, 0, 1);
		return;
	}
	const uint64_t mark = l->next;
	struct selection *s = arena_new(l->ast->arena, barrier->operands * sizeof *s);
	uint64_t count = 0;
	lower_place(l, barrier->statement.place);
	for (uint32_t i = 0; i < barrier->operands; i++) {
		if (!lower_select_operand(l, &barrier->operand[i], &s[i]))
			return;
		if (s[i].kind == SELECT_LIST)
			count = NAMED + 1;
		count += s[i].count;
	}
	if (count > 0 && count <= NAMED) {
		uint32_t *word = arena_new(l->ast->arena, count * sizeof *word), n = 0;
		for (uint32_t i = 0; i < barrier->operands; i++)
			for (uint32_t j = 0; j < s[i].count; j++)
				word[n++] = lower_item(&s[i], j);
		lower_emit(l, CODE_BARRIER, 0, 0, program_add_words(l->program, word, n), 0, 0, n);
		lower_count(l, 0, 1);
	}
	l->next = mark;
}

/* An alias whose indices are known is looked up at each use. Any other is worked out where it is declared, once. */
void lower_alias(struct lowering *l, const struct declaration *declaration)
{
	struct selection s;
	lower_place(l, declaration->statement.place);
	if (!lower_select(l, declaration->initial, &s))
		return;
	struct selection *kept = arena_new(l->ast->arena, sizeof *kept);
	*kept = s;
	declaration->symbol->lowered_data = kept;
}
