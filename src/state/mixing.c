/* mixing.c - layers of phases and X mixers: which bits are turned in which pass.
 *
 * The local bits fall into groups: the lowest ones, which a pass works tile by tile in cache ("near"), and a few at a
 * time of the others, which a pass holds in registers ("far"). All turns of a layer commute, so a layer may take its
 * groups in any order, and the last group of a layer is the first of the next: that pass turns, multiplies the phase
 * between the layers on, and turns again. A layer of G groups so costs G - 1 passes, and the first one more.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "state/mixing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"
#include "base/text.h"

enum {
	LEAST_LOCAL = 3, /* local bits beside those that a remap may trade: a whole vector of any kernel */
	NEAR_SPLIT = 3, /* a large state has at least 2^NEAR_SPLIT near tiles for its threads */
	SMALL_BITS = 14, /* below, one thread works */
	GROUPS = 32,
	FAR_CLOSE = 11,
	FAR_MIDDLE = 17,
	FAR_APART = 19, /* see far_width */
	FILL = 1024,
};

unsigned mixing_bits(unsigned variables, int ranks)
{
	const unsigned rank_bits = bit_highest((uint64_t)ranks), least = 2 * rank_bits + LEAST_LOCAL;
	return variables > least ? variables : least;
}

uint64_t mixing_rank_bytes(unsigned variables, int ranks, songdo_precision precision)
{
	const unsigned bits = mixing_bits(variables, ranks), rank_bits = bit_highest((uint64_t)ranks);
	if (bits > MAX_BITS)
		return UINT64_MAX;
	const uint64_t entries = bit_mask(bits - rank_bits);
	return add_saturated(state_rank_bytes(bits, ranks, precision),
	                     variables > bits - rank_bits ? 2 * entries : entries);
}

/* ---- Groups of bits ----------------------------------------------------------------------------------- */

struct bit_group {
	unsigned low, count; /* bits [low, low + count) */
	unsigned near; /* > 0: a near pass over tiles of so many bits, which turns the lowest `count`; low is 0 */
};

struct groups {
	struct bit_group group[GROUPS];
	unsigned count;
};

/* The bits of a far pass from `low` on: amplitudes that lie some hundred KiB apart fall into the same sets of a cache,
 * so few of them are taken together there (measured: three bits cost one sweep anywhere, five bits from 2^13 to 2^17
 * on two to three). */
static unsigned far_width(unsigned low)
{
	return low < FAR_CLOSE || low >= FAR_APART ? KERNEL_FAR_BITS : low >= FAR_MIDDLE ? 4 : 3;
}

static void add_far(struct groups *groups, unsigned from, unsigned to)
{
	while (from < to) {
		unsigned count = to - from;
		if (count > far_width(from))
			/* Equal shares: six bits are three and three. */
			count = count < 2 * far_width(from) ? (count + 1) / 2 : far_width(from);
		assert(groups->count < GROUPS);
		groups->group[groups->count++] = (struct bit_group){from, count, 0};
		from += count;
	}
}

/* Group the bits [0, turned) of 2^local_bits amplitudes; the top `traded` of them for themselves, first. */
static void group_bits(struct groups *groups, unsigned local_bits, unsigned turned, unsigned traded)
{
	const unsigned rest = turned - traded, tile = rest > LEAST_LOCAL ? rest : LEAST_LOCAL;
	unsigned most = KERNEL_NEAR_BITS, near = tile;
	groups->count = 0;
	add_far(groups, rest, turned);
	if (local_bits >= SMALL_BITS && most > local_bits - NEAR_SPLIT)
		most = local_bits - NEAR_SPLIT;
	if (near > most)
		near = most;
	groups->group[groups->count++] = (struct bit_group){0, rest < near ? rest : near, near};
	add_far(groups, near, rest);
}

/* ---- One pass ----------------------------------------------------------------------------------------- */

struct mixing_pass {
	const struct vector *vector;
	const struct bit_group *group;
	struct kernel_mix mix;
};

static void near_tiles(void *context, uint64_t begin, uint64_t end)
{
	const struct mixing_pass *pass = context;
	const unsigned mode = kernel_mode_enter(), bits = pass->group->near;
	for (uint64_t tile = begin; tile < end; tile++)
		pass->vector->kernel->mixer->near(&pass->mix, pass->vector->amplitudes, tile << bits, bits,
		                                  pass->group->count);
	kernel_mode_restore(mode);
}

static void far_runs(void *context, uint64_t begin, uint64_t end)
{
	const struct mixing_pass *pass = context;
	const unsigned mode = kernel_mode_enter();
	pass->vector->kernel->mixer->far(&pass->mix, pass->vector->amplitudes, pass->group->low, pass->group->count,
	                                 begin << LEAST_LOCAL, end << LEAST_LOCAL);
	kernel_mode_restore(mode);
}

