/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any bytes as a question or an answer: refused with a reason, or every string ends within them; a
 * question is written as it was read, and an answer, tamed and cut to size, reads the same again.
 */
#include "lib/ask.h"

#include "lib/plan.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static unsigned char again[RECORD_MAX];

static void try_ask(const uint8_t *data, size_t size)
{
	struct ask ask;
	struct why why = { 0 };

	if (ask_decode(data, size, &ask, &why) < 0) {
		must(why.text[0] != '\0');
		return;
	}
	must(ask_encode(&ask, again, sizeof again) == (long)size);
	must(memcmp(again, data, size) == 0);
	must(ask_encode(&ask, again, size - 1) < 0);
}

/* No byte that could end a line or drive a terminal. */
static int is_tame(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return 0;
	return 1;
}

static void try_answer(const uint8_t *data, size_t size)
{
	static struct answer answer, second;
	struct why why = { 0 };
	long len;

	if (answer_decode(data, size, &answer, &why) < 0) {
		must(why.text[0] != '\0');
		return;
	}
	must(answer.outcome < N_OUTCOMES && answer.plan_len <= PLAN_SIZE_MAX);
	must(is_tame(answer.why.step) && is_tame(answer.why.text) && is_tame(answer.rule));
	must(is_tame(answer.banner) && is_tame(answer.key));
	must(!answer.key[0] || text_is_room_key(answer.key));
	len = answer_encode(&answer, again, sizeof again);
	must(len > 0 && (size_t)len <= size);
	must(answer_decode(again, (size_t)len, &second, &why) == 0);
	must(second.outcome == answer.outcome && second.why.err == answer.why.err);
	must(strcmp(second.key, answer.key) == 0 && strcmp(second.rule, answer.rule) == 0);
	must(strcmp(second.banner, answer.banner) == 0 && second.plan_len == answer.plan_len);
	must(answer.plan_len == 0 || memcmp(second.plan, answer.plan, answer.plan_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > sizeof again)
		return 0;
	if (data[0] & 1)
		try_ask(data + 1, size - 1);
	else
		try_answer(data + 1, size - 1);
	return 0;
}
