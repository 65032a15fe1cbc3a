/* show.c - results for people: a histogram in the terminal, and CSV.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { COLUMNS = 80, COLUMNS_MOST = 160, BAR_LEAST = 10, BAR_MOST = 60, NAMED_BITS = 32, ROWS = 20 };

static bool speaks_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
	}
	return false;
}

struct show show_for(const char *file)
{
	const bool terminal = (file == NULL || strcmp(file, "-") == 0) && isatty(STDOUT_FILENO);
	struct show show = { .colour = terminal && cli_colour(stdout), .utf8 = speaks_utf8(), .columns = COLUMNS };
	struct winsize size;

	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		show.columns = size.ws_col < COLUMNS_MOST ? size.ws_col : COLUMNS_MOST;
	return show;
}

char *show_seconds(char *buffer, double seconds)
{
	if (seconds < 1e-3)
		snprintf(buffer, 32, "%.0f us", seconds * 1e6);
	else if (seconds < 1)
		snprintf(buffer, 32, "%.2f ms", seconds * 1e3);
	else
		snprintf(buffer, 32, "%.2f s", seconds);
	return buffer;
}

/* ---- Rows -------------------------------------------------------------------------------------------- */

/* What a row is: a string by its number in the result, and how much of the whole it has. */
struct row { size_t i; uint64_t shots; double share; };

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

/* All rows; in ascending order of the strings while they are few, else the largest first. */
static struct row *list_rows(size_t *count, const songdo_result *result, uint64_t top)
{
	const bool exact = result->exact;
	struct row *row;

	*count = exact ? songdo_result_probabilities(result) : songdo_result_counts(result);
	row = malloc((*count + 1) * sizeof(*row));
	if (row == NULL)
		return NULL;
	for (size_t i = 0; i < *count; i++) {
		row[i] = (struct row){ .i = i };
		if (exact) {
			songdo_result_probability(result, i, &row[i].share);
		} else {
			songdo_result_count(result, i, &row[i].shots);
			row[i].share = (double)row[i].shots / (double)result->shots;
		}
	}
	if (*count > top)
		qsort(row, *count, sizeof(*row), compare_rows);
	return row;
}

size_t *show_order(size_t *count, const songdo_result *result)
{
	struct row *row = list_rows(count, result, 0);
	size_t *order = row == NULL ? NULL : malloc((*count + 1) * sizeof(*order));

	for (size_t i = 0; order != NULL && i < *count; i++)
		order[i] = row[i].i;
	free(row);
	return order;
}

/* The names of the bits as the strings have them, the last group leftmost. */
static void add_names(struct text *text, const songdo_result *result)
{
	for (size_t g = result->groups; g-- > 0;) {
		const struct result_group *group = &result->group[g];
		if (group->width == 1)
			text_add(text, group->name);
		else if (result->tally.width > NAMED_BITS)
			text_add_format(text, "%s[%u..0]", group->name, group->width - 1);
		else
			for (uint32_t j = group->width; j-- > 0;)
				text_add_format(text, "%s[%u]%s", group->name, j, j > 0 ? " " : "");
		text_add(text, g > 0 ? " " : "");
	}
	text_add(text, "\n");
}

static void add_bar(struct text *text, double part, int width, const struct show *show)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	const int steps = (int)(part * width * 8 + 0.5);

	text_add(text, show->colour ? "\x1b[36m" : "");
	for (int i = 0; i < steps / 8; i++)
		text_add(text, show->utf8 ? "█" : "#");
	if (show->utf8)
		text_add(text, eighths[steps % 8]);
	else if (steps % 8 >= 4)
		text_add(text, "#");
	text_add(text, show->colour ? "\x1b[0m\n" : "\n");
}

static void add_row(struct text *text, const songdo_result *result, const struct row *row, int digits)
{
	if (result->exact)
		text_add_format(text, "%s  %12.9f  ", songdo_result_probability(result, row->i, NULL), row->share);
	else
		text_add_format(text, "%s  %*llu  %6.2f %%  ", songdo_result_count(result, row->i, NULL), digits,
		                (unsigned long long)row->shots, 100 * row->share);
}