static void run_pass(struct mixing *mixing, const struct bit_group *group, const struct kernel_mix *mix)
{
	struct vector *vector = mixing->state->vector;
	struct mixing_pass pass = {vector, group, *mix};
	const int threads = vector_threads(vector);
	const unsigned turns = (mix->tangent[0] != 0) + (mix->tangent[1] != 0);
	if (group->near)
		parallel_for(threads, vector->local >> group->near, near_tiles, &pass);
	else
		parallel_for(threads, vector->local >> (group->count + LEAST_LOCAL), far_runs, &pass);
	vector->env->cost.sweeps++;
	vector->env->cost.flops += (uint64_t)(turns * group->count * 4 + (mix->phase ? 6 : 0)) * vector->local;
}

/* ---- Angles ------------------------------------------------------------------------------------------- */

/* A mixer's angle as turns of a tangent of at most 1. */
struct turn {
	double tangent; /* in the kernel's precision */
	double scale; /* that each turned bit loses in all of them */
	bool twice; /* two turns, of half the angle each */
};

static struct turn make_turn(double beta, songdo_precision precision)
{
	const double angle = remainder(beta, M_PI); /* half a circle more is the sign of each bit */
	struct turn turn = {.twice = fabs(angle) > M_PI_4};
	turn.tangent = tan(turn.twice ? angle / 2 : angle);
	if (precision == SONGDO_SINGLE)
		turn.tangent = (float)turn.tangent;
	/* From the rounded tangent: the turn is then exactly orthogonal. */
	turn.scale = 1 / sqrt(1 + turn.tangent * turn.tangent);
	if (turn.twice)
		turn.scale *= turn.scale;
	if (remainder(rint((beta - angle) / M_PI), 2) != 0)
		turn.scale = -turn.scale;
	return turn;
}

struct factors {
	const struct table *table;
	const struct kernel_table *kernel;
	void *factor;
	double gamma, scale;
};

static void make_factors(void *context, uint64_t begin, uint64_t end)
{
	const struct factors *f = context;
	for (uint64_t i = begin; i < end; i++) {
		const double angle = -f->gamma * f->table->unit * f->table->step[i];
		const double value[2] = {f->scale * cos(angle), f->scale * sin(angle)};
		f->kernel->from_double((char *)f->factor + i * f->kernel->amplitude_bytes,
		                       (const double complex *)value, 0, 1);
	}
}

/* exp(-i gamma cost) times the scale, for the layout that the state is in. The cost's constant is a global phase. */
static struct kernel_phase make_phase(struct mixing *mixing, double gamma, double scale)
{
	const struct table *table = mixing_table(mixing);
	struct kernel_phase phase = {table->kind, table->entry, mixing->factor, -gamma * table->unit / (2 * M_PI),
	                             scale};
	if (table->values > 0) {
		struct factors factors = {table, mixing->state->vector->kernel, mixing->factor, gamma, scale};
		parallel_for(parallel_worth(table->env->threads, table->values * 64), table->values, make_factors,
		             &factors);
	}
	return phase;
}

/* ---- The start ---------------------------------------------------------------------------------------- */

struct filling {
	struct vector *vector;
	uint64_t base, states; /* positions from `states` on are idle */
	double amplitude;
	double complex piece[4][FILL]; /* amplitude * i^(ones + k) */
};

static void fill_pieces(void *context, uint64_t begin, uint64_t end)
{
	const struct filling *f = context;
	const struct kernel_table *kernel = f->vector->kernel;
	const uint64_t size = min_u64(FILL, f->vector->local);
	for (uint64_t p = begin; p < end; p++) {
		const uint64_t first = p * size, position = f->base + first;
		if (position >= f->states)
			memset((char *)f->vector->amplitudes + first * kernel->amplitude_bytes, 0,
			       size * kernel->amplitude_bytes);
		else
			kernel->from_double((char *)f->vector->amplitudes + first * kernel->amplitude_bytes,
			                    f->piece[bit_count(position) & 3], 0, size);
	}
}

/* The uniform superposition times i^(ones), the diagonal before the first turn. */
static songdo_status fill(struct mixing *mixing)
{
	struct vector *vector = mixing->state->vector;
	struct filling *f = malloc(sizeof *f);
	const songdo_status status = comm_agree(vector->env->comm, f ? SONGDO_OK : SONGDO_NO_FIT);
	if (!status) {
		static const double re[4] = {1, 0, -1, 0}, im[4] = {0, 1, 0, -1};
		const uint64_t size = min_u64(FILL, vector->local);
		f->vector = vector;
		f->states = bit_mask(mixing->variables);
		f->base = (uint64_t)comm_rank(vector->env->comm) * vector->local;
		f->amplitude = ldexp(mixing->variables & 1 ? M_SQRT1_2 : 1, -(int)(mixing->variables / 2));
		for (unsigned k = 0; k < 4; k++)
			for (uint64_t i = 0; i < size; i++) {
				const unsigned turn = (bit_count(i) + k) & 3;
				f->piece[k][i] = i < f->states ? __builtin_complex(f->amplitude * re[turn],
				                                                   f->amplitude * im[turn])
				                               : 0;
			}
		parallel_for(vector_threads(vector), vector->local / size, fill_pieces, f);
		mixing->exchanged = false;
	}
	free(f);
	return status;
}

