/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any text as a size, a duration, processors, a time of the week, a host or a network: what is
 * taken means something, and what is refused says why.
 */
#include <stdint.h>
#include <string.h>

#include "config/from.h"
#include "config/units.h"
#include "config/week.h"
#include "tests/fuzz/fuzz.h"

static void try_units(const char *text)
{
	struct units_cpus cpus;
	uint64_t bytes, any = 0;
	uint32_t number;

	if (!units_size(text, &bytes))
		must(bytes <= INT64_MAX);
	if (!units_duration(text, &number))
		must(number > 0 && number <= 365 * 86400);
	if (!units_percent(text, &number))
		must(number > 0 && number <= 100000);
	if (units_cpus(text, &cpus))
		return;
	for (size_t i = 0; i < UNITS_CPUS_MAX / 64; i++)
		any |= cpus.bits[i];
	must(any != 0);
}

static void try_week(const char *text)
{
	struct week_span span;
	int wday, minute, held = 0;

	if (!week_parse_moment(text, &wday, &minute))
		must(wday >= 0 && wday < 7 && minute >= 0 && minute < WEEK_DAY_MINUTES);
	if (week_parse(text, &span))
		return;
	for (wday = 0; wday < 7; wday++)
		for (minute = 0; minute < WEEK_DAY_MINUTES; minute++)
			held += week_holds(&span, wday, minute);
	must(held > 0);
}

static void try_from(const char *text)
{
	struct from_pattern pattern;
	struct from_host host;

	from_host_read(text, &host);
	if (from_parse(text, &pattern))
		return;
	must(pattern.kind != FROM_NOWHERE);
	/* An address alone holds for itself. */
	if (pattern.kind != FROM_NAME && !strchr(text, '/'))
		must(from_holds(&pattern, &host));
	from_host_read("10.1.2.3", &host);
	must(pattern.kind == FROM_NET4 || !from_holds(&pattern, &host));
	from_host_read("", &host);
	must(!from_holds(&pattern, &host));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[512];

	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	/* Files of the corpus end in a newline, as files do. */
	text[strcspn(text, "\n")] = '\0';
	try_units(text);
	try_week(text);
	try_from(text);
	return 0;
}
