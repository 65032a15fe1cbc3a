/* scope.c - what names mean: scopes, built-in names, the gates of libraries, and near misses.
 *
 * Every name points at the symbol it means at the moment; a declaration pushes on it, the end of a scope pops. Gates
 * and values are asked for in different places of the grammar, so a qubit may be called `t` beside the gate.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "qasm/checker.h"

void scope_open(struct checker *checker, struct scope *scope)
{
	*scope = (struct scope){.outer = checker->scope};
	scope->number = checker->scope ? checker->scope->number + 1 : 0;
	scope->link = &scope->first;
	checker->scope = scope;
}

void scope_close(struct checker *checker)
{
	for (struct symbol *symbol = checker->scope->first; symbol; symbol = symbol->next)
		((struct name *)symbol->name)->symbol = symbol->outer;
	checker->scope = checker->scope->outer;
}

const char *symbol_kind_text(const struct symbol *symbol)
{
	static const char *const words[] = {
	        [SYMBOL_VARIABLE] = "a variable",     [SYMBOL_CONSTANT] = "a constant",
	        [SYMBOL_INPUT] = "an input",          [SYMBOL_OUTPUT] = "an output",
	        [SYMBOL_QUBIT] = "a qubit",           [SYMBOL_HARDWARE] = "a hardware qubit",
	        [SYMBOL_QUBIT_PARAMETER] = "a qubit", [SYMBOL_ANGLE_PARAMETER] = "a parameter",
	        [SYMBOL_ALIAS] = "an alias",          [SYMBOL_GATE] = "a gate",
	        [SYMBOL_SUBROUTINE] = "a subroutine", [SYMBOL_EXTERN] = "an extern subroutine",
	        [SYMBOL_FUNCTION] = "a function"};
	if (symbol->kind == SYMBOL_QUBIT && symbol->type.is_register)
		return "a quantum register";
	return words[symbol->kind];
}

static struct symbol *symbol_new(struct checker *checker, enum symbol_kind kind, const struct name *name,
                                 struct type type)
{
	struct symbol *symbol = arena_new(checker->arena, sizeof *symbol);
	symbol->kind = kind;
	symbol->name = name;
	symbol->type = type;
	symbol->outer = name->symbol;
	return symbol;
}

/* The symbol of a name that was declared in this very scope; NULL. */
static struct symbol *declared_here(const struct checker *checker, const struct name *name)
{
	struct symbol *symbol = name->symbol;
	if (!symbol || symbol->place.length == 0)
		return NULL;
	/* Of the scopes that are open each has a depth of its own. */
	return symbol->depth == checker->scope->number ? symbol : NULL;
}

struct symbol *symbol_declare(struct checker *checker, enum symbol_kind kind, const struct name *name,
                              struct place place, struct type type)
{
	const struct symbol *before = name->length ? declared_here(checker, name) : NULL;
	if (before) {
		diagnose_error(checker->diagnostics, place, "'%.80s' is declared already", name->text);
		diagnose_hint_place(checker->diagnostics, "first declared", before->place);
	} else if (kind == SYMBOL_GATE && !checker->is_old && checker->parsed->libraries & LIBRARY_STDGATES &&
	           gate_name_find(name->text, name->length, LIBRARY_STDGATES)) {
		diagnose_error(checker->diagnostics, place, "gate '%.80s' is defined already, in stdgates.inc",
		               name->text);
		diagnose_hint(checker->diagnostics, "choose another name, or leave out include \"stdgates.inc\"");
	}
	struct symbol *symbol = symbol_new(checker, kind, name, type);
	symbol->place = place;
	symbol->is_global = checker->scope->number == 0;
	symbol->depth = checker->scope->number;
	((struct name *)name)->symbol = symbol;
	*checker->scope->link = symbol;
	checker->scope->link = &symbol->next;
	return symbol;
}

