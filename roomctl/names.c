/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Names that mean nothing here (see names.h): a rule about a group that is misspelled matches
 * nobody and lets the next rule decide. A name with a pattern in it is nobody's in particular.
 */
#include "roomctl/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/policy.h"
#include "roomctl/out.h"

#define NAMES_MAX 20 /* as many as mistakes */

/* True when it is certain that there is none. */
typedef bool is_missing(const char *name);

static bool user_missing(const char *name)
{
	errno = 0;
	return !getpwnam(name) && errno == 0;
}

static bool group_missing(const char *name)
{
	errno = 0;
	return !getgrnam(name) && errno == 0;
}

/* A service without a file is led by "other". */
static bool service_missing(const char *name)
{
	char etc[512], vendor[512];

	snprintf(etc, sizeof etc, "/etc/pam.d/%s", name);
	snprintf(vendor, sizeof vendor, "/usr/lib/pam.d/%s", name);
	return access("/etc/pam.d", X_OK) == 0 && access(etc, F_OK) < 0 && errno == ENOENT &&
		access(vendor, F_OK) < 0 && errno == ENOENT;
}

static size_t names_check_list(const struct rule *rule, const char *kind,
	const struct text_list *list, is_missing *missing, struct report *report, size_t found)
{
	for (size_t i = 0; i < list->n && found < NAMES_MAX; i++) {
		const char *name = list->items[i];

		if (strpbrk(name, "*?[\\") || !missing(name))
			continue;
		report_line(report, REPORT_WARNING, "%s:%u: there is no %s '%s' on this machine",
			rule->place.file, rule->place.line, kind, name);
		found++;
	}
	return found;
}

void names_check(const struct policy *policy, struct report *report)
{
	size_t found = 0;

	for (size_t i = 0; i < policy->n_rules && found < NAMES_MAX; i++) {
		const struct rule *rule = &policy->rules[i];

		found = names_check_list(rule, "user", &rule->user, user_missing, report, found);
		found = names_check_list(
			rule, "group", &rule->group.names, group_missing, report, found);
		found = names_check_list(
			rule, "PAM service", &rule->service, service_missing, report, found);
	}
}
