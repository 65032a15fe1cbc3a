/* fuzz_qasm.c - any bytes as a program, for libFuzzer: parsing, checking and lowering end without a fault.
 *
 *   clang -g -O1 -D_GNU_SOURCE -DSONGDO_VERSION='"0"' -Iinclude -Isrc -fsanitize=fuzzer,address,undefined \
 *       $(ls src/{base,op,circuit,program,qasm}/[a-z]*.c | grep -v topology.c) tests/qasm/fuzz_qasm.c -o fuzz_qasm -lm -ldl
 *   mkdir corpus && ./fuzz_qasm -max_total_time=600 corpus tests/qasm/fixtures/accepted tests/qasm/fixtures/refused
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "qasm/diagnose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	songdo_error errors[20];
	songdo_program *program;
	size_t count;
	const songdo_status status = songdo_program_parse(&program, (const char *)data, size, NULL, errors, 20, &count);
	struct text out = {0};
	unsigned wrong = 0;
	for (size_t i = 0; i < count; i++) {
		diagnose_render(&out, &errors[i], "<text>", (const char *)data, size);
		wrong += !errors[i].warning;
	}
	text_fini(&out);
	if ((status == SONGDO_OK) != (wrong == 0) || (status == SONGDO_OK) != (program != NULL))
		abort();
	songdo_program_free(program);
	return 0;
}