/* ---- Layers ------------------------------------------------------------------------------------------- */

static songdo_status exchange(struct mixing *mixing)
{
	const unsigned m = mixing->state->local_bits;
	struct remap remap = {.count = (uint8_t)mixing->traded};
	for (unsigned i = 0; i < mixing->traded; i++) {
		remap.local[i] = (uint8_t)(m - mixing->traded + i);
		remap.rank[i] = (uint8_t)(m + i);
	}
	const songdo_status status = state_remap(mixing->state, &remap);
	mixing->exchanged ^= !status;
	return status;
}

/* Whether the caller wants an end; the ranks agree. */
static songdo_status poll(songdo_env *env)
{
	if (!env->cancelled)
		return SONGDO_OK;
	return comm_agree(env->comm, env->cancelled(env->cancel_context) ? SONGDO_INTERRUPTED : SONGDO_OK);
}

static void run_passes(struct mixing *mixing, const struct bit_group *group, const struct kernel_mix *mix, int times)
{
	for (int i = 0; i < times; i++)
		run_pass(mixing, group, mix);
}

songdo_status mixing_run(struct mixing *mixing, const double *gamma, const double *beta, unsigned layers)
{
	struct state *state = mixing->state;
	songdo_env *env = state->vector->env;
	const unsigned m = state->local_bits, turned = mixing->variables < m ? mixing->variables : m;
	struct kernel_mix open = {
		0}; /* the pass between two layers; its first turn is what the layer before left over */
	struct groups groups;
	songdo_status status = fill(mixing);
	group_bits(&groups, m, turned, mixing->traded);
	unsigned first = groups.count - 1; /* the group that opens the layer */
	unsigned top = 0; /* groups of variables that come from rank bits */
	while (groups.group[top].near == 0)
		top++;

	for (unsigned layer = 0; layer < layers && !status; layer++) {
		const struct turn turn = make_turn(beta[layer], state->vector->kernel->precision);
		const struct kernel_phase phase = make_phase(mixing, gamma[layer], pow(turn.scale, mixing->variables));
		const struct kernel_mix plain = {.tangent = {turn.tangent}};
		/* The group that the next layer opens with; variables that come from rank bits are in the first. */
		const unsigned last = mixing->traded || first != 0 ? 0 : groups.count - 1;
		const bool close = layer + 1 == layers;
		open.phase = &phase;
		open.tangent[1] = turn.tangent;
		run_pass(mixing, &groups.group[first], &open);

		/* Each group once, but for the one that was opened with and the one that is left for the next. */
		for (unsigned g = 0; g < groups.count; g++)
			run_passes(mixing, &groups.group[g], &plain,
			           (g != first && (g != last || mixing->traded || close)) + turn.twice);
		if (mixing->traded) {
			status = exchange(mixing);
			for (unsigned g = 0; g < top && !status; g++)
				run_passes(mixing, &groups.group[g], &plain, (g != last || close) + turn.twice);
		}
		open.tangent[0] = last != first || mixing->traded ? turn.tangent : 0;
		first = last;
		if (!status)
			status = poll(env);
	}
	return comm_agree(env->comm, status);
}

songdo_status mixing_settle(struct mixing *mixing) { return mixing->exchanged ? exchange(mixing) : SONGDO_OK; }

struct closing {
	struct vector *vector;
	uint64_t base;
};

static void close_pieces(void *context, uint64_t begin, uint64_t end)
{
	const struct closing *c = context;
	static const double re[4] = {1, 0, -1, 0}, im[4] = {0, -1, 0, 1};
	const uint64_t size = min_u64(FILL, c->vector->local);
	double complex piece[FILL];
	for (uint64_t p = begin; p < end; p++) {
		const uint64_t first = p * size;
		c->vector->kernel->to_double(piece, c->vector->amplitudes, first, first + size);
		for (uint64_t i = 0; i < size; i++) {
			const unsigned turn = bit_count(c->base + first + i) & 3;
			piece[i] *= __builtin_complex(re[turn], im[turn]);
		}
		c->vector->kernel->from_double(
			(char *)c->vector->amplitudes + first * c->vector->kernel->amplitude_bytes, piece, 0, size);
	}
}

