/* check.c - statements: what may stand where, and that sizes, counts and types fit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/check.h"

#include <stdlib.h>
#include <string.h>

#include "qasm/checker.h"


static void check_block(struct checker *checker, struct statement *first)
{
	struct scope scope;
	scope_open(checker, &scope);
	check_statements(checker, first);
	scope_close(checker);
}

/* Report what a gate's body cannot hold. */
bool check_refuse_in_gate(struct checker *checker, const struct statement *statement, const char *what)
{
	if (!checker->gate)
		return false;
	diagnose_error(checker->diagnostics, statement->place, "a gate cannot %s", what);
	diagnose_hint(checker->diagnostics,
	              "gate bodies hold gates, barriers and loops; a 'def' subroutine may do more");
	return true;
}

/* ---- Measuring and the like
 * ------------------------------------------------------------------------------------------- */

/* The symbol at the bottom of an operand. */
static const struct symbol *root_symbol(const struct operand *operand)
{
	if (operand->kind != OPERAND_EXPRESSION)
		return operand->symbol;
	const struct expression *root = operand->expression;
	while (root->kind == EXPRESSION_INDEX)
		root = root->left;
	return root->kind == EXPRESSION_NAME ? root->symbol : NULL;
}

/* May a program write here? Reports. */
static bool check_writable(struct checker *checker, const struct operand *operand)
{
	const struct symbol *root = root_symbol(operand);
	if (!root) {
		diagnose_error(checker->diagnostics, operand_place(operand), "a value cannot be assigned to this");
		return false;
	}
	if (!root->is_read_only)
		return true;
	diagnose_error(checker->diagnostics, operand_place(operand), "'%.80s' is %s and cannot be assigned to",
	               root->name->text, root->is_reference ? "readonly" : symbol_kind_text(root));
	diagnose_hint_place(checker->diagnostics, "declared", root->place);
	return false;
}

static void check_measure(struct checker *checker, struct measurement *measure)
{
	struct type source, target;
	char text[64];
	checker->ast->measures = true;
	if (check_refuse_in_gate(checker, &measure->statement, "measure"))
		return;
	const bool fine = check_qubits(checker, &measure->source, &source);
	if (!measure->has_target)
		return;
	if (!check_operand(checker, &measure->target, &target) || !fine || !check_writable(checker, &measure->target))
		return;
	if (target.kind != TYPE_BIT || target.dimensions)
		diagnose_error(checker->diagnostics, operand_place(&measure->target),
		               "a measurement gives bits, not %s", type_text(&target, text));
	else if (source.width != target.width && source.width != 0 && target.width != 0)
		diagnose_error(checker->diagnostics, measure->statement.place, "%u qubit%s measured into %u bit%s",
		               source.width, source.width == 1 ? "" : "s", target.width, target.width == 1 ? "" : "s");
}

static void check_duration(struct checker *checker, struct expression **duration)
{
	char text[64];
	if (*duration && check_value(checker, duration) && (*duration)->type.kind != TYPE_DURATION &&
	    (*duration)->type.kind != TYPE_STRETCH)
		diagnose_error(checker->diagnostics, (*duration)->place, "a duration is needed here, not %s",
		               type_text(&(*duration)->type, text));
}

static void check_operands(struct checker *checker, struct operands *operands)
{
	struct type type;
	if (operands->statement.kind == STATEMENT_RESET &&
	    check_refuse_in_gate(checker, &operands->statement, "reset qubits"))
		return;
	check_duration(checker, &operands->duration);
	for (uint32_t i = 0; i < operands->operands; i++)
		check_qubits(checker, &operands->operand[i], &type);
}

/* ---- Assignment and control flow
 * --------------------------------------------------------------------------------------------- */

/* The operand as an expression, to be read. */
static struct expression *operand_expression(struct checker *checker, const struct operand *operand,
                                             const struct name *name)
{
	struct expression *out = arena_new(checker->arena, sizeof *out), *index, *literal;
	const struct place place = operand_place(operand);
	if (operand->kind == OPERAND_EXPRESSION)
		return operand->expression;
	*out = (struct expression){.kind = EXPRESSION_NAME, .place = place, .name = name};
	if (operand->kind == OPERAND_WHOLE)
		return out;
	index = arena_new(checker->arena, sizeof *index);
	literal = arena_new(checker->arena, sizeof *literal);
	*literal = (struct expression){.kind = EXPRESSION_LITERAL, .place = place, .is_known = true,
	                               .value.i = operand->element};
	literal->type = type_scalar(TYPE_INT, 64);
	*index = (struct expression){.kind = EXPRESSION_INDEX, .place = place, .left = out, .items = 1};
	index->item = arena_copy(checker->arena, &literal, sizeof literal);
	return index;
}