static void add_rest(struct text *text, const songdo_result *result, const struct row *row, size_t from, size_t count)
{
	uint64_t shots = 0;
	double share = 0;

	for (size_t i = from; i < count; i++) {
		shots += row[i].shots;
		share += row[i].share;
	}
	if (result->exact)
		text_add_format(text, "and %zu more with %.9f together\n", count - from, share);
	else
		text_add_format(text, "and %zu more with %llu shots (%.2f %%)\n", count - from, (unsigned long long)shots, 100 * share);
}

static void add_histogram(struct text *text, const songdo_result *result, const struct show *show)
{
	const int length = (int)(result->tally.width + result->groups);
	size_t count, shown;
	double most = 0;
	int digits, width;
	const uint64_t top = show->top > 0 ? show->top : ROWS;
	struct row *row = list_rows(&count, result, top);

	if (row == NULL) {
		text->failed = true;
		return;
	}
	shown = count < top ? count : (size_t)top;
	digits = snprintf(NULL, 0, "%llu", (unsigned long long)result->shots);
	width = show->columns - length - (result->exact ? 17 : digits + 14);
	width = width < BAR_LEAST ? BAR_LEAST : width > BAR_MOST ? BAR_MOST : width;
	for (size_t i = 0; i < shown; i++)
		most = row[i].share > most ? row[i].share : most;
	for (size_t i = 0; i < shown; i++) {
		add_row(text, result, &row[i], digits);
		add_bar(text, most > 0 ? row[i].share / most : 0, width, show);
	}
	if (shown < count)
		add_rest(text, result, row, shown, count);
	free(row);
}

static void add_outputs(struct text *text, const songdo_result *result)
{
	for (size_t i = 0; i < result->outputs; i++) {
		text_add_format(text, "%s = %s", result->output[i].name, result->output[i].value);
		if (result->shots > 0)
			text_add_format(text, "  (%llu shots)", (unsigned long long)result->output[i].shots);
		text_add(text, "\n");
	}
}

static void add_shots(struct text *text, const songdo_result *result)
{
	const char *string;

	text_add(text, "every shot:\n");
	for (uint64_t i = 0; (string = songdo_result_shot(result, i)) != NULL; i++)
		text_add_format(text, "%s\n", string);
}

static void add_expectations(struct text *text, const songdo_result *result)
{
	double value, variance, standard_error;
	const char *observable;

	for (size_t i = 0; (observable = songdo_result_expectation(result, i, &value, &variance)) != NULL; i++) {
		text_add_format(text, "<%s> = %.12g, variance %.12g\n", observable, value, variance);
		if (songdo_result_sampled_expectation(result, i, &value, NULL, &standard_error, NULL) != NULL)
			text_add_format(text, "    by %llu shots: %.6g +- %.2g\n", (unsigned long long)result->shots, value, standard_error);
	}
}

void show_result(struct text *text, const songdo_result *result, const struct show *show)
{
	char total[32];

	if (result->tally.width > 0 && (result->exact || result->shots > 0)) {
		add_names(text, result);
		add_histogram(text, result, show);
	}
	if (result->memory && result->shots > 0)
		add_shots(text, result);
	add_expectations(text, result);
	if ((result->exact || result->expectations > 0) && result->discarded_probability > 0)
		text_add_format(text, "left out: %.3g\n", result->discarded_probability);
	add_outputs(text, result);
	if (show->quiet)
		return;
	text_add_format(text, "%u qubit%s", result->qubits, result->qubits == 1 ? "" : "s");
	if (result->active_qubits < result->qubits)
		text_add_format(text, " (%u in use)", result->active_qubits);
	text_add_format(text, ", %llu shots, seed %llu, %s, %llu sweep%s", (unsigned long long)result->shots, (unsigned long long)result->seed,
	                show_seconds(total, result->timing.total), (unsigned long long)result->cost.sweeps, result->cost.sweeps == 1 ? "" : "s");
	if (result->branches > 1)
		text_add_format(text, ", %llu branches", (unsigned long long)result->branches);
	if (result->ranks > 1)
		text_add_format(text, ", %d ranks", result->ranks);
	text_add(text, "\n");
}
