/* program.c - programs: built by appending, read by machines, freed as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "program/instructions.h"

/* Room for `more` elements; false, and the program marked, where there is none. Numbers of elements fit 32 bits. */
static bool make_room(songdo_program *program, void *array, uint64_t *capacity, uint64_t held, uint64_t more,
                      size_t size)
{
	void **place = array;
	if (program->failed)
		return false;
	if (held + more <= *capacity)
		return true;
	const uint64_t wanted = max_u64(max_u64(64, *capacity + *capacity / 2), held + more);
	void *moved = held + more >= SPACE_OFFSET ? NULL : realloc(*place, wanted * size);
	if (!moved) {
		program->failed = true;
		return false;
	}
	*place = moved;
	*capacity = wanted;
	return true;
}

/* make_room for an array of a program, by the name of its field and of its counter. */
#define ROOM(array, count, more) \
	make_room(program, &program->array, &program->array##_capacity, program->count, more, sizeof *program->array)
#define register__capacity register_capacity

static char *copy_text(songdo_program *program, const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		program->failed = true;
	return copy;
}

songdo_program *program_new(songdo_dialect dialect)
{
	songdo_program *program = calloc(1, sizeof *program);
	if (program)
		program->dialect = dialect;
	return program;
}

static void free_variables(struct program_variable *variable, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		free(variable[i].name);
	free(variable);
}

static void free_texts(char **text, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		free(text[i]);
	free(text);
}

void songdo_program_free(songdo_program *program)
{
	if (!program)
		return;
	for (uint64_t i = 0; i < program->gates; i++)
		free(program->gate[i].name);
	for (uint64_t i = 0; i < program->subroutines; i++)
		free(program->subroutine[i].name);
	for (uint64_t i = 0; i < program->registers; i++)
		free(program->register_[i].name);
	free_variables(program->bit, program->bits);
	free_variables(program->input, program->inputs);
	free_variables(program->output, program->outputs);
	free_texts(program->note, program->notes);
	free_texts(program->text, program->texts);
	free_texts(program->file, program->files);
	free(program->code);
	free(program->word);
	free(program->constant);
	free(program->gate);
	free(program->subroutine);
	free(program->register_);
	free(program->place);
	free(program);
}

uint32_t program_emit(songdo_program *program, struct instruction instruction)
{
	if (!ROOM(code, codes, 1))
		return 0;
	program->code[program->codes] = instruction;
	return (uint32_t)program->codes++;
}

uint32_t program_add_words(songdo_program *program, const uint32_t *words, uint32_t count)
{
	if (!ROOM(word, words, count))
		return 0;
	if (count)
		memcpy(program->word + program->words, words, count * sizeof *words);
	program->words += count;
	return (uint32_t)(program->words - count);
}

uint32_t program_add_constants(songdo_program *program, const int64_t *cells, uint32_t count)
{
	if (!ROOM(constant, constants, count))
		return SPACE_CONSTANT;
	if (count)
		memcpy(program->constant + program->constants, cells, count * sizeof *cells);
	program->constants += count;
	return SPACE_CONSTANT | (uint32_t)(program->constants - count);
}

uint32_t program_add_global(songdo_program *program, uint64_t cells)
{
	if (cells > PROGRAM_CELLS || program->globals + cells > PROGRAM_CELLS) {
		program->failed = true;
		return SPACE_GLOBAL;
	}
	program->globals += cells;
	return SPACE_GLOBAL | (uint32_t)(program->globals - cells);
}

uint32_t program_add_table_gate(songdo_program *program, const struct gate_name *table)
{
	/* A program uses few of them, and the front end remembers what it was told. */
	for (uint64_t i = 0; i < program->gates && i < 256; i++)
		if (program->gate[i].table == table)
			return (uint32_t)i;
	if (!ROOM(gate, gates, 1))
		return 0;
	program->gate[program->gates] = (struct program_gate){
		.table = table, .parameters = table->parameters, .qubits = table->qubits,
		.least = gate_name_operations(table), .most = gate_name_operations(table),
	};
	return (uint32_t)program->gates++;
}

uint32_t program_add_gate(songdo_program *program, const char *name, uint32_t parameters, uint32_t qubits)
{
	if (!ROOM(gate, gates, 1))
		return 0;
	program->gate[program->gates] = (struct program_gate){
	        .name = copy_text(program, name),
	        .parameters = parameters,
	        .qubits = qubits,
	        .frame = parameters + qubits,
	};
	return (uint32_t)program->gates++;
}

uint32_t program_add_subroutine(songdo_program *program, const char *name, uint32_t result, uint32_t arguments)
{
	if (!ROOM(subroutine, subroutines, 1))
		return 0;
	program->subroutine[program->subroutines] = (struct program_subroutine){
		.name = copy_text(program, name), .result = result, .arguments = arguments, .frame = result + arguments,
	};
	return (uint32_t)program->subroutines++;
}

uint32_t program_add_register(songdo_program *program, const char *name, uint32_t width, bool is_scalar)
{
	const uint32_t first = program->qubits;
	if (width >= QUBIT_IN_CELL - first)
		program->failed = true;
	if (!ROOM(register_, registers, 1))
		return 0;
	program->register_[program->registers++] = (struct program_register){
		.name = copy_text(program, name), .first = first, .width = width, .is_scalar = is_scalar,
	};
	program->qubits += width;
	return first;
}

void program_add_bit(songdo_program *program, const char *name, uint32_t address, uint32_t width, bool is_output)
{
	if (!ROOM(bit, bits, 1))
		return;
	program->bit[program->bits++] = (struct program_variable){
	        .name = copy_text(program, name),
	        .kind = CELL_BIT,
	        .is_output = is_output,
	        .width = width,
	        .address = address,
	        .elements = 1,
	};
	program->has_outputs |= is_output;
}

struct program_variable *program_add_input(songdo_program *program, const char *name)
{
	if (!ROOM(input, inputs, 1))
		return NULL;
	program->input[program->inputs] = (struct program_variable){.name = copy_text(program, name), .elements = 1};
	return &program->input[program->inputs++];
}

struct program_variable *program_add_output(songdo_program *program, const char *name)
{
	if (!ROOM(output, outputs, 1))
		return NULL;
	program->has_outputs = true;
	program->output[program->outputs] =
	        (struct program_variable){.name = copy_text(program, name), .elements = 1, .is_output = true};
	return &program->output[program->outputs++];
}

void program_add_note(songdo_program *program, const char *note)
{
	if (ROOM(note, notes, 1))
		program->note[program->notes++] = copy_text(program, note);
}

uint32_t program_add_text(songdo_program *program, const char *text)
{
	if (!ROOM(text, texts, 1))
		return 0;
	program->text[program->texts] = copy_text(program, text);
	return (uint32_t)program->texts++;
}

/* The program's own copy of a file's name. */
static const char *own_file(songdo_program *program, const char *file)
{
	if (!file)
		return NULL;
	for (uint64_t i = program->files; i-- > 0;)
		if (program->file[i] && !strcmp(program->file[i], file))
			return program->file[i];
	if (!ROOM(file, files, 1))
		return NULL;
	return program->file[program->files++] = copy_text(program, file);
}

void program_set_place(songdo_program *program, const char *file, uint32_t line, uint32_t column, uint32_t length)
{
	const char *owned = own_file(program, file);
	if (program->places && program->place[program->places - 1].pc == program->codes)
		program->places--;
	if (ROOM(place, places, 1))
		program->place[program->places++] =
		        (struct program_place){(uint32_t)program->codes, line, column, length, owned};
}

const struct program_place *program_place_of(const songdo_program *program, uint32_t pc)
{
	uint64_t low = 0, high = program->places;
	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		if (program->place[middle].pc <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &program->place[low - 1] : NULL;
}

/* Give back what growing by halves left over, where it is much. */
static void trim(void *array, uint64_t *capacity, uint64_t held, size_t size)
{
	void **place = array;
	if (*capacity - held < 4096)
		return;
	void *moved = realloc(*place, max_u64(held, 1) * size);
	if (moved) {
		*place = moved;
		*capacity = max_u64(held, 1);
	}
}

songdo_status program_finish(songdo_program *program, songdo_error *error)
{
	program_emit(program, (struct instruction){.code = CODE_END});
	/* Bits that are declared `output` are what the program is about, measured or not. */
	bool has_output_bits = false;
	for (uint64_t i = 0; i < program->bits; i++)
		has_output_bits |= program->bit[i].is_output;
	program->measures_all = program->qubits > 0 && !has_output_bits &&
	                        (!program->measures || (!program->bits && !program->has_outputs));
	if (program->measures_all) {
		program_add_note(program, program->measures ? "no bits are kept: every qubit is measured at the end"
		                                            : "nothing is measured: every qubit is, at the end");
		program->least = add_saturated(program->least, program->qubits);
		program->most = add_saturated(program->most, program->qubits);
	}
	if (program->failed)
		return error_set(error, SONGDO_NO_FIT,
		                 "the program is too large: memory is out, or its variables exceed %llu cells",
		                 (unsigned long long)PROGRAM_CELLS);
	if (program->measures_all && program->qubits > PROGRAM_QUBITS_MEASURED) {
		error_set(error, SONGDO_BAD_PROGRAM,
		          "nothing is measured, and %u qubits are too many to measure all of them", program->qubits);
		error_hint(error, "measure the qubits that matter; up to %d are measured without being asked",
		           PROGRAM_QUBITS_MEASURED);
		return SONGDO_BAD_PROGRAM;
	}
	trim(&program->code, &program->code_capacity, program->codes, sizeof *program->code);
	trim(&program->word, &program->word_capacity, program->words, sizeof *program->word);
	trim(&program->constant, &program->constant_capacity, program->constants, sizeof *program->constant);
	return SONGDO_OK;
}

void program_facts(const songdo_program *program, struct program_facts *facts)
{
	*facts = (struct program_facts){
		.dialect = program->dialect, .qubits = program->qubits, .operations = program->most,
		.measures = program->measures, .branches = program->measures && program->reads,
	};
}

bool program_find_qubit(const songdo_program *program, const char *name, size_t length, uint64_t index, uint32_t *qubit)
{
	*qubit = (uint32_t)index;
	if (length == 0)
		return index < program->qubits;
	for (uint64_t i = 0; i < program->registers; i++) {
		const struct program_register *r = &program->register_[i];
		if (strlen(r->name) != length || memcmp(r->name, name, length) != 0)
			continue;
		if (index == UINT64_MAX)
			index = r->width == 1 ? 0 : UINT64_MAX;
		*qubit = r->first + (uint32_t)index;
		return index < r->width;
	}
	return false;
}

const char *program_register_name(const songdo_program *program, size_t i)
{
	return i < program->registers ? program->register_[i].name : NULL;
}

const char *program_qubit_name(const songdo_program *program, uint32_t qubit, char *buffer, size_t size)
{
	uint64_t low = 0, high = program->registers;
	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		if (program->register_[middle].first + program->register_[middle].width <= qubit)
			low = middle + 1;
		else
			high = middle;
	}
	const struct program_register *r = low < program->registers ? &program->register_[low] : NULL;
	struct text text = {0};
	if (!r)
		text_add_format(&text, "%u", qubit);
	else if (r->is_scalar)
		text_add(&text, r->name);
	else
		text_add_format(&text, "%s[%u]", r->name, qubit - r->first);
	if (size) {
		buffer[0] = '\0';
		if (!text.failed)
			strncat(buffer, text.data, size - 1);
	}
	text_fini(&text);
	return buffer;
}

const char *program_note(const songdo_program *program, size_t i)
{
	return i < program->notes ? program->note[i] : NULL;
}
