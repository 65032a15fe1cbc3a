/* test_hostile.c - programs made to break a parser: each ends at once, with a plain message where it is wrong.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "front.h"

#define HEAD "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q; int n;\n"
#define HEAD2 "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\n"

enum { REPEATS = 100000, MESSAGES_BYTES = 65536 };

/* before, then `repeated` many times, middle, `closing` as many times, after. */
static const struct hostile {
	const char *name, *before, *repeated, *middle, *closing, *after;
	const char *wanted;   /* words of a diagnostic; NULL: it is accepted */
} cases[] = {
        {"parentheses", HEAD "rz(", "(", "1", ")", ") q;", "nested more than 256 deep"},
        {"parentheses in 2.0", HEAD2 "rz(", "(", "1", ")", ") q[0];", "nested more than 256 deep"},
        {"parentheses never closed", HEAD "rz(", "(", "", "", "", "nested more than 256 deep"},
        {"minus signs", HEAD "rz(", "-", "1", "", ") q;", "nested more than 256 deep"},
        {"functions", HEAD2 "rz(", "sin(", "1", ")", ") q[0];", "nested more than 256 deep"},
        {"casts", HEAD "n = ", "int(", "1", ")", ";", "nested more than 256 deep"},
        {"brackets", HEAD "x q", "[0", "", "]", ";", "nested more than 256 deep"},
        {"indices", HEAD "x q", "[0]", "", "", ";", "operators in a row"},
        {"sets", HEAD "array[int, 1] a = ", "{", "", "}", ";", "nested more than 256 deep"},
        {"blocks", HEAD, "{", "", "}", "", "nested more than 256 deep"},
        {"blocks never closed", HEAD, "{", "", "", "", "nested more than 256 deep"},
        {"ifs", HEAD, "if (n == 1) ", "x q;", "", "", "nested more than 256 deep"},
        {"powers", HEAD "rz(1", "**1", "", "", ") q;", "nested more than 256 deep"},
        {"sums", HEAD "rz(1", "+1", "", "", ") q;", "operators in a row"},
        {"concatenations", HEAD "let a = q", "++q", "", "", ";", "operators in a row"},
        {"modifiers", HEAD, "inv @ ", "x q;", "", "", "more than 63 modifiers"},
        {"types", HEAD, "array[", "", "", "", "nested more than 256 deep"},
        {"digits", HEAD "rz(", "1", "", "", ") q;", "does not fit in 64 bits"},
        {"digits in 2.0", HEAD2 "rz(", "1", "", "", ") q[0];", "too large"},
        {"digits of an exponent", HEAD "rz(1e", "9", "", "", ") q;", "too large"},
        {"digits of a negative exponent", HEAD "rz(1e-", "9", "", "", ") q;", NULL},
        {"digits of a fraction", HEAD "rz(0.", "1", "", "", ") q;", NULL},
        {"a long name", HEAD "x ", "a", "", "", ";", "is not declared"},
        {"a long file name", "include \"", "a", "", "", "\";", "longer than"},
        {"else-if", HEAD, "if (n == 1) { x q; } else ", "{ }", "", "", NULL},
        {"semicolons", HEAD, ";", "", "", "", NULL},
        {"errors", HEAD, "x y;\n", "", "", "", "is not declared"},
        {"closing braces", HEAD, "}", "", "", "", "expected a statement"},
        {"escape sequences", HEAD, "\x1b[2J", "", "", "", "control character 0x1B"},
        {"high bytes", HEAD, "\xff", "", "", "", "not UTF-8"},
        {"operands", HEAD "x ", "q,", "q", "", ";", "takes 1 qubit"},
        {"barrier operands", HEAD "barrier ", "q,", "q", "", ";", NULL},
        {"a comment", HEAD, "/* ", "", "", "", "never ends"},
        {"quotes", HEAD, "\"", "", "", "", "expected a statement"},
        {"cases", HEAD "switch (n) {", "case 1 { }", "", "", "}", "occurs twice"},
};

static void repeat(struct text *text, const char *piece)
{
	for (int i = 0; i < REPEATS && piece[0]; i++)
		text_add(text, piece);
}

Test(hostile, long_and_deep_programs_end_at_once)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text text = {0}, out = {0};
		text_add(&text, cases[i].before);
		repeat(&text, cases[i].repeated);
		text_add(&text, cases[i].middle);
		repeat(&text, cases[i].closing);
		text_add(&text, cases[i].after);
		const clock_t start = clock();
		const unsigned errors = front_check(&out, "t", text.data, text.length, NULL, NULL, NULL);
		const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
		cr_expect((errors > 0) == (cases[i].wanted != NULL), "%s: %u errors", cases[i].name, errors);
		cr_expect(!cases[i].wanted || strstr(out.data, cases[i].wanted), "%s: %.300s", cases[i].name, out.data);
		cr_expect(errors <= 20 && out.length < MESSAGES_BYTES, "%s: %u errors, %zu bytes", cases[i].name,
		          errors, out.length);
		cr_expect(seconds < 5, "%s took %.1f s", cases[i].name, seconds);
		cr_expect(!out.data || !memchr(out.data, '\x1b', out.length), "%s lets an escape through",
		          cases[i].name);
		text_fini(&text);
		text_fini(&out);
	}
}