/* ---- Built-in names ------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	uint8_t function;
	uint8_t dialects;   /* 1: OpenQASM 2.0, 2: OpenQASM 3 */
} functions[] = {
        {"sin", FUNCTION_SIN, 3}, {"cos", FUNCTION_COS, 3}, {"tan", FUNCTION_TAN, 3}, {"exp", FUNCTION_EXP, 3},
        {"sqrt", FUNCTION_SQRT, 3}, {"ln", FUNCTION_LOG, 1}, {"asin", FUNCTION_ARCSIN, 1}, {"acos", FUNCTION_ARCCOS, 1},
        {"atan", FUNCTION_ARCTAN, 1}, {"log", FUNCTION_LOG, 2}, {"arcsin", FUNCTION_ARCSIN, 2},
        {"arccos", FUNCTION_ARCCOS, 2}, {"arctan", FUNCTION_ARCTAN, 2}, {"ceiling", FUNCTION_CEILING, 2},
        {"floor", FUNCTION_FLOOR, 2}, {"mod", FUNCTION_MOD, 2}, {"popcount", FUNCTION_POPCOUNT, 2},
        {"pow", FUNCTION_POW, 2}, {"rotl", FUNCTION_ROTL, 2}, {"rotr", FUNCTION_ROTR, 2}, {"real", FUNCTION_REAL, 2},
        {"imag", FUNCTION_IMAG, 2}, {"sizeof", FUNCTION_SIZEOF, 2},
};

static const struct {
	const char *name;
	double value;
	uint8_t dialects;
} constants[] = {
        {"pi", M_PI, 3}, {"\xCF\x80", M_PI, 3}, {"tau", 2 * M_PI, 2}, {"\xCF\x84", 2 * M_PI, 2}, {"euler", M_E, 2},
        {"\xE2\x84\x87", M_E, 2},
};

void scope_builtins(struct checker *checker)
{
	const unsigned dialect = checker->is_old ? 1 : 2;
	for (unsigned i = 0; i < ARRAY_LENGTH(functions); i++)
		if (functions[i].dialects & dialect) {
			struct name *name =
			        names_intern(checker->names, functions[i].name, (uint32_t)strlen(functions[i].name));
			name->symbol = symbol_new(checker, SYMBOL_FUNCTION, name, (struct type){0});
			name->symbol->function = functions[i].function;
		}
	for (unsigned i = 0; i < ARRAY_LENGTH(constants); i++)
		if (constants[i].dialects & dialect) {
			struct name *name =
			        names_intern(checker->names, constants[i].name, (uint32_t)strlen(constants[i].name));
			struct type type = type_scalar(TYPE_FLOAT, 64);
			type.is_constant = true;
			name->symbol = symbol_new(checker, SYMBOL_CONSTANT, name, type);
			name->symbol->value.f = constants[i].value;
			name->symbol->is_read_only = true;
		}
}

/* ---- Near misses
 * ------------------------------------------------------------------------------------------------ */

/* Edit distance of two short names, at most `limit` + 1. */
static unsigned distance(const char *left, unsigned left_length, const char *right, unsigned right_length,
                         unsigned limit)
{
	unsigned row[33];
	if (left_length > 32 || right_length > 32 || left_length > right_length + limit ||
	    right_length > left_length + limit)
		return limit + 1;
	for (unsigned j = 0; j <= right_length; j++)
		row[j] = j;
	for (unsigned i = 1; i <= left_length; i++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= right_length; j++) {
			const unsigned above = row[j];
			unsigned least = diagonal + (left[i - 1] != right[j - 1]);
			least = above + 1 < least ? above + 1 : least;
			row[j] = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
			diagonal = above;
		}
	}
	return row[right_length];
}

struct nearest {
	const char *text;
	unsigned distance;
};

static void offer(struct nearest *best, const struct name *wanted, const char *text, size_t length)
{
	const unsigned limit = wanted->length < 3 ? 1 : wanted->length < 6 ? 1 : 2;
	const unsigned d = distance(wanted->text, (unsigned)min_u64(wanted->length, 33), text,
	                            (unsigned)min_u64(length, 33), limit);
	if (d <= limit && d < wanted->length &&
	    (!best->text || d < best->distance || (d == best->distance && strcmp(text, best->text) < 0)))
		*best = (struct nearest){text, d};
}

