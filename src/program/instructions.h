/* instructions.h - the instruction set of the virtual machine, and programs under construction.
 *
 * The machine works on cells of 64 bits. A scalar is one cell, a complex number two, a bit register one cell a bit, an array
 * its elements one after another, first index slowest. An address names a cell in one of three spaces: globals, the
 * frame of the running subroutine, gate or main program, and constants (read only).
 *
 *   BIT      0, 1, or VM_SLOT + slot: the measurement that will tell. Copied unread; computing with it reads it
 *   BOOL     0 or 1, never a slot
 *   INT      sign-extended to 64 bits;  UINT  below 2^width
 *   FLOAT    a double (rounded to single after each operation where the width is 32);  COMPLEX  two of them
 *   ANGLE    the fraction of a turn in units of 2^-width turn
 *   qubits   in memory a qubit is its number
 *
 * Gates stay a call tree: a gate of the program is code that ends in CODE_GATE_END and runs in a frame of its own that
 * begins with its parameters (FLOAT) and its qubits.
 *
 * May use: circuit, op, base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_INSTRUCTIONS_H
#define SONGDO_INSTRUCTIONS_H

#include "circuit/names.h"
#include "program/program.h"

/* ---- Addresses and operands ----------------------------------------------------------------------- */

#define SPACE_GLOBAL 0u
#define SPACE_FRAME (1u << 30)
#define SPACE_CONSTANT (2u << 30)
#define SPACE_OFFSET ((1u << 30) - 1)

/* A qubit operand is one word: a number below 2^31, or QUBIT_IN_CELL | address (global or frame) of the cell that holds it. */
#define QUBIT_IN_CELL (1u << 31)

enum {
	PROGRAM_CELLS = 1 << 27,        /* memory of one machine: globals and frames, in cells */
	PROGRAM_CALLS = 1 << 16,        /* the deepest nesting of calls */
	PROGRAM_QUBITS_MEASURED = 1 << 20,   /* the most qubits measured at the end because nothing else is */
};

enum cell_kind { CELL_BIT, CELL_BOOL, CELL_INT, CELL_UINT, CELL_FLOAT, CELL_ANGLE, CELL_COMPLEX, CELL_KINDS };

/* What COMPUTE does. Comparisons give BOOL, POPCOUNT gives UINT; SHIFT and ROTATE take an INT on the right. */
enum compute {
	COMPUTE_ADD, COMPUTE_SUBTRACT, COMPUTE_MULTIPLY, COMPUTE_DIVIDE, COMPUTE_REMAINDER, COMPUTE_POWER, COMPUTE_NEGATE,
	COMPUTE_COMPLEMENT, COMPUTE_AND, COMPUTE_OR, COMPUTE_XOR, COMPUTE_SHIFT_LEFT, COMPUTE_SHIFT_RIGHT,
	COMPUTE_ROTATE_LEFT, COMPUTE_ROTATE_RIGHT, COMPUTE_POPCOUNT,
	COMPUTE_EQUAL, COMPUTE_NOT_EQUAL, COMPUTE_LESS, COMPUTE_LESS_EQUAL, COMPUTE_GREATER, COMPUTE_GREATER_EQUAL,
	COMPUTE_ARCCOS, COMPUTE_ARCSIN, COMPUTE_ARCTAN, COMPUTE_CEILING, COMPUTE_COS, COMPUTE_EXP, COMPUTE_FLOOR, COMPUTE_LOG,
	COMPUTE_SIN, COMPUTE_SQRT, COMPUTE_TAN, COMPUTE_REAL, COMPUTE_IMAG,
	COMPUTES
};

/* ---- Instructions --------------------------------------------------------------------------------- */

