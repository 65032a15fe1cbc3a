/* lower_statements.c - branches, loops, switch and subroutines to jumps and calls.
 *
 * The program's count of operations is kept along: `least` is what is certain, `most` what is possible.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "qasm/lowering.h"

/* Let the jump at `from` lead to what comes next. */
static void land(struct lowering *l, uint32_t from)
{
	if (!l->program->failed)
		l->program->code[from].a = (uint32_t)l->program->codes;
}

/* Jumps that wait for their address. */
static void remember(struct lowering *l, uint32_t **jumps, uint32_t *count, uint32_t *capacity, uint32_t jump)
{
	if (*count == *capacity) {
		const uint32_t wanted = *capacity ? 2 * *capacity : 8;
		uint32_t *moved = arena_new(l->ast->arena, wanted * sizeof *moved);
		if (*count)
			memcpy(moved, *jumps, *count * sizeof *moved);
		*jumps = moved;
		*capacity = wanted;
	}
	(*jumps)[(*count)++] = jump;
}

struct count { uint64_t least, most; };

/* The operations counted since `before`, which is put back. */
static struct count count_since(struct lowering *l, struct count before)
{
	const struct count since = {l->program->least, l->program->most};
	l->program->least = before.least;
	l->program->most = before.most;
	return since;
}

static struct count count_begin(struct lowering *l)
{
	const struct count before = {l->program->least, l->program->most};
	l->program->least = l->program->most = 0;
	return before;
}

static void lower_scope(struct lowering *l, const struct statement *body)
{
	const uint64_t mark = l->next;
	lower_statements(l, body);
	l->next = mark;
}

/* ---- Branches ------------------------------------------------------------------------------------- */

/* A chain of else-ifs is one loop here, however long it is: only nesting recurses. */
void lower_if(struct lowering *l, const struct branch *branch)
{
	const struct count before = {l->program->least, l->program->most};
	struct count all = {UINT64_MAX, 0};
	struct { uint32_t *jump, count, capacity; } ends = {0};
	const struct statement *otherwise = NULL;
	bool is_decided = false;
	for (; branch; branch = otherwise && otherwise->kind == STATEMENT_IF && !otherwise->next
	                                ? (const struct branch *)otherwise
	                                : NULL) {
		otherwise = branch->otherwise;
		if (branch->condition->is_known && !branch->condition->value.u)
			continue;
		uint32_t skip = 0;
		is_decided = branch->condition->is_known;
		if (!is_decided) {
			const uint64_t mark = l->next;
			lower_place(l, branch->condition->place);
			skip = lower_emit(l, CODE_JUMP_IF, 0, 0, 0, lower_value(l, branch->condition), 0, 0);
			l->next = mark;
		}
		count_begin(l);
		lower_scope(l, branch->then);
		const struct count then = count_since(l, before);
		all.least = min_u64(all.least, then.least);
		all.most = max_u64(all.most, then.most);
		if (is_decided) {
			otherwise = NULL;
			break;
		}
		if (otherwise)
			remember(l, &ends.jump, &ends.count, &ends.capacity,
			         lower_emit(l, CODE_JUMP, 0, 0, 0, 0, 0, 0));
		land(l, skip);
	}
	if (!is_decided) {
		count_begin(l);
		lower_scope(l, otherwise);
		const struct count rest = count_since(l, before);
		all.least = min_u64(all.least, rest.least);
		all.most = max_u64(all.most, rest.most);
	}
	for (uint32_t i = 0; i < ends.count; i++)
		land(l, ends.jump[i]);
	lower_count(l, all.least, all.most);
}

