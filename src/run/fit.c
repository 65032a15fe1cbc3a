/* fit.c - what fits: sizes of states on ranks, and the refusal that names the figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"

uint32_t run_state_bits(uint64_t joined, unsigned rank_bits)
{
	return (uint32_t)max_u64(min_u64(joined, UINT32_MAX), RUN_LOCAL_BITS + rank_bits);
}

uint64_t run_rank_bytes(uint64_t joined, uint64_t ranks, songdo_precision precision)
{
	const uint32_t bits = run_state_bits(joined, bit_highest(ranks));

	return bits > MAX_BITS ? UINT64_MAX : state_rank_bytes(bits, (int)ranks, precision);
}

/* The most qubits that fit into `left` bytes a rank. */
static unsigned most_qubits(uint64_t ranks, songdo_precision precision, uint64_t shots_bytes, uint64_t left)
{
	unsigned n = 0;

	while (n < MAX_BITS && add_saturated(run_rank_bytes(n + 1, ranks, precision), shots_bytes) <= left)
		n++;
	return n;
}

songdo_status run_check_ranks(uint64_t ranks, songdo_error *error)
{
	uint64_t below;

	if (ranks > 0 && ranks < (1u << 30) && bit_count(ranks) == 1)
		return SONGDO_OK;
	below = bit_mask(bit_highest(max_u64(min_u64(ranks, 1u << 29), 1)));
	error_set(error, SONGDO_NO_FIT, "a state of qubits needs a power of two of ranks, not %llu", (unsigned long long)ranks);
	error_hint(error, "start %llu or %llu ranks", (unsigned long long)below, (unsigned long long)(2 * below));
	return SONGDO_NO_FIT;
}

songdo_status run_fit(uint64_t joined, uint64_t ranks, songdo_precision precision, uint64_t shots_bytes, uint64_t left,
                      songdo_error *error)
{
	const uint64_t need = add_saturated(run_rank_bytes(joined, ranks, precision), shots_bytes);
	char need_text[32], left_text[32];
	uint64_t enough = ranks;

	if (need <= left && joined <= MAX_BITS)
		return SONGDO_OK;
	/* What one rank holds is asked of more ranks, each with as much memory. */
	while (enough < (1u << 24) && add_saturated(run_rank_bytes(joined, enough, precision), shots_bytes) > left)
		enough *= 2;
	memory_text(left_text, left);
	if (need == UINT64_MAX)
		error_set(error, SONGDO_NO_FIT, "%llu qubits in one state are more than any machine holds; a rank has %s free",
		          (unsigned long long)joined, left_text);
	else
		error_set(error, SONGDO_NO_FIT, "%llu qubits in %s precision need %s on each of %llu rank%s, where %s are free",
		          (unsigned long long)joined, precision == SONGDO_DOUBLE ? "double" : "single",
		          memory_text(need_text, need), (unsigned long long)ranks, ranks == 1 ? "" : "s", left_text);
	if (enough < (1u << 24) && joined <= MAX_BITS)
		error_hint(error, "%u qubits fit here in double precision, %u in single; %llu would fit on %llu ranks with as much memory each",
		           most_qubits(ranks, SONGDO_DOUBLE, shots_bytes, left), most_qubits(ranks, SONGDO_SINGLE, shots_bytes, left),
		           (unsigned long long)joined, (unsigned long long)enough);
	else
		error_hint(error, "%u qubits fit here in double precision, %u in single",
		           most_qubits(ranks, SONGDO_DOUBLE, shots_bytes, left), most_qubits(ranks, SONGDO_SINGLE, shots_bytes, left));
	return SONGDO_NO_FIT;
}
