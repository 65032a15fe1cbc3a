/* nlopt_none.c - a build without NLopt.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/minimise.h"

bool nlopt_present(void) { return false; }

songdo_status nlopt_search(struct search *search, const double *start, const struct minimise_options *options)
{
	(void)search, (void)start, (void)options;
	return SONGDO_NO_FIT;
}
