/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who logs in (see person.h).
 */
#include "pam_room/person.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/why.h"

#define PERSON_TEXT_MIN 1024u
#define PERSON_TEXT_MAX (4u << 20)

static const char step[] = "look up user";

void person_free(struct person *person)
{
	free(person->passwd_text);
	*person = (struct person){ 0 };
}

/* getpwnam(3): these mean as much as "not found". */
static int person_error(int err)
{
	return err == ENOENT || err == ESRCH || err == EBADF || err == EPERM ? 0 : err;
}

int person_find(const char *name, struct person *ret, struct why *why)
{
	int err = ERANGE;

	*ret = (struct person){ 0 };
	for (size_t size = PERSON_TEXT_MIN; err == ERANGE && size <= PERSON_TEXT_MAX; size *= 2) {
		struct passwd *found;

		free(ret->passwd_text);
		ret->passwd_text = malloc(size);
		if (!ret->passwd_text)
			return why_set(why, ENOMEM, step, "no memory");
		err = getpwnam_r(name, &ret->passwd, ret->passwd_text, size, &found);
		if (err == 0 && found)
			return PERSON_FOUND;
	}
	person_free(ret);
	err = person_error(err);
	return err ? why_set(why, err, step, "no answer about '%s'", name) : PERSON_UNKNOWN;
}
