/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * For tests of policies that are texts: reading one, and looking for a complaint.
 */
#pragma once

#include "tests/unit/unit.h"

#include "config/load.h"
#include "lib/why.h"

static struct policy *policy;
static struct complaints complaints;
static struct why why;

static inline int teardown(void **state)
{
	(void)state;
	policy_free(policy);
	policy = NULL;
	return 0;
}

static inline int read_bytes(const char *text, size_t len)
{
	struct sources *sources = NULL;
	int r;

	policy_free(policy);
	policy = NULL;
	memset(&why, 0, sizeof why);
	assert_int_equal(sources_take("t", text, len, &sources), 0);
	r = policy_read(sources, true, &policy, &complaints, &why);
	sources_free(sources);
	assert_int_equal(r == 0, policy != NULL);
	assert_int_equal(r == 0, complaints.errors.n == 0);
	return r;
}

static inline int read_text_of(const char *text)
{
	return read_bytes(text, strlen(text));
}

static inline void in_room(char *buf, size_t size, const char *keys)
{
	snprintf(buf, size, "rooms: { r: { %s }; };", keys);
}

/* The first complaint of that list has these words. */
static inline void must_say(const struct complaint_list *list, const char *text, const char *words)
{
	for (size_t i = 0; i < list->n; i++)
		if (strstr(list->list[i].text, words))
			return;
	fail_msg("%s\n%zu complaints, the first: %s\nwanted: %s", text, list->n, list->list[0].text,
		words);
}

static inline void wrong(const char *text, const char *words)
{
	assert_int_equal(read_text_of(text), -EINVAL);
	must_say(&complaints.errors, text, words);
}

static inline void wrong_room(const char *keys, const char *words)
{
	char text[2048];

	in_room(text, sizeof text, keys);
	wrong(text, words);
}

static inline void wrong_rule(const char *keys, const char *words)
{
	char text[2048];

	snprintf(text, sizeof text, "assign: ( { %s room = \"closed\"; } );", keys);
	wrong(text, words);
}

static inline void warns(const char *text, const char *words)
{
	read_text_of(text);
	must_say(&complaints.warnings, text, words);
}