enum code {
	CODE_END,         /* the program ends */
	CODE_JUMP,        /* to a */
	CODE_JUMP_IF,     /* to a where the BOOL b equals x */
	CODE_MOVE,        /* d cells from b to a; they may overlap */
	CODE_ZERO,        /* d cells from a */
	CODE_COMPUTE,     /* a = b (x: enum compute) c; y: enum cell_kind; d: width in bits */
	CODE_CONVERT,     /* a = b; c and d: source and result type, CELL_TYPE */
	CODE_INDEX,       /* a = b (INT), from the end where negative; refused outside 0..d-1. x = 1: 0..c-1, an INT */
	CODE_LOAD,        /* d cells from b + c (an INT, in cells) to a. x = 1: b holds a reference */
	CODE_STORE,       /* d cells from c to a + b (an INT, in cells). x = 1: a holds a reference */
	CODE_REFERENCE,   /* a = a reference to b */
	CODE_LIST,        /* a = list (its length, then items) of the indices start, step, stop in b..b+2 of d elements */
	CODE_GATHER,      /* a = the elements of b that list c names, which must be d in number. x = 1: a is a list, any length */
	CODE_SCATTER,     /* the elements of a that list c names = d elements from b */
	CODE_SERIES,      /* a..a+d-1 = b, b + 1, ...: the qubits of a register */
	CODE_TRIP,        /* a..a+2 = start, step, stop: the last becomes the number of rounds. x = 1: unsigned */
	CODE_NEXT,        /* a as TRIP left it: to c where no round is left; else b = start, start += step, one round less */
	CODE_COUNT,       /* one round of a loop that has no TRIP: charged to the budget */
	CODE_GATE_FIXED,  /* gate y on the qubits in word[a...], parameters at constant b...: a table gate without modifiers */
	CODE_GATE,        /* the call in word[a...]: see struct gate_call_words */
	CODE_GATE_END,    /* the end of a gate's body */
	CODE_MEASURE,     /* d qubits from a (numbers a, a + 1, ..., or consecutive cells) to the bits from b; x = 1: to nowhere */
	CODE_RESET,       /* d qubits from a */
	CODE_RESET_LIST,  /* the qubits of list a */
	CODE_MEASURE_LIST,/* the qubits of list a to the cells from b, which must be d in number; x = 1: to nowhere, any number */
	CODE_BARRIER,     /* the d qubits of word[a...] */
	CODE_CALL,        /* subroutine a; b: cells for the result, then the arguments, in this frame */
	CODE_RETURN,      /* from a subroutine; the result lies at the beginning of its frame */
	CODE_FAIL,        /* an error with text a */
	CODES
};

#define CELL_TYPE(kind, width) ((uint32_t)(kind) << 28 | (uint32_t)(width))
#define CELL_TYPE_WIDTH(type) ((type) & ((1u << 28) - 1))

struct instruction {
	uint8_t code, x;
	uint16_t y;
	uint32_t a, b, c, d;
};

/* A gate call in words: gate, modifiers, then a pair of words for each modifier (outermost first), then the address of
 * each parameter (FLOAT), then an operand word for each qubit (controls of the modifiers first). */
enum modifier_word {
	WORD_CONTROL, WORD_NEGATIVE_CONTROL,   /* second word: how many */
	WORD_INVERSE,                          /* second word: 0 */
	WORD_POWER_INT, WORD_POWER_FLOAT,      /* second word: address of the exponent */
};

/* ---- The program ---------------------------------------------------------------------------------- */

struct program_gate {
	const struct gate_name *table;   /* a gate of the table; NULL: a body */
	char *name;                      /* of a gate with a body; owned */
	uint32_t parameters, qubits;
	uint32_t start, frame;           /* body: its first instruction, and cells of its frame */
	uint64_t least, most;            /* operations of one call: certain, and possible; saturated */
};

struct program_subroutine {
	char *name;
	uint32_t start;                  /* its first instruction */
	uint32_t result, arguments;      /* cells */
	uint32_t frame;                  /* cells, result and arguments included */
	uint64_t most;
};

struct program_register { char *name; uint32_t first, width; bool is_scalar; };

