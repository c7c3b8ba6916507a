/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any words as the module's arguments: those that there are, or an error that names the other.
 */
/* The module is loaded, not linked. */
#include "pam_room/args.c"

#include "lib/why.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *words[WORDS_MAX];
	char text[2048], *at = text, *word;
	struct args args;
	struct why why = { 0 };
	int n = 0, n_known = 0;

	as_text(data, size, text, sizeof text);
	while (n < WORDS_MAX && (word = strsep(&at, " \n"))) {
		n_known += strcmp(word, "debug") == 0;
		words[n++] = word;
	}
	if (args_read(n, words, &args, &why) == 0) {
		must(n_known == n && args.debug == (n > 0));
	} else {
		must(n_known < n && strncmp(why.text, "there is no argument", 20) == 0);
	}
	return 0;
}