void lower_switch(struct lowering *l, const struct switch_statement *statement)
{
	const uint64_t mark = l->next;
	const struct type *type = &statement->target->type;
	struct lowered_loop inside = {.outer = l->loop, .is_switch = true};
	uint32_t *jump = NULL, jumps = 0, cases = 0;
	struct count all = {UINT64_MAX, 0};
	bool has_default = false;
	lower_place(l, statement->target->place);
	const uint32_t target = lower_take(l, lower_cells(type));
	lower_value_to(l, statement->target, target);
	for (const struct switch_case *c = statement->first; c; c = c->next)
		cases++;
	jump = arena_new(l->ast->arena, (cases + 1) * sizeof *jump);
	const struct count before = {l->program->least, l->program->most};
	l->loop = &inside;
	for (const struct switch_case *c = statement->first; c; c = c->next) {
		uint32_t *found = arena_new(l->ast->arena, (c->labels + 1) * sizeof *found), miss = 0;
		for (uint32_t i = 0; i < c->labels; i++) {
			const uint64_t inner = l->next;
			const uint32_t equal = lower_take(l, 1), label = lower_value(l, c->label[i]);
			if (lower_kind(type) == CELL_BIT)
				l->program->reads = true;
			lower_emit(l, CODE_COMPUTE, COMPUTE_EQUAL, lower_kind(type), equal, target, label,
			           lower_width(type));
			found[i] = lower_emit(l, CODE_JUMP_IF, 1, 0, 0, equal, 0, 0);
			l->next = inner;
		}
		if (c->labels) {
			miss = lower_emit(l, CODE_JUMP, 0, 0, 0, 0, 0, 0);
			for (uint32_t i = 0; i < c->labels; i++)
				land(l, found[i]);
		}
		has_default |= c->labels == 0;
		count_begin(l);
		lower_scope(l, c->body);
		const struct count one = count_since(l, before);
		all.least = min_u64(all.least, one.least);
		all.most = max_u64(all.most, one.most);
		jump[jumps++] = lower_emit(l, CODE_JUMP, 0, 0, 0, 0, 0, 0);
		if (c->labels)
			land(l, miss);
	}
	for (uint32_t i = 0; i < jumps; i++)
		land(l, jump[i]);
	l->loop = inside.outer;
	lower_count(l, has_default ? all.least : 0, all.most);
	l->next = mark;
}

/* ---- Loops ---------------------------------------------------------------------------------------- */

void lower_leave(struct lowering *l, const struct statement *statement)
{
	struct lowered_loop *loop = l->loop;
	while (loop && loop->is_switch)
		loop = loop->outer;
	if (!loop) {
		lower_refuse(l, statement->place, "'%s' is only allowed in a loop",
		             statement->kind == STATEMENT_BREAK ? "break" : "continue");
		return;
	}
	l->leaves = true;
	const uint32_t jump = lower_emit(l, CODE_JUMP, 0, 0, 0, 0, 0, 0);
	if (statement->kind == STATEMENT_BREAK)
		remember(l, &loop->breaks.jump, &loop->breaks.count, &loop->breaks.capacity, jump);
	else
		remember(l, &loop->continues.jump, &loop->continues.count, &loop->continues.capacity, jump);
}

/* The body of a loop that goes on at `top`; breaks lead behind it. */
static struct count lower_body(struct lowering *l, const struct statement *body, uint32_t top)
{
	struct lowered_loop loop = {.outer = l->loop};
	l->loop = &loop;
	const struct count before = count_begin(l);
	lower_scope(l, body);
	const struct count once = count_since(l, before);
	for (uint32_t i = 0; i < loop.continues.count && !l->program->failed; i++)
		l->program->code[loop.continues.jump[i]].a = top;
	lower_emit(l, CODE_JUMP, 0, 0, top, 0, 0, 0);
	for (uint32_t i = 0; i < loop.breaks.count; i++)
		land(l, loop.breaks.jump[i]);
	l->loop = loop.outer;
	return once;
}

void lower_while(struct lowering *l, const struct branch *branch)
{
	if (branch->condition->is_known && !branch->condition->value.u)
		return;
	const uint64_t mark = l->next;
	const uint32_t top = (uint32_t)l->program->codes;
	lower_place(l, branch->condition->place);
	lower_emit(l, CODE_COUNT, 0, 0, 0, 0, 0, 0);
	const uint32_t condition = lower_value(l, branch->condition);
	const uint32_t leave = lower_emit(l, CODE_JUMP_IF, 0, 0, 0, condition, 0, 0);
	l->next = mark;
	const struct count once = lower_body(l, branch->then, top);
	land(l, leave);
	lower_count(l, 0, once.most ? UINT64_MAX : 0);
}