/* A global bit variable, an `output`, or an `input`. */
struct program_variable {
	char *name;
	uint8_t kind;                    /* enum cell_kind */
	bool is_output, is_register;     /* is_register: bit[n] */
	uint32_t width, address;         /* of a BIT: cells; address is global */
	uint64_t elements;               /* of an array; 1 else */
	bool is_array, has_default;      /* has_default: of an input, may be left out */
};

/* Where the instructions from pc on come from. */
struct program_place { uint32_t pc, line, column, length; const char *file; };

struct songdo_program {
	songdo_dialect dialect;
	struct instruction *code;
	uint32_t *word;
	int64_t *constant;
	struct program_gate *gate;
	struct program_subroutine *subroutine;
	struct program_register *register_;
	struct program_variable *bit, *input, *output;   /* output: not bits */
	struct program_place *place;
	char **note, **text, **file;
	uint64_t codes, words, constants, gates, subroutines, registers, bits, inputs, outputs, places, notes, texts, files;
	uint64_t code_capacity, word_capacity, constant_capacity, gate_capacity, subroutine_capacity, register_capacity,
	         bit_capacity, input_capacity, output_capacity, place_capacity, note_capacity, text_capacity, file_capacity;

	uint64_t globals;                /* cells */
	uint32_t frame;                  /* cells of the main program's frame */
	uint32_t qubits;
	uint64_t least, most;            /* operations; certain, and possible */
	bool measures, reads, has_outputs;
	bool measures_all;               /* every qubit is measured at the end */
	bool failed;                     /* memory was out or a table is full: checked once, by program_finish */
};

/* ---- Building ------------------------------------------------------------------------------------- */

/* An empty program; NULL where memory is out. Freed with songdo_program_free. Additions after memory ran out do nothing. */
songdo_program *program_new(songdo_dialect dialect);
/* Close the main program (CODE_END is added where jumps may lead to its end), compute what is known of it. */
songdo_status program_finish(songdo_program *program, songdo_error *error);

/* Append an instruction; returns its number. */
uint32_t program_emit(songdo_program *program, struct instruction instruction);
/* Append words; returns the offset of the first. */
uint32_t program_add_words(songdo_program *program, const uint32_t *words, uint32_t count);
/* Append constants; returns the address of the first. */
uint32_t program_add_constants(songdo_program *program, const int64_t *cells, uint32_t count);
/* A global variable of `cells` cells, zero at the start; returns its address. */
uint32_t program_add_global(songdo_program *program, uint64_t cells);
/* The number of a table gate in the program, entered at its first use. */
uint32_t program_add_table_gate(songdo_program *program, const struct gate_name *table);
/* A gate with a body: fill in start, frame, least and most of gate[number] when they are known. */
uint32_t program_add_gate(songdo_program *program, const char *name, uint32_t parameters, uint32_t qubits);
uint32_t program_add_subroutine(songdo_program *program, const char *name, uint32_t result, uint32_t arguments);
/* A quantum register at the next qubit numbers; returns the first. */
uint32_t program_add_register(songdo_program *program, const char *name, uint32_t width, bool is_scalar);
/* Variables that users see; the name is copied. */
void program_add_bit(songdo_program *program, const char *name, uint32_t address, uint32_t width, bool is_output);
struct program_variable *program_add_input(songdo_program *program, const char *name);
struct program_variable *program_add_output(songdo_program *program, const char *name);
void program_add_note(songdo_program *program, const char *note);
uint32_t program_add_text(songdo_program *program, const char *text);
/* The instructions from here on come from this place. */
void program_set_place(songdo_program *program, const char *file, uint32_t line, uint32_t column, uint32_t length);
/* The place of an instruction; NULL where none is known. */
const struct program_place *program_place_of(const songdo_program *program, uint32_t pc);

/* How many operations a call of a table gate appends. */
static inline uint64_t gate_name_operations(const struct gate_name *name) { return name->parts ? name->parts : 1; }

#endif