/* The nearest of the names that mean something here. */
static const char *nearest_name(const struct checker *checker, const struct name *wanted, bool gates)
{
	struct nearest best = {0};
	for (uint32_t i = 0; i < checker->names->buckets; i++)
		for (const struct name *name = checker->names->bucket[i]; name; name = name->next)
			if (name->symbol && name != wanted && (name->symbol->kind == SYMBOL_GATE) == gates &&
			    name->symbol->kind != SYMBOL_FUNCTION)
				offer(&best, wanted, name->text, name->length);
	const struct gate_name *entry;
	for (size_t i = 0; gates && (entry = gate_name_at(i)); i++)
		if (entry->libraries & checker->libraries)
			offer(&best, wanted, entry->name, strlen(entry->name));
	return best.text;
}

static void hint_nearest(struct checker *checker, const struct name *name, bool gates)
{
	const char *near = checker->diagnostics->last ? nearest_name(checker, name, gates) : NULL;
	if (near)
		diagnose_hint(checker->diagnostics, "did you mean '%.80s'?", near);
}

/* ---- Lookups
 * ------------------------------------------------------------------------------------------------------ */

/* Was the name in a statement that could not be parsed, or perhaps in a file that could not be read? That has
 * been reported, and what follows from it is not. */
static bool may_be_declared(const struct checker *checker, const struct name *name)
{
	return checker->diagnostics->error_count > 0 && (name->uses & NAME_BROKEN || checker->parsed->lacks_include);
}

struct symbol *scope_hardware(struct checker *checker, const struct name *name, struct place place)
{
	if (name->symbol)
		return name->symbol;
	uint64_t number = 0;
	for (uint32_t i = 1; i < name->length && number < AST_SIZE; i++)
		number = number * 10 + (uint64_t)(name->text[i] - '0');
	if (number >= AST_SIZE || name->length > 20) {
		diagnose_error(checker->diagnostics, place, "hardware qubits are numbered below %llu", AST_SIZE);
		return NULL;
	}
	struct symbol *symbol = symbol_new(checker, SYMBOL_HARDWARE, name, type_scalar(TYPE_QUBIT, 1));
	symbol->place = place;
	symbol->is_global = true;
	symbol->hardware = (uint32_t)number;
	((struct name *)name)->symbol = symbol;
	/* Numbers are given when all declared qubits are known. */
	struct scope *outermost = checker->scope;
	while (outermost->outer)
		outermost = outermost->outer;
	*outermost->link = symbol;
	outermost->link = &symbol->next;
	return symbol;
}

struct symbol *scope_value(struct checker *checker, const struct name *name, struct place place)
{
	if (name->length && name->text[0] == '$')
		return scope_hardware(checker, name, place);
	struct symbol *symbol = name->symbol;
	while (symbol && (symbol->kind == SYMBOL_GATE || symbol->kind == SYMBOL_FUNCTION ||
	                  symbol->kind == SYMBOL_SUBROUTINE || symbol->kind == SYMBOL_EXTERN))
		symbol = symbol->outer;
	if (!symbol) {
		if (may_be_declared(checker, name))
			return NULL;
		if (name->symbol) {
			diagnose_error(checker->diagnostics, place, "'%.80s' is %s and has no value", name->text,
			               symbol_kind_text(name->symbol));
		} else {
			diagnose_error(checker->diagnostics, place, "'%.80s' is not declared", name->text);
			hint_nearest(checker, name, false);
		}
		return NULL;
	}
	const bool is_inside = checker->gate || checker->subroutine;
	if (is_inside && symbol->is_global && symbol->kind != SYMBOL_CONSTANT && symbol->kind != SYMBOL_HARDWARE) {
		diagnose_error(checker->diagnostics, place, "'%.80s' is %s of the program, which a %s does not see",
		               name->text, symbol_kind_text(symbol), checker->gate ? "gate" : "subroutine");
		diagnose_hint(checker->diagnostics, checker->gate ? "only constants are seen; add a parameter"
		                                                  : "only constants are seen; pass it as a parameter");
		return NULL;
	}
	symbol->is_used = true;
	return symbol;
}