/* Does a loop's body leave it early, or the program? Then its number of rounds says nothing about the work. */
static bool leaves_early(const struct statement *first)
{
	for (const struct statement *s = first; s; s = s->next) {
		switch (s->kind) {
		case STATEMENT_BREAK:
		case STATEMENT_END:
		case STATEMENT_RETURN: return true;
		case STATEMENT_IF:
		case STATEMENT_WHILE:
			/* Along a chain of else-ifs, which may be long. */
			for (const struct branch *branch = (const struct branch *)s; branch;) {
				const struct statement *otherwise = branch->otherwise;
				if (leaves_early(branch->then))
					return true;
				branch = otherwise && otherwise->kind == STATEMENT_IF && !otherwise->next
				                 ? (const struct branch *)otherwise
				                 : NULL;
				if (!branch && leaves_early(otherwise))
					return true;
			}
			break;
		case STATEMENT_FOR:
			if (leaves_early(((const struct loop_for *)s)->body))
				return true;
			break;
		case STATEMENT_SWITCH:
			for (const struct switch_case *c = ((const struct switch_statement *)s)->first; c; c = c->next)
				if (leaves_early(c->body))
					return true;
			break;
		case STATEMENT_BLOCK:
		case STATEMENT_BOX:
			if (leaves_early(((const struct block_statement *)s)->body))
				return true;
			break;
		default: break;
		}
	}
	return false;
}

/* Rounds of a range whose parts are known; UINT64_MAX where they are not. */
static uint64_t known_rounds(const struct expression *range)
{
	for (int i = 0; i < 3; i++)
		if (range->item[i] && !range->item[i]->is_known)
			return UINT64_MAX;
	const int64_t start = range->item[0]->value.i, stop = range->item[2]->value.i,
	              step = range->item[1] ? range->item[1]->value.i : 1;
	if (step == 0 || (step > 0 ? start > stop : start < stop))
		return 0;
	const uint64_t distance = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
	return add_saturated(distance / (step > 0 ? (uint64_t)step : -(uint64_t)step), 1);
}

/* The loop proper: `range` holds start, step, stop; the body's variable is `variable`, set from `range` or from the
 * elements at `row` (`cells` each). */
static void lower_rounds(struct lowering *l, const struct loop_for *loop, uint32_t range, bool is_unsigned,
                         uint64_t rounds, const struct array_part *row, uint32_t cells)
{
	const uint32_t variable = lower_take(l, lower_cells(&loop->symbol->type)),
	               index = row ? lower_take(l, 1) : variable;
	loop->symbol->lowered = 1 + (uint64_t)variable;
	lower_emit(l, CODE_TRIP, (is_unsigned ? 1u : 0u) | (leaves_early(loop->body) ? 2u : 0u), 0, range, 0, 0, 0);
	const uint32_t top = lower_emit(l, CODE_NEXT, 0, 0, range, index, 0, 0);
	if (row) {
		const uint32_t at = lower_take(l, 1);
		lower_emit(l, CODE_COMPUTE, COMPUTE_MULTIPLY, CELL_INT, at, index, lower_integer(l, cells), 64);
		if (row->moves || row->fixed)
			lower_emit(l, CODE_COMPUTE, COMPUTE_ADD, CELL_INT, at, at, lower_part_offset(l, row), 64);
		lower_emit(l, CODE_LOAD, row->is_reference, 0, variable, row->base, at, cells);
	}
	const struct count once = lower_body(l, loop->body, top);
	if (!l->program->failed)
		l->program->code[top].c = (uint32_t)l->program->codes;
	if (rounds == UINT64_MAX)
		lower_count(l, 0, once.most ? UINT64_MAX : 0);
	else
		lower_count(l, mul_saturated(once.least, rounds), mul_saturated(once.most, rounds));
}

/* start, step, stop = 0, 1, count - 1, the count being the INT at `size`. */
static uint32_t counting_range(struct lowering *l, uint32_t size)
{
	const uint32_t range = lower_take(l, 3);
	lower_emit(l, CODE_MOVE, 0, 0, range, lower_integer(l, 0), 0, 1);
	lower_emit(l, CODE_MOVE, 0, 0, range + 1, lower_integer(l, 1), 0, 1);
	lower_emit(l, CODE_COMPUTE, COMPUTE_SUBTRACT, CELL_INT, range + 2, size, lower_integer(l, 1), 64);
	return range;
}

