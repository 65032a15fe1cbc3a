/* test_env.c - opening envs: threads, instruction sets, memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "vector/vector.h"

Test(env, opens_with_defaults)
{
	songdo_env *env;
	cr_assert_eq(songdo_env_open(&env, NULL, NULL), SONGDO_OK);
	cr_assert_eq(songdo_env_rank(env), 0);
	cr_assert_eq(songdo_env_ranks(env), 1);
	cr_assert_geq(songdo_env_threads(env), 1);
	songdo_env_close(env);
	songdo_env_close(NULL);
}

Test(env, takes_every_instruction_set_that_is_here)
{
	for (int isa = 0; isa < KERNEL_ISAS; isa++) {
		songdo_env *env;
		songdo_error error = {0};
		songdo_env_options options = {.isa = kernel_name((enum kernel_isa)isa)};
		songdo_status status = songdo_env_open(&env, &options, &error);
		if (kernel_missing((enum kernel_isa)isa)) {
			cr_assert_eq(status, SONGDO_BAD_CONFIGURATION);
			cr_assert_null(env);
			cr_assert(strstr(error.message, options.isa) && strstr(error.message, "here are scalar"), "%s", error.message);
		} else {
			cr_assert_eq(status, SONGDO_OK);
			cr_assert_str_eq(songdo_env_isa(env), options.isa);
			songdo_env_close(env);
		}
	}
}

Test(env, takes_the_instruction_set_from_the_environment_unless_told)
{
	songdo_env *env;
	songdo_error error = {0};
	setenv("SONGDO_ISA", "scalar", 1);
	cr_assert_eq(songdo_env_open(&env, NULL, NULL), SONGDO_OK);
	cr_assert_str_eq(songdo_env_isa(env), "scalar");
	songdo_env_close(env);

	setenv("SONGDO_ISA", "abacus", 1);
	cr_assert_eq(songdo_env_open(&env, NULL, &error), SONGDO_BAD_CONFIGURATION);
	cr_assert_null(env);
	cr_assert_eq(error.code, SONGDO_BAD_CONFIGURATION);
	cr_assert(strstr(error.message, "abacus") && strstr(error.message, "here are scalar"), "%s", error.message);

	songdo_env_options options = {.isa = "scalar"};
	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	songdo_env_close(env);
	setenv("SONGDO_ISA", "", 1);
	cr_assert_eq(songdo_env_open(&env, NULL, NULL), SONGDO_OK);
	cr_assert_str_eq(songdo_env_isa(env), kernel_name(kernel_best()));
	songdo_env_close(env);
}

Test(env, refuses_absurd_thread_counts)
{
	static const int threads[] = {-1, 4097};
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++) {
		songdo_env *env;
		songdo_error error = {0};
		songdo_env_options options = {.threads = threads[i]};
		cr_assert_eq(songdo_env_open(&env, &options, &error), SONGDO_BAD_USAGE);
		cr_assert_null(env);
		cr_assert(strstr(error.message, "threads"), "%s", error.message);
	}
}

Test(env, opening_costs_little)
{
	songdo_env *env;
	double best = 1;
	for (int i = 0; i < 20; i++) {
		double start = cpu_seconds();
		cr_assert_eq(songdo_env_open(&env, NULL, NULL), SONGDO_OK);
		songdo_env_close(env);
		double seconds = cpu_seconds() - start;
		best = seconds < best ? seconds : best;
	}
	cr_assert_lt(best, 1e-3);
}

Test(env, memory_is_bounded_by_the_caller_and_by_what_is_free)
{
	songdo_env *env;
	uint64_t left, all = memory_available();
	songdo_env_options options = {.max_memory = 1 << 20};
	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	cr_assert_eq(env_memory_left(env, &left), SONGDO_OK);
	cr_assert_eq(left, 1 << 20);
	cr_assert_eq(env_memory_check(env, 1 << 20, &left), SONGDO_OK);
	cr_assert_eq(env_memory_check(env, (1 << 20) + 1, &left), SONGDO_NO_FIT);
	cr_assert_eq(left, 1 << 20);
	songdo_env_close(env);

	options.max_memory = UINT64_MAX;
	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	cr_assert_eq(env_memory_check(env, 2 * all, &left), SONGDO_NO_FIT);
	cr_assert(left < 2 * all && left > all / 4, "%llu of %llu", (unsigned long long)left, (unsigned long long)all);
	songdo_env_close(env);
}
