/* report_text.c - a report for people, as text and as a table for spreadsheets.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "city/solve.h"

/* A number as people write it: no more digits than it has. */
static const char *number(char *buffer, double value)
{
	if (fabs(value) < 1e15 && value == floor(value))
		snprintf(buffer, 32, "%.0f", value);
	else
		snprintf(buffer, 32, "%.6g", value);
	return buffer;
}

const char *report_sentence(const struct report *r, unsigned i, char *buffer)
{
	const struct instance *instance = r->instance;
	const bool said[] = {
		r->quantum,
		r->quantum,
		!r->proven,
		instance->remark[0] != '\0',
		instance->data.kind[0] == '\0',
		strcmp(instance->data.kind, "real") != 0 && instance->data.kind[0] != '\0',
	};
	unsigned which = 0;
	for (; which < ARRAY_LENGTH(said); which++)
		if (said[which] && i-- == 0)
			break;
	switch (which) {
	case 0:
		snprintf(buffer, 400,
		         "To emulate this method the cost of all %.0f states was computed, so the optimum was known "
		         "before the quantum "
		         "part began; this says nothing about speed on a real device.",
		         r->states);
		return buffer;
	case 1:
		snprintf(buffer, 400,
		         "The angles were trained on exact expectations: %llu evaluations, which a device would "
		         "estimate from samples. "
		         "They are not among the samples counted here.",
		         (unsigned long long)r->qaoa->evaluations);
		return buffer;
	case 2: snprintf(buffer, 400, "Nothing proves that there is no better answer."); return buffer;
	case 3: snprintf(buffer, 400, "%.390s", instance->remark); return buffer;
	case 4: snprintf(buffer, 400, "The instance does not say where its data are from."); return buffer;
	case 5: snprintf(buffer, 400, "The data are %s.", instance->data.kind); return buffer;
	default: return NULL;
	}
}

/* Items of one side: their labels, where they have any and are nobody's, else their ids. */
static void add_side(struct text *text, const struct report *r, uint8_t side)
{
	const struct instance *instance = r->instance;
	enum { SHOWN = 200 };
	uint32_t count = 0;
	text_add_format(text, "  %s: ", instance->side[side]);
	for (uint32_t i = 0; i < instance->items; i++) {
		if (r->x[i] != side)
			continue;
		if (++count > SHOWN)
			continue;
		const bool labelled = instance->label[i][0] != '\0' && !instance->data.personal;
		text_add(text, count > 1 ? ", " : "");
		text_add(text, labelled ? instance->label[i] : instance->id[i]);
	}
	if (count == 0)
		text_add(text, "none");
	else if (count > SHOWN)
		text_add_format(text, " and %u more", count - SHOWN);
	text_add(text, "\n");
}

static void add_circuit(struct text *text, const struct report *r)
{
	char a[32], b[32];
	text_add_format(text, "\nThe circuit: %u qubits, %u layer%s, trained in %llu evaluations, %llu samples\n",
	                r->qubits, r->options.layers, r->options.layers == 1 ? "" : "s",
	                (unsigned long long)r->qaoa->evaluations, (unsigned long long)r->options.shots);
	text_add_format(text, "  expectation          %s %s\n", number(a, r->expectation), r->instance->unit);
	text_add_format(
		text,
		"  P(optimum)           %.6g, %s times that of a uniform draw; %llu of the samples were optimal\n",
		r->probability, number(b, r->enhancement), (unsigned long long)r->hits);
	if (r->samples > 0)
		text_add_format(text, "  samples to 99 %%      %s\n", number(a, r->samples));
	if (r->spins_known)
		text_add_format(text,
		                "  on hardware          %u qubits, %llu two-qubit gates where every pair is connected, "
		                "before error correction\n",
		                r->qubits, (unsigned long long)(r->spins.gates * r->options.layers));
}

static void add_methods(struct text *text, const struct report *r)
{
	char a[32];
	text_add(text, "\nBeside it              best     evaluations      seconds\n");
	if (r->quantum)
		text_add_format(text, "  %-12s %14s %15llu %12.3g\n", "qaoa", number(a, r->best),
		                (unsigned long long)r->options.shots, r->timing.train + r->timing.sample);
	for (unsigned i = 0; i < r->baselines; i++)
		text_add_format(text, "  %-12s %14s %15llu %12.3g%s\n", r->baseline[i].name,
		                number(a, r->baseline[i].best), (unsigned long long)r->baseline[i].evaluations,
		                r->baseline[i].seconds, r->baseline[i].proven ? "  proven" : "");
}

static void add_origin(struct text *text, const struct instance *instance)
{
	const struct {
		const char *name, *value;
	} line[] = {
		{"source", instance->data.source},   {"attribution", instance->data.attribution},
		{"licence", instance->data.licence}, {"date", instance->data.date},
		{"citation", instance->citation},
	};
	bool any = false;
	for (size_t i = 0; i < ARRAY_LENGTH(line); i++) {
		if (!line[i].value[0])
			continue;
		text_add_format(text, "%s  %-12s %s\n", any ? "" : "\nData\n", line[i].name, line[i].value);
		any = true;
	}
}

/* Control characters in an instance's texts command terminals: question marks instead. Line breaks are kept. */
static void make_plain(char *text)
{
	for (unsigned char *c = (unsigned char *)text; c && *c; c++)
		if ((*c < 32 && *c != '\n') || *c == 127)
			*c = '?';
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) /* those above ASCII: U+0080 to U+009F */
			c[0] = c[1] = '?';
}

static void add_report(struct text *text, const struct report *r, bool quiet)
{
	const struct instance *instance = r->instance;
	char a[32], buffer[400];
	if (instance->name[0])
		text_add_format(text, "%s\n", instance->name);
	if (instance->question[0])
		text_add_format(text, "%s\n", instance->question);
	text_add_format(text, "\nAnswer: %s %s", number(a, r->best), instance->unit);
	if (r->optimal)
		text_add_format(text, ", the %s possible\n", instance->maximise ? "most" : "least");
	else if (r->proven)
		text_add_format(text, "; the %s possible is %s\n", instance->maximise ? "most" : "least",
		                number(a, r->optimum));
	else
		text_add(text, ", the best that was found\n");
	add_side(text, r, 0);
	add_side(text, r, 1);
	if (quiet)
		return;
	text_add_format(text, "\nMethod: %s. %s.\n", solve_method_name(r->method), r->reason);
	if (r->quantum)
		add_circuit(text, r);
	add_methods(text, r);
	text_add(text, "\n");
	for (unsigned i = 0; report_sentence(r, i, buffer); i++)
		text_add_format(text, "%s\n", buffer);
	add_origin(text, instance);
}

void report_text(struct text *text, const struct report *r, bool quiet)
{
	add_report(text, r, quiet);
	make_plain(text->data);
}

static void add_field(struct text *text, const char *value, const char *end)
{
	if (strpbrk(value, ",\"\r\n") == NULL) {
		text_add_format(text, "%s%s", value, end);
		return;
	}
	text_add(text, "\"");
	for (const char *c = value; *c; c++)
		text_add_bytes(text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
	text_add_format(text, "\"%s", end);
}

void report_csv(struct text *text, const struct report *r)
{
	const struct instance *instance = r->instance;
	text_add(text, "\xEF\xBB\xBFid,name,side\n");
	for (uint32_t i = 0; i < instance->items; i++) {
		add_field(text, instance->id[i], ",");
		add_field(text, instance->data.personal ? "" : instance->label[i], ",");
		add_field(text, instance->side[r->x[i]], "\n");
	}
}
