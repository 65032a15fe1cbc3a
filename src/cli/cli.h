/* cli.h - the songdo command: one file a command, one table of commands.
 *
 * Data goes to standard output, everything else to standard error. Under a launcher every rank runs the same code;
 * rank 0 alone prints, and all return the same exit code, which is a songdo_status.
 *
 * May use: everything below. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CLI_H
#define SONGDO_CLI_H

#include <stdio.h>

#include "base/text.h"
#include "run/run.h"

enum { CLI_TERMINATED = 143, CLI_ERRORS = 20 };
enum { CLI_FILE_LIMIT = 256 << 20, CLI_INSTANCE_LIMIT = 64 << 20 };     /* bytes of a program file, of an instance */

/* ---- Options ------------------------------------------------------------------------------------- */

/* One option of a command. A list of them ends with a NULL name. */
struct option_info {
	const char *name;        /* without the dashes */
	char letter;             /* its short form, or 0 */
	const char *argument;    /* what the help calls its value; NULL: it takes none */
	const char *help;        /* NULL: known, but not supported in this version */
};

struct command {
	const char *name, *usage, *summary;
	const struct option_info *options;
	const char *examples;    /* lines of the help */
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command command_run, command_check, command_plan, command_state, command_solve, command_bench, command_info,
	command_help;
extern const struct command *const cli_commands[];   /* NULL-terminated */

/* Reads a command line against a table. */
struct options {
	const struct command *command;
	int argc;
	char **argv;
	int count;                       /* entries of the table */
	struct option *longs;            /* of getopt_long */
	char *shorts;
	const char *value;               /* of the option that options_next returned */
};

enum { OPTIONS_END = -1, OPTIONS_STOP = -2 };

bool options_open(struct options *options, const struct command *command, int argc, char **argv);
void options_close(struct options *options);
/* The next option as its number in the table; OPTIONS_END after the last (the operands are argv[optind..argc)); OPTIONS_STOP
 * where the command is over: *code says with what (0 after --help, else 64 after a message). */
int options_next(struct options *options, int *code);

/* Checked readings of an option's value; false after a message that names the option. */
bool option_u64(uint64_t *out, const char *name, const char *value, uint64_t least, uint64_t most);
bool option_size(uint64_t *out, const char *name, const char *value);   /* 512M, 1.5G, 1073741824 */
/* One of a NULL-terminated list: its number. name NULL: the value is the action, no option's. */
bool option_choice(int *out, const char *name, const char *value, const char *const *choices);

/* ---- Talking --------------------------------------------------------------------------------------- */

/* The rank by the launcher's word, known before MPI is started; 0 without a launcher. */
int cli_rank(void);
/* A message on standard error, from rank 0 alone: "songdo: ...". */
void cli_say(const char *format, ...) ATTRIBUTE_PRINTF(1, 2);
/* A wrong use of the command: the message, where help is, and 64. */
int cli_usage(const struct command *command, const char *format, ...) ATTRIBUTE_PRINTF(2, 3);
/* An error of the library, with its place and hint. source may be NULL. Returns its code. */
int cli_complain(const songdo_error *error, const char *file, const char *source, size_t length);
/* Whether the stream is a terminal that takes colours; never under mpirun. */
bool cli_colour(FILE *stream);
void cli_print_help(const struct command *command);
int cli_print_version(void);

/* ---- Programs in, documents out --------------------------------------------------------------------- */

struct input {
	char *text;
	size_t length;
	songdo_program *program;
	double seconds;                  /* spent on parsing */
};

/* Read a file of at most `limit` bytes on rank 0 and give it to all ranks, NUL-terminated, freed by the caller. Returns 0,
 * or the exit code after a message; equal on all ranks. env NULL: every process reads for itself. */
int file_read(char **text, size_t *length, songdo_env *env, const char *file, size_t limit);
/* songdo_program_parse with room for CLI_ERRORS errors; a file of nothing is refused. text is NUL-terminated. */
songdo_status input_parse(songdo_program **program, const char *text, size_t length, const songdo_parse_options *options,
                          songdo_error *errors, size_t *count);
/* Read a file on rank 0 (every rank without an env), give it to all, parse it, print what is wrong. Returns 0 or an
 * exit code, equal on all ranks. */
int input_open(struct input *input, songdo_env *env, const char *file, const songdo_parse_options *options, bool quiet);
void input_close(struct input *input);

/* The values of --observable, as songdo_run_options wants them. */
struct observable_list {
	songdo_observable *item;         /* [count] */
	char **text;                     /* of @FILE: what it holds */
	size_t count;
};

bool observable_list_open(struct observable_list *list, int most);
void observable_list_add(struct observable_list *list, const char *value);
/* Read the files of @FILE; such an observable is called as it was given. Returns 0 or an exit code after a message. */
int observable_list_read(struct observable_list *list, songdo_env *env);
/* An error of a run: about an observable, whose text is shown then, or about the program. Returns the exit code. */
int observable_list_complain(const struct observable_list *list, songdo_error *error, const char *file,
                             const struct input *input);
void observable_list_close(struct observable_list *list);

/* songdo_env_open, with a message where it fails: about a line of the machine's kept rates it shows the line. */
int cli_open_env(songdo_env **env, const songdo_env_options *options);
/* Whether an env was opened: then MPI, where it was started, lets no rank end before rank 0 has said what it had to say. */
bool cli_ranks_met(void);

/* Make the folders that a file's name goes through; on rank 0. */
int output_make_folder(const char *file);
/* Find out on rank 0 whether a file can be created, before the work; NULL and "-" are fine. */
int output_check(songdo_env *env, const char *file);
/* Write a document on rank 0; file NULL: standard output. All ranks return the same code. Frees the text. */
int output_write(songdo_env *env, const char *file, struct text *document);

/* ---- Rows of a sweep ----------------------------------------------------------------------------------- */

/* Values of inputs, a run a row: comma-separated, the first line names the inputs. */
struct rows {
	char *text;                      /* names and values, NUL-terminated each */
	const char **name;               /* [columns] */
	songdo_input *value;             /* [rows * columns] */
	struct row_place { uint32_t line, column, length; } *place;   /* of the names, then of the values */
	size_t columns, rows;
};

/* SONGDO_BAD_PROGRAM, with line and column, for what is no such table: a row of another length, a column without a name
 * or named twice, a quote that is not closed, no row at all. */
songdo_status rows_read(struct rows *rows, const char *text, size_t length, songdo_error *error);
void rows_fini(struct rows *rows);
/* Give an error of a row the place of the value that it is about: the one whose input its message names, else the row's
 * first; row == rows->rows: of the names. */
void rows_blame(const struct rows *rows, size_t row, songdo_error *error);

/* ---- Results for people ------------------------------------------------------------------------------ */

struct show {
	uint64_t top;                    /* strings shown; 0: as many as the form likes */
	bool quiet;                      /* no summary */
	bool colour, utf8;
	int columns;                     /* of the terminal */
};

/* How standard output, or a file, likes it. */
struct show show_for(const char *file);
void show_result(struct text *text, const songdo_result *result, const struct show *show);
void show_csv(struct text *text, const songdo_result *result, const struct show *show);
/* One line of a sweep: the row's number, its inputs, what came of it. */
void show_row(struct text *text, const songdo_result *result, const struct rows *rows, size_t row,
              const struct show *show);
void show_row_json(struct text *text, const songdo_result *result, const struct rows *rows, size_t row);
/* The columns' names, or a row. */
void show_row_csv(struct text *text, const songdo_result *result, const struct rows *rows, size_t row, bool names);
/* Every string by the number of its shots, or with exact by its probability, the largest first: `count` numbers of
 * songdo_result_count or songdo_result_probability, freed by the caller; NULL where memory is out. */
size_t *show_order(size_t *count, const songdo_result *result);
/* "1.23 ms". buffer holds at least 32 bytes; returns it. */
char *show_seconds(char *buffer, double seconds);

/* ---- Sweeps -------------------------------------------------------------------------------------------- */

struct sweep_form {
	bool json, csv;                  /* neither: text */
	struct show show;
	const char *output;              /* a file; NULL: standard output */
};

/* Read the rows and check every one of them before any is run. Returns 0 or an exit code after a message. */
int sweep_check(songdo_env *env, struct rows *rows, const songdo_prepared *prepared, const songdo_run_options *options,
                const char *file);
/* Run them, row r with the seed of the options + r, and write a line each. Returns 0, or an exit code with *error. */
int sweep_run(songdo_env *env, songdo_prepared *prepared, const struct rows *rows, const songdo_run_options *options,
              const struct sweep_form *form, songdo_error *error);

/* ---- Signals ------------------------------------------------------------------------------------------- */

/* From here on SIGINT, SIGTERM and SIGUSR1 (which mpirun hands on to its ranks) ask for an end; a second after, ten
 * after SIGUSR1, the process ends by itself. */
void signals_catch(void);
int signals_poll(void *context);
/* Tell that the command was stopped, and return its exit code: 130, 143 after SIGTERM, 75 after SIGUSR1. Collective. */
int signals_end(songdo_env *env);

#endif