songdo_status mixing_finish(struct mixing *mixing)
{
	struct vector *vector = mixing->state->vector;
	struct closing closing = {vector, (uint64_t)comm_rank(vector->env->comm) * vector->local};
	const songdo_status status = mixing_settle(mixing);
	if (!status)
		parallel_for(vector_threads(vector), vector->local / min_u64(FILL, vector->local), close_pieces,
		             &closing);
	return status;
}

const struct table *mixing_table(const struct mixing *mixing) { return mixing->table[mixing->exchanged]; }

/* ---- Making ------------------------------------------------------------------------------------------- */

/* Refuse what cannot fit, with the figures and what would. */
static songdo_status check_fit(songdo_env *env, songdo_precision precision, unsigned variables, songdo_error *error)
{
	const int ranks = comm_size(env->comm);
	const uint64_t need = mixing_rank_bytes(variables, ranks, precision);
	char need_text[16], left_text[16];
	unsigned fit = 0;
	uint64_t left;
	if (bit_count((uint64_t)ranks) != 1) {
		error_set(error, SONGDO_NO_FIT, "a state of qubits needs a power of two of ranks, not %d", ranks);
		error_hint(error, "start %d or %d ranks", 1 << bit_highest((uint64_t)ranks),
		           2 << bit_highest((uint64_t)ranks));
		return SONGDO_NO_FIT;
	}
	songdo_status status = env_memory_check(env, need, &left);
	if (status != SONGDO_NO_FIT)
		return status;
	while (fit < MAX_BITS && mixing_rank_bytes(fit + 1, ranks, precision) <= left)
		fit++;
	memory_text(left_text, left);
	if (need == UINT64_MAX)
		error_set(error, status,
		          "%u variables are 2^%u states, more than any machine holds; a rank has %s free", variables,
		          variables, left_text);
	else
		error_set(error, status,
		          "%u variables are 2^%u states; in %s precision they need at least %s on each of %d rank%s, "
		          "where %s are free",
		          variables, variables, precision == SONGDO_SINGLE ? "single" : "double",
		          memory_text(need_text, need), ranks, ranks == 1 ? "" : "s", left_text);
	error_hint(error, "%u variables fit here", fit);
	return status;
}

static songdo_status make_tables(struct mixing *mixing, songdo_env *env, const struct polynomial *polynomial,
                                 unsigned bits, unsigned local_bits, songdo_error *error)
{
	struct table_layout layout = {mixing->variables, bits, local_bits, 0};
	songdo_status status = table_new(&mixing->table[0], env, polynomial, &layout, NULL, error);
	if (status || mixing->traded == 0) {
		mixing->table[1] = mixing->table[0];
		return status;
	}
	layout.traded = mixing->traded;
	return table_new(&mixing->table[1], env, polynomial, &layout, mixing->table[0], error);
}

songdo_status mixing_new(struct mixing **mixing, songdo_env *env, songdo_precision precision,
                         const struct polynomial *polynomial, songdo_error *error)
{
	const unsigned bits = mixing_bits(polynomial->variables, comm_size(env->comm));
	*mixing = NULL;
	songdo_status status = check_fit(env, precision, polynomial->variables, error);
	if (status)
		return status;
	const unsigned m = bits - bit_highest((uint64_t)comm_size(env->comm));
	struct mixing *made = calloc(1, sizeof *made);
	status = comm_agree(env->comm, made ? SONGDO_OK : SONGDO_NO_FIT);
	if (status)
		goto done;
	made->variables = polynomial->variables;
	made->traded = polynomial->variables > m ? polynomial->variables - m : 0;
	/* The tables first: what kind they are decides whether all of it fits. */
	status = make_tables(made, env, polynomial, bits, m, error);
	if (!status)
		status = state_new(&made->state, env, precision, bits, bits, error);
	if (!status && made->table[0]->values > 0) {
		made->factor_bytes = made->table[0]->values * made->state->vector->kernel->amplitude_bytes;
		made->factor = memory_pages_new(&env->memory, made->factor_bytes);
		status = comm_agree(env->comm, made->factor ? SONGDO_OK : SONGDO_NO_FIT);
	}
done:
	if (status == SONGDO_NO_FIT && error && !error->message[0])
		error_set(error, status, "no memory for the layers");
	if (status)
		mixing_free(made);
	else
		*mixing = made;
	return status;
}

void mixing_free(struct mixing *mixing)
{
	if (!mixing)
		return;
	if (mixing->factor)
		memory_pages_free(&mixing->state->vector->env->memory, mixing->factor, mixing->factor_bytes);
	if (mixing->table[1] != mixing->table[0])
		table_free(mixing->table[1]);
	table_free(mixing->table[0]);
	state_free(mixing->state);
	free(mixing);
}