Test(hostile, every_prefix_of_a_program_ends)
{
	static const char text[] =
	        HEAD "gate g(a) b { ctrl @ rz(a * 2) b, b; }\ndef f(int[8] a) -> bit { return \"01\"[0]; }\n"
	             "switch (n) { case 1 { x q[0:1]; } default { } }\nfor int i in {1, 2} { measure q -> c; }\n"
	             "#pragma p\n@a\ncal { }\nbox[1ns] { delay[2ns] q; }\nlet a = q ++ q;\nn += -1 ** 2;\n";
	for (size_t length = 0; length < sizeof text; length++) {
		struct text out = {0};
		char *copy = malloc(length + 1);   /* exactly as long as it is: a sanitizer sees reads past its end */
		memcpy(copy, text, length);
		front_check(&out, "t", copy, length, NULL, NULL, NULL);
		free(copy);
		text_fini(&out);
	}
}

Test(hostile, nul_bytes_are_refused_with_their_place)
{
	struct text out = {0};
	front_check(&out, "t", "qubit q;\n\0", 10, NULL, NULL, NULL);
	cr_assert(strncmp(out.data, "t:2:1: error: control character 0x00", 36) == 0);
	text_fini(&out);
}

/* ---- Included files ---------------------------------------------------------------------------------------- */

static void write_file(const char *directory, const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "w");
	cr_assert(file != NULL);
	fputs(text, file);
	fclose(file);
}

/* Make a folder with `inside/` and files in and beside it. */
static void make_folder(char root[64], char inside[80])
{
	char path[128];
	strcpy(root, "/tmp/songdo-include-XXXXXX");
	cr_assert(mkdtemp(root) != NULL);
	snprintf(inside, 80, "%s/inside", root);
	mkdir(inside, 0700);
	write_file(root, "secret.inc", "root:x:0:0:secret\n");
	write_file(inside, "good.inc", "gate mine a { U(pi, 0, pi) a; }\n");
	write_file(inside, "bad.inc", "gate mine a { U(pi, 0 pi) a; }\n");
	write_file(inside, "self.inc", "include \"self.inc\";\n");
	write_file(inside, "first.inc", "include \"second.inc\";\n");
	write_file(inside, "second.inc", "include \"first.inc\";\n");
	snprintf(path, sizeof path, "%s/link.inc", inside);
	cr_assert(symlink("../secret.inc", path) == 0);
	snprintf(path, sizeof path, "%s/zero.inc", inside);
	cr_assert(symlink("/dev/zero", path) == 0);
	snprintf(path, sizeof path, "%s/pipe.inc", inside);
	cr_assert(mkfifo(path, 0600) == 0);
	snprintf(path, sizeof path, "%s/folder.inc", inside);
	mkdir(path, 0700);
}

static void remove_folder(const char *root)
{
	static const char *const names[] = {"inside/good.inc",  "inside/bad.inc",    "inside/self.inc",
	                                    "inside/first.inc", "inside/second.inc", "inside/link.inc",
	                                    "inside/zero.inc",  "inside/pipe.inc",   "secret.inc"};
	char path[512];
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(path, sizeof path, "%s/%s", root, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/inside/folder.inc", root);
	rmdir(path);
	snprintf(path, sizeof path, "%s/inside", root);
	rmdir(path);
	rmdir(root);
}

Test(include, reads_only_regular_files_below_the_directories)
{
	static const struct { const char *name, *wanted;
	} files[] = {
	        {"good.inc", NULL},
	        {"bad.inc", "bad.inc:1:23: error: expected ')'"},
	        {"self.inc", "includes itself"},
	        {"first.inc", "includes itself"},
	        {"link.inc", "no file of this name"},
	        {"zero.inc", "no file of this name"},
	        {"pipe.inc", "not a regular file"},
	        {"folder.inc", "not a regular file"},
	        {"../secret.inc", "no file of this name"},
	        {"/etc/passwd", "no file of this name"},
	        {"absent.inc", "no file of this name"},
	        {"", "no file of this name"},
	};
	char root[64], inside[80];
	make_folder(root, inside);
	const char *const directories[] = {inside, NULL};
	const songdo_parse_options options = {.include_directories = directories};
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		char text[256];
		struct text out = {0};
		snprintf(text, sizeof text, "OPENQASM 3.0;\ninclude \"%s\";\nqubit q;\nmine q;\n", files[i].name);
		const unsigned errors = front_check(&out, "t", text, strlen(text), &options, NULL, NULL);
		cr_expect((errors > 0) == (files[i].wanted != NULL), "%s: %s", files[i].name, out.data);
		cr_expect(!files[i].wanted || strstr(out.data, files[i].wanted), "%s: %s", files[i].name, out.data);
		cr_expect(!out.data || !strstr(out.data, "root:x"), "%s discloses a file: %s", files[i].name, out.data);
		cr_expect(!out.data || !strstr(out.data, "U(pi, 0 pi)"), "%s shows a line of an included file",
		          files[i].name);
		text_fini(&out);
	}
	remove_folder(root);
}