/* A copy of an unchecked expression for the left side of a compound assignment: checking writes into the tree. */
static struct expression *copy_expression(struct checker *checker, const struct expression *from)
{
	if (!from)
		return NULL;
	if (from->kind == EXPRESSION_LITERAL)
		return arena_copy(checker->arena, from, offsetof(struct expression, left));
	struct expression *out = arena_copy(checker->arena, from, sizeof *from);
	out->left = copy_expression(checker, from->left);
	if (from->kind == EXPRESSION_BINARY) {
		out->right = copy_expression(checker, from->right);
	} else if (from->items) {
		out->item = arena_copy(checker->arena, from->item, from->items * sizeof *from->item);
		for (uint32_t i = 0; i < from->items; i++)
			out->item[i] = copy_expression(checker, from->item[i]);
	}
	return out;
}

static void check_assignment(struct checker *checker, struct assignment *assignment)
{
	char text[64];
	if (check_refuse_in_gate(checker, &assignment->statement, "assign to variables"))
		return;
	if (assignment->operator != OPERATOR_NONE) {
		struct expression *value = arena_new(checker->arena, sizeof *value);
		*value = (struct expression){.kind = EXPRESSION_BINARY, .operator = assignment->operator,
		                             .place = assignment->statement.place};
		value->left = copy_expression(
		        checker, operand_expression(checker, &assignment->target, assignment->target.name));
		value->right = assignment->value;
		if (assignment->operator == OPERATOR_COMPLEMENT) {
			value->kind = EXPRESSION_UNARY;
			value->left = assignment->value;
			value->right = NULL;
		}
		assignment->value = value;
		assignment->operator = OPERATOR_NONE;
	}
	const bool target = check_operand(checker, &assignment->target, &assignment->type);
	if (target && assignment->type.kind == TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, operand_place(&assignment->target),
		               "qubits cannot be assigned to");
		return;
	}
	if (target && !check_writable(checker, &assignment->target))
		return;
	assignment->type.is_constant = false;
	if (target && assignment->type.dimensions) {
		check_elements(checker, &assignment->value, &assignment->type, 0);
		return;
	}
	if (assignment->value->kind == EXPRESSION_SET) {
		diagnose_error(checker->diagnostics, assignment->value->place, "values in braces cannot be used as %s",
		               target ? type_text(&assignment->type, text) : "this");
		return;
	}
	if (check_value(checker, &assignment->value) && target)
		type_convert(checker, &assignment->value, assignment->type, false);
}

static void check_condition(struct checker *checker, struct expression **condition)
{
	if (check_value(checker, condition))
		type_convert(checker, condition, type_scalar(TYPE_BOOL, 1), false);
}

/* The chain is walked, not recursed into: it may be very long. */
static void check_if(struct checker *checker, struct branch *branch)
{
	for (;;) {
		check_condition(checker, &branch->condition);
		check_block(checker, branch->then);
		struct statement *otherwise = branch->otherwise;
		if (!otherwise || otherwise->kind != STATEMENT_IF || otherwise->next) {
			check_block(checker, otherwise);
			return;
		}
		branch = (struct branch *)otherwise;
	}
}

static void check_for(struct checker *checker, struct loop_for *loop)
{
	char text[2][64];
	struct type type = loop->written ? type_resolve(checker, loop->written) : type_scalar(TYPE_INT, 64);
	struct expression *over = loop->over;
	if (over->kind == EXPRESSION_RANGE) {
		if (!type_is_integer(&type) && type.kind != TYPE_VOID) {
			diagnose_error(checker->diagnostics, loop->written->place,
			               "the variable of a loop over a range is an int or uint");
			type.kind = TYPE_VOID;
		}
		for (unsigned i = 0; i < 3; i++) {
			if (!over->item[i] || !check_value(checker, &over->item[i]) || type.kind == TYPE_VOID)
				continue;
			/* The step of a uint loop may be negative, and ends may be wider than the variable's
			 * type says. */
			type_convert(checker, &over->item[i],
			             i == 1 || type.width < 64 ? type_scalar(TYPE_INT, 64) : type, false);
			if (i == 1 && over->item[1]->is_known && over->item[1]->value.i == 0)
				diagnose_error(checker->diagnostics, over->item[1]->place,
				               "the step of a range must not be 0");
		}
		over->type = (struct type){.kind = TYPE_RANGE};
	} else if (over->kind == EXPRESSION_SET) {
		for (uint32_t i = 0; i < over->items; i++)
			if (check_value(checker, &over->item[i]) && type.kind != TYPE_VOID)
				type_convert(checker, &over->item[i], type, false);
		over->type = (struct type){.kind = TYPE_SET};
	} else if (check_value(checker, &loop->over)) {
		over = loop->over;
		if (over->type.dimensions != 1 &&
		    !(over->type.kind == TYPE_BIT && over->type.is_register && !over->type.dimensions)) {
			diagnose_error(checker->diagnostics, over->place,
			               "a loop runs over a range, a set, a bit register or an array, not %s",
			               type_text(&over->type, text[0]));
		} else {
			struct type element = over->type;
			element.dimensions = 0;
			element.sizes = NULL;
			if (over->type.dimensions == 0)
				element = type_scalar(TYPE_BIT, 1);
			struct expression *probe = arena_new(checker->arena, sizeof *probe);
			*probe = (struct expression){.kind = EXPRESSION_CONVERT, .place = over->place, .type = element};
			if (type.kind != TYPE_VOID)
				type_convert(checker, &probe, type, false);
		}
	}
	struct scope scope;
	scope_open(checker, &scope);
	loop->symbol = symbol_declare(checker, SYMBOL_VARIABLE, loop->name, loop->name_place, type);
	checker->loops++;
	check_block(checker, loop->body);
	checker->loops--;
	scope_close(checker);
}