struct symbol *scope_gate(struct checker *checker, const struct name *name, struct place place)
{
	struct symbol *symbol = name->symbol;
	while (symbol && symbol->kind != SYMBOL_GATE)
		symbol = symbol->outer;
	if (symbol)
		return symbol;
	if (checker->gate && checker->gate->name == name) {
		diagnose_error(checker->diagnostics, place, "gate '%.80s' uses itself", name->text);
		diagnose_hint(checker->diagnostics, "gates cannot be recursive");
		return NULL;
	}
	const struct gate_name *entry = gate_name_find(name->text, name->length, checker->libraries);
	if (entry) {
		symbol = symbol_new(checker, SYMBOL_GATE, name, (struct type){0});
		symbol->is_global = true;
		symbol->library = entry;
		symbol->parameters = entry->parameters;
		symbol->qubits = entry->qubits;
		/* Beneath whatever else the name means. */
		symbol->outer = NULL;
		struct symbol **link = &((struct name *)name)->symbol;
		while (*link)
			link = &(*link)->outer;
		*link = symbol;
		return symbol;
	}
	if (may_be_declared(checker, name))
		return NULL;
	if (name->symbol && name->symbol->kind != SYMBOL_FUNCTION) {
		diagnose_error(checker->diagnostics, place, "'%.80s' is %s, not a gate", name->text,
		               symbol_kind_text(name->symbol));
		diagnose_hint_place(checker->diagnostics, "declared", name->symbol->place);
		return NULL;
	}
	diagnose_error(checker->diagnostics, place, "gate '%.80s' is not defined", name->text);
	entry = gate_name_find(name->text, name->length, ~0u & ~(unsigned)LIBRARY_LEGACY_PHASE);
	if (name->uses & NAME_DEFINED)
		diagnose_hint(checker->diagnostics, "it is defined below; a gate must be defined before it is used");
	else if (entry && entry->libraries & LIBRARY_STDGATES && !checker->is_old)
		diagnose_hint(checker->diagnostics, "add: include \"stdgates.inc\";");
	else if (entry && entry->libraries & LIBRARY_QELIB1 && checker->is_old)
		diagnose_hint(checker->diagnostics, "add: include \"qelib1.inc\";");
	else if (entry && entry->libraries & LIBRARY_QELIB1)
		diagnose_hint(checker->diagnostics,
		              "it is not in stdgates.inc; define it, or add: include \"qelib1.inc\";");
	else if (entry && entry->libraries & LIBRARY_BRAKET)
		diagnose_hint(checker->diagnostics,
		              "it is a gate of Amazon Braket; programs without any include may use it");
	else
		hint_nearest(checker, name, true);
	return NULL;
}

struct symbol *scope_function(struct checker *checker, const struct name *name, struct place place)
{
	struct symbol *symbol = name->symbol;
	while (symbol && symbol->kind != SYMBOL_FUNCTION && symbol->kind != SYMBOL_SUBROUTINE &&
	       symbol->kind != SYMBOL_EXTERN)
		symbol = symbol->outer;
	if (symbol || may_be_declared(checker, name))
		return symbol;
	diagnose_error(checker->diagnostics, place, "'%.80s' is not a function", name->text);
	for (unsigned i = 0; i < ARRAY_LENGTH(functions); i++)
		if (strcmp(functions[i].name, name->text) == 0)
			diagnose_hint(checker->diagnostics, "it is one in OpenQASM %s only%s",
			              checker->is_old ? "3" : "2.0",
			              functions[i].function == FUNCTION_LOG ? "; write 'log'" : "");
	return NULL;
}

void check_note(struct checker *checker, const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	const int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length < 0 || checker->notes >= 100)
		return;
	if (checker->notes == checker->note_capacity) {
		checker->note_capacity = checker->note_capacity ? checker->note_capacity * 2 : 8;
		const char **more = arena_new(checker->arena, checker->note_capacity * sizeof *more);
		if (checker->notes)
			memcpy(more, checker->note, checker->notes * sizeof *more);
		checker->note = more;
	}
	checker->note[checker->notes++] = arena_copy(checker->arena, text, strlen(text) + 1);
}
