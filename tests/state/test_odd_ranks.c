/* test_odd_ranks.c - a number of ranks that is no power of two cannot hold a state of qubits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "check.h"
#include "state/state.h"

int main(void)
{
	struct check check;
	songdo_env *env = NULL;
	songdo_error error = {0};
	struct state *state;
	check_begin(&check);
	check_case(&check, "three ranks are refused, and two or four proposed");
	CHECK(&check, songdo_env_open(&env, NULL, &error) == SONGDO_OK, "%s", error.message);
	CHECK(&check, songdo_env_ranks(env) == 3);
	CHECK(&check, state_new(&state, env, SONGDO_DOUBLE, 10, 10, &error) == SONGDO_NO_FIT && !state);
	CHECK(&check, strstr(error.message, "use 2 or 4"), "%s", error.message);

	check_case(&check, "a vector that is no state lives on three ranks");
	struct vector *vector;
	CHECK(&check, vector_new(&vector, env, SONGDO_DOUBLE, 4, 4, &error) == SONGDO_OK);
	uint64_t outcome[2] = {0};
	double norm, u[2] = {0, 0.999};
	CHECK(&check, vector_set(vector, 2, 0.6) == SONGDO_OK && vector_set(vector, 11, 0.8 * I) == SONGDO_OK);
	CHECK(&check, vector_norm(vector, &norm) == SONGDO_OK && norm > 0.999999 && norm < 1.000001);
	CHECK(&check, vector_sample(vector, u, 2, outcome, &error) == SONGDO_OK && outcome[0] == 2 && outcome[1] == 11);
	vector_free(vector);
	songdo_env_close(env);
	return check_end(&check);
}