static int compare_labels(const void *left, const void *right)
{
	const struct expression *a = *(struct expression *const *)left, *b = *(struct expression *const *)right;
	if (a->value.i != b->value.i)
		return a->value.i < b->value.i ? -1 : 1;
	return a->place.start < b->place.start ? -1 : a->place.start > b->place.start;
}

/* Report labels that occur twice. */
static void check_labels(struct checker *checker, const struct switch_statement *statement)
{
	uint64_t count = 0;
	for (const struct switch_case *one = statement->first; one; one = one->next)
		count += one->labels;
	struct expression **label = arena_new(checker->arena, count * sizeof *label);
	count = 0;
	for (const struct switch_case *one = statement->first; one; one = one->next)
		for (uint32_t i = 0; i < one->labels; i++)
			if (one->label[i]->is_known && one->label[i]->type.kind != TYPE_VOID)
				label[count++] = one->label[i];
	if (count > 1)
		qsort(label, count, sizeof *label, compare_labels);
	for (uint64_t i = 1; i < count; i++)
		if (label[i]->value.i == label[i - 1]->value.i) {
			diagnose_error(checker->diagnostics, label[i]->place, "this case occurs twice");
			diagnose_hint_place(checker->diagnostics, "first", label[i - 1]->place);
		}
}

static void check_switch(struct checker *checker, struct switch_statement *statement)
{
	char text[64];
	bool fine = check_value(checker, &statement->target);
	if (fine && statement->target->type.kind == TYPE_BIT && !statement->target->type.dimensions &&
	    statement->target->type.width <= 64)
		fine = type_convert(checker, &statement->target, type_scalar(TYPE_UINT, 64), true);
	if (fine && !type_is_integer(&statement->target->type)) {
		diagnose_error(checker->diagnostics, statement->target->place, "a switch is on an integer, not %s",
		               type_text(&statement->target->type, text));
		fine = false;
	}
	bool has_default = false;
	for (struct switch_case *one = statement->first; one; one = one->next) {
		if (has_default && one->labels > 0)
			diagnose_error(checker->diagnostics, one->label[0]->place, "'default' must be the last case");
		else if (has_default)
			diagnose_error(checker->diagnostics, statement->statement.place, "this switch has two 'default' cases");
		has_default |= one->labels == 0;
		for (uint32_t i = 0; i < one->labels; i++) {
			int64_t value;
			struct expression *label = one->label[i];
			if (label->kind == EXPRESSION_LITERAL && label->type.kind == TYPE_BIT) {
				if (check_value(checker, &one->label[i]) &&
				    !type_convert(checker, &one->label[i], type_scalar(TYPE_UINT, 64), true))
					continue;
			} else if (!type_integer(checker, label, &value, "a case")) {
				continue;
			}
			if (fine)
				type_convert(checker, &one->label[i], type_scalar(statement->target->type.kind, 64),
				             false);
		}
		check_block(checker, one->body);
	}
	if (fine)
		check_labels(checker, statement);
	/* The labels are of 64 bits: so is what is compared with them. */
	if (fine)
		type_convert(checker, &statement->target, type_scalar(statement->target->type.kind, 64), false);
}

