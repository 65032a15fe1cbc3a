/* script.c - programs for the tests of run, written in one line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/instructions.h"
#include "script.h"

enum { WORDS = 16, DEPTH = 8 };

struct block { uint32_t start, jump; bool loops; };

struct script {
	songdo_program *program;
	uint32_t bits, flag;             /* addresses: the first bit, a BOOL */
	struct block block[DEPTH];
	int depth;
};

static bool add_gate(struct script *script, char **word, int words)
{
	const struct gate_name *gate = gate_name_find(word[0], strlen(word[0]), LIBRARY_STDGATES | LIBRARY_QISKIT | LIBRARY_QELIB1 | LIBRARY_BUILTIN);
	int64_t parameter[8];
	uint32_t qubit[8];

	if (gate == NULL || words != 1 + gate->parameters + gate->qubits)
		return false;
	for (int i = 0; i < gate->parameters; i++) {
		const double value = atof(word[1 + i]);
		memcpy(&parameter[i], &value, sizeof(value));
	}
	for (int i = 0; i < gate->qubits; i++)
		qubit[i] = (uint32_t)atoi(word[1 + gate->parameters + i]);
	program_emit(script->program, (struct instruction){
		.code = CODE_GATE_FIXED, .y = (uint16_t)program_add_table_gate(script->program, gate),
		.a = program_add_words(script->program, qubit, gate->qubits),
		.b = gate->parameters > 0 ? program_add_constants(script->program, parameter, gate->parameters) : 0,
	});
	return true;
}

static void open_block(struct script *script, uint32_t bit, uint32_t value, bool loops)
{
	struct block *block = &script->block[script->depth++];

	block->loops = loops;
	block->start = (uint32_t)script->program->codes;
	program_emit(script->program, (struct instruction){ .code = CODE_CONVERT, .a = script->flag, .b = script->bits + bit,
	                                                    .c = CELL_TYPE(CELL_BIT, 1), .d = CELL_TYPE(CELL_BOOL, 1) });
	block->jump = program_emit(script->program, (struct instruction){ .code = CODE_JUMP_IF, .b = script->flag, .x = !value });
	if (loops)
		program_emit(script->program, (struct instruction){ .code = CODE_COUNT });
	script->program->reads = true;
}

static void close_block(struct script *script)
{
	const struct block *block = &script->block[--script->depth];

	if (block->loops)
		program_emit(script->program, (struct instruction){ .code = CODE_JUMP, .a = block->start });
	script->program->code[block->jump].a = (uint32_t)script->program->codes;
}

static bool add_statement(struct script *script, char **word, int words)
{
	songdo_program *program = script->program;
	const uint32_t first = words > 1 ? (uint32_t)atoi(word[1]) : 0, second = words > 2 ? (uint32_t)atoi(word[2]) : 0;

	if (strcmp(word[0], "qubits") == 0)
		program_add_register(program, "q", first, false);
	else if (strcmp(word[0], "bits") == 0)
		program_add_bit(program, "c", script->bits = program_add_global(program, first), first, false);
	else if (strcmp(word[0], "measure") == 0) {
		program_emit(program, (struct instruction){ .code = CODE_MEASURE, .a = first, .b = script->bits + second, .d = 1 });
		program->measures = true;
	} else if (strcmp(word[0], "reset") == 0)
		program_emit(program, (struct instruction){ .code = CODE_RESET, .a = first, .d = 1 });
	else if (strcmp(word[0], "barrier") == 0)
		program_emit(program, (struct instruction){ .code = CODE_BARRIER, .a = program_add_words(program, &first, 1), .d = 1 });
	else if (strcmp(word[0], "if") == 0 || strcmp(word[0], "while") == 0)
		open_block(script, first, second, word[0][0] == 'w');
	else if (strcmp(word[0], "end") == 0)
		close_block(script);
	else
		return add_gate(script, word, words);
	return true;
}

songdo_program *script_program(const char *text)
{
	struct script script = { .program = program_new(SONGDO_QASM3) };
	char *copy = strdup(text), *rest = copy, *statement;
	songdo_error error = { 0 };
	bool good = script.program != NULL && copy != NULL;

	if (good)
		script.flag = program_add_global(script.program, 1);
	while (good && (statement = strsep(&rest, ";")) != NULL) {
		char *word[WORDS], *inner;
		int words = 0;
		while ((inner = strsep(&statement, " \n\t")) != NULL && words < WORDS)
			if (*inner != '\0')
				word[words++] = inner;
		if (words > 0 && !(good = add_statement(&script, word, words)))
			fprintf(stderr, "wrong statement: %s\n", word[0]);
	}
	free(copy);
	if (good && program_finish(script.program, &error) != SONGDO_OK) {
		fprintf(stderr, "%s\n", error.message);
		good = false;
	}
	if (!good) {
		songdo_program_free(script.program);
		return NULL;
	}
	return script.program;
}
