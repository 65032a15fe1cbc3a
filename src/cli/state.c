/* state.c - songdo state: what a saved state holds, in other forms, and whether two are the same.
 *
 * Files are read in pieces, so a state may be larger than memory. Under a launcher rank 0 does the work.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/json.h"
#include "cli/cli.h"
#include "vector/store.h"

enum { TOP, PRECISION, TOLERANCE, FORMAT, OUTPUT };

static const struct option_info options_state[] = {
	[TOP] = { "top", 0, "K", "info: the K largest amplitudes (8)" },
	[PRECISION] = { "precision", 0, "P", "export: double or single; default: as the file has it" },
	[TOLERANCE] = { "tolerance", 0, "T", "compare: distance that still is equal (1e-9; 1e-5 with complex64)" },
	[FORMAT] = { "format", 0, "F", "info, compare: text (default) or json; export: npy, songdo or csv" },
	[OUTPUT] = { "output", 'o', "FILE", "write there instead of standard output" },
	{ 0 }
};

enum format { FORMAT_NONE, FORMAT_TEXT, FORMAT_JSON, FORMAT_NPY, FORMAT_SONGDO, FORMAT_CSV };
static const char *const format_names[] = { "", "text", "json", "npy", "songdo", "csv", NULL };
static const char *const precision_names[] = { "double", "single", NULL };
static const char *const action_names[] = { "info", "export", "compare", NULL };
enum action { INFO, EXPORT, COMPARE };

enum { PIECE = 1 << 16, TOP_MOST = 1 << 16 };

struct request {
	int action, format, precision;   /* precision: -1 where not given */
	uint64_t top;
	double tolerance;                /* negative where not given */
	const char *output, *file, *other;
	bool has[5];                     /* by option */
};

/* ---- Reading ------------------------------------------------------------------------------------- */

/* Two states, or one twice, read piece by piece. */
struct walk {
	struct store store;
	double complex *piece;
	uint64_t checksum;
};

static songdo_status walk_open(struct walk *walk, const char *file, songdo_error *error)
{
	songdo_status status = store_open(&walk->store, file, error);

	walk->checksum = 0;
	walk->piece = malloc(PIECE * sizeof(*walk->piece));
	if (status == SONGDO_OK && walk->piece == NULL)
		status = error_set(error, SONGDO_NO_FIT, "out of memory");
	if (status == SONGDO_OK && bit_count(walk->store.count) != 1) {
		error_set(error, SONGDO_BAD_PROGRAM, "%.160s: %" PRIu64 " amplitudes are no state of qubits", file,
		          walk->store.count);
		error_hint(error, "a state of n qubits has 2^n");
		status = SONGDO_BAD_PROGRAM;
	}
	return status;
}

static void walk_close(struct walk *walk)
{
	store_close(&walk->store);
	free(walk->piece);
}

/* The piece that starts at `first`; the checksum is that of all that was read. */
static songdo_status walk_read(struct walk *walk, uint64_t first, uint64_t *count, songdo_error *error)
{
	*count = min_u64(walk->store.count - first, PIECE);
	return store_read(&walk->store, walk->piece, first, *count, &walk->checksum, error);
}

static double weight(double complex value) { return creal(value) * creal(value) + cimag(value) * cimag(value); }

static const char *bit_string(char buffer[65], uint64_t index, unsigned qubits)
{
	for (unsigned q = 0; q < qubits; q++)
		buffer[qubits - 1 - q] = (char)('0' + (index >> q & 1));
	buffer[qubits] = '\0';
	return buffer;
}

static const char *precision_text(songdo_precision precision)
{
	return precision == SONGDO_DOUBLE ? "double" : "single";
}

/* ---- Info ------------------------------------------------------------------------------------------ */

struct amplitude { uint64_t index; double complex value; double probability; };

struct summary {
	struct amplitude *top;           /* descending */
	uint64_t count, most;
	double norm;
};

static void note_amplitude(struct summary *summary, uint64_t index, double complex value)
{
	const double probability = weight(value);
	uint64_t at = summary->count;

	summary->norm += probability;
	if (summary->most == 0 || (at == summary->most && probability <= summary->top[at - 1].probability))
		return;
	if (at == summary->most)
		at--;
	else
		summary->count++;
	for (; at > 0 && summary->top[at - 1].probability < probability; at--)
		summary->top[at] = summary->top[at - 1];
	summary->top[at] = (struct amplitude){ index, value, probability };
}