static void check_text(struct checker *checker, const struct text_statement *statement)
{
	const unsigned length = statement->text_length < 60 ? statement->text_length : 60;
	static const char *const changing[] = {"braket unitary", "braket noise"};
	if (statement->kind == TEXT_PRAGMA) {
		for (unsigned i = 0; i < ARRAY_LENGTH(changing); i++)
			if (statement->text_length >= strlen(changing[i]) &&
			    memcmp(statement->text, changing[i], strlen(changing[i])) == 0) {
				diagnose_error(checker->diagnostics, statement->statement.place,
				               "'#pragma %s' is not supported yet", changing[i]);
				return;
			}
		check_note(checker, "pragma '%.*s' is ignored", (int)length, statement->text);
	} else if (statement->kind == TEXT_ANNOTATION) {
		check_note(checker, "annotation '@%.*s' is ignored", (int)length, statement->text);
	} else {
		check_note(checker, "calibrations have no effect");
	}
}

static void check_statement(struct checker *checker, struct statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_GATE_CALL: check_gate_call(checker, (struct gate_call *)statement); break;
	case STATEMENT_MEASURE: check_measure(checker, (struct measurement *)statement); break;
	case STATEMENT_RESET:
	case STATEMENT_BARRIER:
	case STATEMENT_DELAY:
	case STATEMENT_NOP: check_operands(checker, (struct operands *)statement); break;
	case STATEMENT_DECLARE: check_declaration(checker, (struct declaration *)statement); break;
	case STATEMENT_ASSIGN: check_assignment(checker, (struct assignment *)statement); break;
	case STATEMENT_EXPRESSION:
		if (!check_refuse_in_gate(checker, statement, "call subroutines"))
			check_call(checker, ((struct expression_statement *)statement)->expression, true);
		break;
	case STATEMENT_IF: check_if(checker, (struct branch *)statement); break;
	case STATEMENT_FOR: check_for(checker, (struct loop_for *)statement); break;
	case STATEMENT_WHILE:
		check_condition(checker, &((struct branch *)statement)->condition);
		checker->loops++;
		check_block(checker, ((struct branch *)statement)->then);
		checker->loops--;
		break;
	case STATEMENT_SWITCH: check_switch(checker, (struct switch_statement *)statement); break;
	case STATEMENT_BOX:
		check_duration(checker, &((struct block_statement *)statement)->duration); /* fall through */
	case STATEMENT_BLOCK: check_block(checker, ((struct block_statement *)statement)->body); break;
	case STATEMENT_BREAK:
	case STATEMENT_CONTINUE:
		if (checker->loops == 0)
			diagnose_error(checker->diagnostics, statement->place, "'%s' outside of a loop",
			               statement->kind == STATEMENT_BREAK ? "break" : "continue");
		break;
	case STATEMENT_END: check_refuse_in_gate(checker, statement, "end the program"); break;
	case STATEMENT_RETURN: check_return(checker, (struct expression_statement *)statement); break;
	case STATEMENT_GATE: check_gate(checker, (struct gate_definition *)statement); break;
	case STATEMENT_SUBROUTINE: check_subroutine(checker, (struct subroutine *)statement); break;
	case STATEMENT_PRAGMA: check_text(checker, (struct text_statement *)statement); break;
	default: break;
	}
}

void check_statements(struct checker *checker, struct statement *statement)
{
	for (; statement && !diagnose_is_full(checker->diagnostics); statement = statement->next)
		check_statement(checker, statement);
}

void qasm_check(struct ast *ast, struct parsed *parsed, struct names *names, int legacy_u_phase,
                struct diagnostics *diagnostics)
{
	struct scope scope;
	struct checker checker = {
	        .ast = ast, .arena = ast->arena, .parsed = parsed, .names = names, .diagnostics = diagnostics};
	checker.is_old = ast->dialect == SONGDO_QASM2;
	ast->legacy_u_phase = legacy_u_phase > 0 || (legacy_u_phase == 0 && ast->dialect != SONGDO_QASM3);
	checker.libraries = LIBRARY_BUILTIN | parsed->libraries | (ast->dialect == SONGDO_BRAKET ? LIBRARY_BRAKET : 0) |
	                    (ast->legacy_u_phase ? LIBRARY_LEGACY_PHASE : 0);
	if (parsed->libraries & LIBRARY_QELIB1)   /* its later versions and Qiskit's exporters add gates to it */
		checker.libraries |= LIBRARY_QISKIT;
	scope_builtins(&checker);
	scope_open(&checker, &scope);
	check_statements(&checker, ast->first);
	ast->symbols = scope.first;
	for (struct symbol *symbol = ast->symbols; symbol; symbol = symbol->next)
		if (symbol->kind == SYMBOL_HARDWARE)
			symbol->first_qubit = ast->qubits++;
	scope_close(&checker);
	ast->notes = checker.note;
	ast->note_count = checker.notes;
}