void lower_for(struct lowering *l, const struct loop_for *loop)
{
	const uint64_t mark = l->next;
	const struct expression *over = loop->over;
	const struct type *type = &loop->symbol->type;
	const uint32_t cells = (uint32_t)lower_cells(type);
	struct array_part row = {.element = cells};
	lower_place(l, loop->statement.place);
	if (over->kind == EXPRESSION_RANGE) {
		const uint32_t range = lower_take(l, 3);
		for (uint32_t i = 0; i < 3; i++) {
			if (over->item[i])
				lower_value_to(l, over->item[i], range + i);
			else
				lower_emit(l, CODE_MOVE, 0, 0, range + i, lower_integer(l, 1), 0, 1);
		}
		if (type->kind != TYPE_INT && type->kind != TYPE_UINT)
			lower_refuse(l, over->place,
			             "a loop over a range of values that are not integers is not supported");
		lower_rounds(l, loop, range, type->kind == TYPE_UINT, known_rounds(over), NULL, 0);
	} else if (over->kind == EXPRESSION_SET) {
		row.base = lower_take(l, (uint64_t)cells * over->items);
		for (uint32_t i = 0; i < over->items; i++)
			lower_value_to(l, over->item[i], row.base + i * cells);
		lower_rounds(l, loop, counting_range(l, lower_integer(l, over->items)), false, over->items, &row,
		             cells);
	} else if (over->type.dimensions > 0) {
		if (lower_part(l, over, &row)) {
			const uint64_t rounds = row.known ? row.known[0] : UINT64_MAX;
			const uint32_t range = counting_range(l, row.sizes);
			lower_rounds(l, loop, range, false, rounds, &row, cells);
		}
	} else if (over->type.kind == TYPE_BIT && over->type.width > 0) {
		row.base = lower_take(l, over->type.width);
		lower_value_to(l, over, row.base);
		lower_rounds(l, loop, counting_range(l, lower_integer(l, over->type.width)), false, over->type.width,
		             &row, 1);
	} else {
		lower_refuse(l, over->place, "a loop over this is not supported");
	}
	l->next = mark;
}

/* ---- Subroutines ---------------------------------------------------------------------------------- */

void lower_return(struct lowering *l, const struct expression_statement *statement)
{
	if (!l->subroutine) {
		lower_refuse(l, statement->statement.place, "'return' is only allowed in a subroutine");
		return;
	}
	if (statement->expression)
		lower_value_to(l, statement->expression, SPACE_FRAME);
	l->leaves = true;
	lower_emit(l, CODE_RETURN, 0, 0, 0, 0, 0, 0);
}

void lower_subroutine(struct lowering *l, const struct subroutine *subroutine)
{
	if (subroutine->is_extern)
		return;
	songdo_program *program = l->program;
	const uint32_t result = subroutine->type.kind == TYPE_VOID ? 0 : (uint32_t)lower_cells(&subroutine->type);
	uint64_t at = result;
	for (uint32_t i = 0; i < subroutine->formals; i++) {
		struct symbol *formal = subroutine->formal[i].symbol;
		formal->lowered = 1 + (uint64_t)(SPACE_FRAME + at);
		at += formal->type.dimensions && formal->type.kind != TYPE_QUBIT ? 1u + formal->type.dimensions
		                                                                 : lower_cells(&formal->type);
	}
	if (at > PROGRAM_CELLS) {
		lower_refuse(l, subroutine->statement.place, "the arguments of '%s' are too large",
		             subroutine->name->text);
		return;
	}
	const uint32_t number = program_add_subroutine(program, subroutine->name->text, result, (uint32_t)at - result);
	subroutine->symbol->lowered = 1 + (uint64_t)number;
	const uint32_t skip = lower_emit(l, CODE_JUMP, 0, 0, 0, 0, 0, 0);
	const struct lowering outside = *l;
	const struct count before = count_begin(l);
	l->next = l->most = at;
	l->loop = NULL;
	l->subroutine = subroutine;
	if (program->failed)
		return;
	program->subroutine[number].most = UINT64_MAX;   /* of a call of itself */
	program->subroutine[number].start = (uint32_t)program->codes;
	lower_statements(l, subroutine->body);
	if (result) {
		lower_place(l, subroutine->name_place);
		struct text text = {0};
		text_add_format(&text, "the subroutine '%.80s' ends without 'return'", subroutine->name->text);
		lower_emit(l, CODE_FAIL, 0, 0, program_add_text(program, text.failed ? "no return" : text.data), 0, 0,
		           0);
		text_fini(&text);
	} else {
		lower_emit(l, CODE_RETURN, 0, 0, 0, 0, 0, 0);
	}
	const struct count once = count_since(l, before);
	if (program->failed)
		return;
	program->subroutine[number].frame = (uint32_t)l->most;
	program->subroutine[number].most = once.most;
	program->code[skip].a = (uint32_t)program->codes;
	l->next = outside.next;
	l->most = outside.most;
	l->loop = outside.loop;
	l->subroutine = outside.subroutine;
}