static void info_json(struct text *text, const struct request *request, const struct store *store,
                      const struct summary *summary)
{
	const unsigned qubits = bit_highest(store->count);
	struct json json;
	char bits[65];

	json_init(&json, text, 2);
	json_object(&json);
	json_key(&json, "schema");
	json_string(&json, "songdo.state/1");
	json_key(&json, "file");
	json_string(&json, request->file);
	json_key(&json, "format");
	json_string(&json, store->format == STORE_SONGDO ? "songdo" : "npy");
	json_key(&json, "qubits");
	json_u64(&json, qubits);
	json_key(&json, "amplitudes");
	json_u64(&json, store->count);
	json_key(&json, "precision");
	json_string(&json, precision_text(store->precision));
	json_key(&json, "norm");
	json_double(&json, sqrt(summary->norm));
	json_key(&json, "top");
	json_array(&json);
	for (uint64_t i = 0; i < summary->count; i++) {
		json_object(&json);
		json_key(&json, "index");
		json_u64(&json, summary->top[i].index);
		json_key(&json, "bits");
		json_string(&json, bit_string(bits, summary->top[i].index, qubits));
		json_key(&json, "amplitude");
		json_array(&json);
		json_double(&json, creal(summary->top[i].value));
		json_double(&json, cimag(summary->top[i].value));
		json_array_end(&json);
		json_key(&json, "probability");
		json_double(&json, summary->top[i].probability);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	text_add(text, "\n");
}

static void info_text(struct text *text, const struct request *request, const struct store *store,
                      const struct summary *summary)
{
	const unsigned qubits = bit_highest(store->count);
	char bits[65];

	text_add_format(text, "%-10s %s\n", "file", request->file);
	text_add_format(text, "%-10s %s\n", "format", store->format == STORE_SONGDO ? "songdo, checksum right" : "npy");
	text_add_format(text, "%-10s %u, %" PRIu64 " amplitudes\n", "qubits", qubits, store->count);
	text_add_format(text, "%-10s %s (complex%d)\n", "precision", precision_text(store->precision),
	                store->precision == SONGDO_DOUBLE ? 128 : 64);
	text_add_format(text, "%-10s %.15g\n", "norm", sqrt(summary->norm));
	text_add_format(text, summary->count > 0 ? "largest amplitudes:\n" : "");
	for (uint64_t i = 0; i < summary->count; i++)
		text_add_format(text, "%s  %12.9f %+12.9fi  %.9f\n", bit_string(bits, summary->top[i].index, qubits),
		                creal(summary->top[i].value), cimag(summary->top[i].value),
		                summary->top[i].probability);
}

static songdo_status inform(struct text *text, const struct request *request, songdo_error *error)
{
	struct summary summary = { .most = request->has[TOP] ? request->top : 8 };
	struct walk walk;
	uint64_t count = 0;
	songdo_status status = walk_open(&walk, request->file, error);

	summary.top = malloc((summary.most + 1) * sizeof(*summary.top));
	if (status == SONGDO_OK && summary.top == NULL)
		status = error_set(error, SONGDO_NO_FIT, "out of memory");
	for (uint64_t first = 0; status == SONGDO_OK && first < walk.store.count; first += count) {
		status = walk_read(&walk, first, &count, error);
		for (uint64_t i = 0; i < count && status == SONGDO_OK; i++)
			note_amplitude(&summary, first + i, walk.piece[i]);
	}
	if (status == SONGDO_OK)
		status = store_check(&walk.store, walk.checksum, error);
	if (status == SONGDO_OK)
		request->format == FORMAT_JSON ? info_json(text, request, &walk.store, &summary)
		                               : info_text(text, request, &walk.store, &summary);
	walk_close(&walk);
	free(summary.top);
	return status;
}

/* ---- Export ---------------------------------------------------------------------------------------- */

static songdo_status export_csv(struct text *text, const struct request *request, struct walk *walk,
                                songdo_error *error)
{
	const unsigned qubits = bit_highest(walk->store.count);
	songdo_status status = SONGDO_OK;
	uint64_t count = 0;
	char bits[65];

	if (walk->store.count > (uint64_t)CLI_FILE_LIMIT / 64)
		return error_set(error, SONGDO_NO_FIT, "a state of %u qubits is too large for text", qubits);
	text_add(text, "index,bits,re,im,probability\n");
	for (uint64_t first = 0; status == SONGDO_OK && first < walk->store.count; first += count) {
		status = walk_read(walk, first, &count, error);
		for (uint64_t i = 0; i < count && status == SONGDO_OK; i++) {
			double complex value = walk->piece[i];
			if (request->precision == 1)
				value = (float complex)value;
			text_add_format(text, "%" PRIu64 ",%s,%.17g,%.17g,%.17g\n", first + i,
			                bit_string(bits, first + i, qubits), creal(value), cimag(value), weight(value));
		}
	}
	return status == SONGDO_OK ? store_check(&walk->store, walk->checksum, error) : status;
}

static songdo_status export_binary(const struct request *request, enum store_format format, struct walk *walk,
                                   songdo_error *error)
{
	const songdo_precision precision =
	        request->precision < 0 ? walk->store.precision : (songdo_precision)request->precision;
	const uint64_t unit = precision == SONGDO_DOUBLE ? 16 : 8, header = store_header_bytes(format);
	struct store_writer writer;
	uint64_t count = 0, checksum = 0;
	songdo_status status = store_create(&writer, request->output, header + walk->store.count * unit, error);

	for (uint64_t first = 0; status == SONGDO_OK && first < walk->store.count; first += count) {
		status = walk_read(walk, first, &count, error);
		if (precision == SONGDO_SINGLE && status == SONGDO_OK)
			for (uint64_t i = 0; i < count; i++) {
				const float complex single = (float complex)walk->piece[i];
				memcpy((char *)walk->piece + 8 * i, &single, sizeof(single));
			}
		if (status == SONGDO_OK && format == STORE_SONGDO)
			checksum += store_checksum(walk->piece, count * unit / 8, first * unit / 8);
		if (status == SONGDO_OK)
			status = store_put(&writer, walk->piece, count * unit, header + first * unit, error);
	}
	if (status == SONGDO_OK)
		status = store_check(&walk->store, walk->checksum, error);
	if (status == SONGDO_OK)
		status = store_put_header(&writer, format, precision, walk->store.count, checksum, error);
	if (status == SONGDO_OK)
		status = store_sync(&writer, error);
	if (status == SONGDO_OK)
		status = store_name(&writer, error);
	store_drop(&writer);
	return status;
}

static songdo_status export_state(struct text *text, const struct request *request, songdo_error *error)
{
	struct walk walk;
	songdo_status status = walk_open(&walk, request->file, error);

	if (status == SONGDO_OK && request->format == FORMAT_CSV)
		status = export_csv(text, request, &walk, error);
	else if (status == SONGDO_OK)
		status = export_binary(request, request->format == FORMAT_SONGDO ? STORE_SONGDO : STORE_NPY, &walk, error);
	walk_close(&walk);
	return status;
}

/* ---- Compare --------------------------------------------------------------------------------------- */

struct comparison {
	double complex overlap;          /* <a|b> */
	double norm[2];                  /* squared */
	double distance, largest;        /* after the phase of the overlap is taken off b */
	double fidelity, tolerance;
	bool same_size, equal;
};

/* First the overlap, whose phase the second reading takes off. */
static songdo_status read_both(struct walk walk[2], struct comparison *comparison, bool second, songdo_error *error)
{
	const double complex overlap = comparison->overlap;
	const double complex phase = cabs(overlap) > 0 ? conj(overlap) / cabs(overlap) : 1;
	songdo_status status = SONGDO_OK;
	uint64_t count = 0;

	for (uint64_t first = 0; status == SONGDO_OK && first < walk[0].store.count; first += count) {
		status = walk_read(&walk[0], first, &count, error);
		if (status == SONGDO_OK)
			status = walk_read(&walk[1], first, &count, error);
		for (uint64_t i = 0; i < count && status == SONGDO_OK; i++) {
			const double complex a = walk[0].piece[i], b = walk[1].piece[i];
			if (second) {
				const double apart = weight(a - phase * b);
				comparison->distance += apart;
				comparison->largest = fmax(comparison->largest, apart);
			} else {
				comparison->overlap += conj(a) * b;
				comparison->norm[0] += weight(a);
				comparison->norm[1] += weight(b);
			}
		}
	}
	return status;
}

static void compare_text(struct text *text, const struct request *request, const struct walk walk[2],
                         const struct comparison *comparison)
{
	if (!comparison->same_size) {
		text_add_format(text, "different: %s has %u qubits, %s has %u\n", request->file,
		                bit_highest(walk[0].store.count), request->other, bit_highest(walk[1].store.count));
		return;
	}
	text_add_format(text, "%-10s %.15g\n", "fidelity", comparison->fidelity);
	text_add_format(text, "%-10s %.3g, of the amplitudes at most %.3g\n", "distance", comparison->distance,
	                comparison->largest);
	text_add_format(text, "%s within %g\n", comparison->equal ? "equal" : "not equal", comparison->tolerance);
}

static void compare_json(struct text *text, const struct request *request, const struct walk walk[2],
                         const struct comparison *comparison)
{
	struct json json;

	json_init(&json, text, 2);
	json_object(&json);
	json_key(&json, "schema");
	json_string(&json, "songdo.state/1");
	json_key(&json, "files");
	json_array(&json);
	json_string(&json, request->file);
	json_string(&json, request->other);
	json_array_end(&json);
	json_key(&json, "qubits");
	json_array(&json);
	json_u64(&json, bit_highest(walk[0].store.count));
	json_u64(&json, bit_highest(walk[1].store.count));
	json_array_end(&json);
	json_key(&json, "equal");
	json_bool(&json, comparison->equal);
	if (comparison->same_size) {
		json_key(&json, "fidelity");
		json_double(&json, comparison->fidelity);
		json_key(&json, "distance");
		json_double(&json, comparison->distance);
		json_key(&json, "largest_difference");
		json_double(&json, comparison->largest);
		json_key(&json, "tolerance");
		json_double(&json, comparison->tolerance);
	}
	json_object_end(&json);
	text_add(text, "\n");
}

static songdo_status compare(struct text *text, const struct request *request, songdo_error *error)
{
	struct comparison comparison = { .tolerance = request->tolerance };
	struct walk walk[2] = { { .store.descriptor = -1 }, { .store.descriptor = -1 } };
	songdo_status status = walk_open(&walk[0], request->file, error);

	if (status == SONGDO_OK)
		status = walk_open(&walk[1], request->other, error);
	if (status != SONGDO_OK)
		goto done;
	comparison.same_size = walk[0].store.count == walk[1].store.count;
	if (comparison.tolerance < 0)
		comparison.tolerance =
		        walk[0].store.precision == SONGDO_SINGLE || walk[1].store.precision == SONGDO_SINGLE ? 1e-5
		                                                                                             : 1e-9;
	if (comparison.same_size) {
		status = read_both(walk, &comparison, false, error);
		for (int i = 0; i < 2 && status == SONGDO_OK; i++)
			status = store_check(&walk[i].store, walk[i].checksum, error);
		if (status == SONGDO_OK)
			status = read_both(walk, &comparison, true, error);
		if (status != SONGDO_OK)
			goto done;
		comparison.distance = sqrt(comparison.distance);
		comparison.largest = sqrt(comparison.largest);
		comparison.fidelity = comparison.norm[0] > 0 && comparison.norm[1] > 0 ?
		                      weight(comparison.overlap) / (comparison.norm[0] * comparison.norm[1]) : 0;
		comparison.equal = comparison.distance <= comparison.tolerance;
	}
	request->format == FORMAT_JSON ? compare_json(text, request, walk, &comparison)
	                               : compare_text(text, request, walk, &comparison);
	status = comparison.equal ? SONGDO_OK : SONGDO_NEGATIVE;
done:
	walk_close(&walk[0]);
	walk_close(&walk[1]);
	return status;
}

/* ---- The command ------------------------------------------------------------------------------------- */

static int read_option(struct request *request, int option, const char *value)
{
	const char *name = options_state[option].name;
	char *end;
	bool good = true;

	request->has[option] = true;
	switch (option) {
	case TOP: good = option_u64(&request->top, name, value, 0, TOP_MOST); break;
	case PRECISION: good = option_choice(&request->precision, name, value, precision_names); break;
	case TOLERANCE:
		request->tolerance = strtod(value, &end);
		good = end != value && *end == '\0' && request->tolerance >= 0 && isfinite(request->tolerance);
		if (!good)
			cli_say("--tolerance wants a number from 0, such as 1e-6, not \"%.60s\"", value);
		break;
	case FORMAT:
		good = option_choice(&request->format, name, value, format_names + 1);
		request->format++;
		break;
	case OUTPUT: request->output = value; break;
	}
	return good ? SONGDO_OK : SONGDO_BAD_USAGE;
}

static bool ends_with(const char *name, const char *end)
{
	const size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* What export writes is said by --format, else by the name of the output. */
static int choose_export(const struct command *command, struct request *request)
{
	const bool screen = request->output == NULL || strcmp(request->output, "-") == 0;

	if (request->format == FORMAT_NONE && !screen)
		request->format = ends_with(request->output, ".csv")      ? FORMAT_CSV
		                  : ends_with(request->output, ".songdo") ? FORMAT_SONGDO
		                  : ends_with(request->output, ".npy")    ? FORMAT_NPY
		                                                          : FORMAT_NONE;
	if (request->format == FORMAT_NONE && !screen)
		return cli_usage(command, "what is %.60s to be? End it in .npy, .songdo or .csv, or say --format", request->output);
	if (request->format == FORMAT_NONE)
		request->format = FORMAT_CSV;
	if (request->format == FORMAT_TEXT || request->format == FORMAT_JSON)
		return cli_usage(command, "export writes npy, songdo or csv");
	if (screen && request->format != FORMAT_CSV)
		return cli_usage(command, "only csv goes to standard output; name a file with -o");
	return SONGDO_OK;
}

static int check_request(const struct command *command, struct request *request, int argc, char **argv)
{
	const int files = argc - optind - 1;
	bool fits[ARRAY_LENGTH(request->has)] = { [FORMAT] = true, [OUTPUT] = true };

	if (files < 0)
		return cli_usage(command, "which action? info, export or compare");
	if (!option_choice(&request->action, NULL, argv[optind], action_names))
		return SONGDO_BAD_USAGE;
	if (files != (request->action == COMPARE ? 2 : 1))
		return cli_usage(command, request->action == COMPARE ? "compare wants two files" : "%s wants one file", argv[optind]);
	request->file = argv[optind + 1];
	request->other = files == 2 ? argv[optind + 2] : NULL;
	fits[request->action == INFO ? TOP : request->action == EXPORT ? PRECISION : TOLERANCE] = true;
	for (int i = 0; i < (int)ARRAY_LENGTH(fits); i++)
		if (request->has[i] && !fits[i])
			return cli_usage(command, "--%s is no option of %s", options_state[i].name, action_names[request->action]);
	if (request->action == EXPORT)
		return choose_export(command, request);
	if (request->format > FORMAT_JSON)
		return cli_usage(command, "%s writes text or json", action_names[request->action]);
	return SONGDO_OK;
}

static int act(const struct request *request, songdo_env *env)
{
	const bool binary = request->action == EXPORT && request->format != FORMAT_CSV;
	struct text text = { 0 };
	songdo_error error = { 0 };
	songdo_status status = SONGDO_OK;
	int code = output_check(env, request->output);

	if (code != SONGDO_OK)
		return code;
	if (songdo_env_rank(env) == 0) {
		status = request->action == INFO     ? inform(&text, request, &error)
		         : request->action == EXPORT ? export_state(&text, request, &error)
		                                     : compare(&text, request, &error);
		if (status != SONGDO_OK && status != SONGDO_NEGATIVE) {
			error.code = status;
			cli_complain(&error, request->file, NULL, 0);
		}
	}
	code = (int)comm_agree(env->comm, status);
	if ((code == SONGDO_OK || code == SONGDO_NEGATIVE) && !binary) {
		const int written = output_write(env, request->output, &text);
		return written != SONGDO_OK ? written : code;
	}
	text_fini(&text);
	return code;
}

static int state_main(const struct command *command, int argc, char **argv)
{
	struct request request = { .precision = -1, .tolerance = -1 };
	struct options options;
	songdo_env *env = NULL;
	int option, code = SONGDO_NO_FIT;

	if (!options_open(&options, command, argc, argv))
		return code;
	while ((option = options_next(&options, &code)) >= 0)
		if ((code = read_option(&request, option, options.value)) != SONGDO_OK)
			break;
	options_close(&options);
	if (option != OPTIONS_END)
		return code;
	code = check_request(command, &request, argc, argv);
	if (code != SONGDO_OK)
		return code;
	code = cli_open_env(&env, &(songdo_env_options){ .machine = "" });
	if (code == SONGDO_OK)
		code = act(&request, env);
	songdo_env_close(env);
	return code;
}

const struct command command_state = {
	.name = "state",
	.usage = "state info|export|compare FILE [FILE] [options]",
	.summary = "Look into saved states (.npy, .songdo), write them in another form, compare two.",
	.options = options_state,
	.examples = "  songdo state info ghz.npy --top 4\n"
	            "  songdo state export ghz.npy -o ghz.songdo --precision single\n"
	            "  songdo state export ghz.npy -o ghz.csv\n"
	            "  songdo state compare ghz.npy ghz.songdo --tolerance 1e-6\n",
	.run = state_main,
};
