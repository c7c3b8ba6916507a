/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Values with a unit (see units.h).
 */
#include "config/units.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400

/*
 * The digits at *at as a number of at most max; *at is then behind them. False when there are none,
 * too many, or a zero stands before others.
 */
static bool take_number(const char **at, uint64_t max, uint64_t *ret)
{
	const char *from = *at;
	uint64_t value = 0;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		unsigned int digit = (unsigned int)(**at - '0');

		if (digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return *at > from && (*from != '0' || *at == from + 1);
}

const char *units_size(const char *text, uint64_t *ret)
{
	static const char wants[] = "wants a size like \"512M\" or \"2G\"";
	static const char units[] = "KMGTP";
	const char *at = text, *unit;
	uint64_t value;
	unsigned int shift;

	if (strspn(text, "0123456789") == 0)
		return wants;
	if (!take_number(&at, INT64_MAX, &value))
		return *at >= '0' && *at <= '9' ? "is too large" : wants;
	unit = *at ? strchr(units, *at) : NULL;
	if (*at && (!unit || at[1]))
		return wants;
	shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	if (value > (uint64_t)INT64_MAX >> shift)
		return "is too large";
	*ret = value << shift;
	return NULL;
}

const char *units_duration(const char *text, uint32_t *ret)
{
	static const char wants[] = "wants a duration like \"30s\", \"10m\", \"1h30m\" or \"2d\"";
	static const struct {
		char unit;
		uint32_t seconds;
	} rows[] = { { 'd', DAY }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	const char *at = text;
	uint64_t sum = 0, value;
	size_t row = 0;

	while (*at) {
		if (!take_number(&at, UINT32_MAX, &value))
			return wants;
		/* Each unit once, the longer ones first. */
		while (row < sizeof rows / sizeof rows[0] && rows[row].unit != *at)
			row++;
		if (row == sizeof rows / sizeof rows[0])
			return wants;
		sum += value * rows[row++].seconds;
		at++;
	}
	if (sum == 0)
		return wants;
	if (sum > 365 * DAY)
		return "is longer than 365 days";
	*ret = (uint32_t)sum;
	return NULL;
}

const char *units_percent(const char *text, uint32_t *ret)
{
	const char *at = text;
	uint64_t value;

	if (!take_number(&at, 100000, &value) || value == 0 || strcmp(at, "%") != 0)
		return "wants a percentage from \"1%\" to \"100000%\"";
	*ret = (uint32_t)value;
	return NULL;
}

const char *units_cpus(const char *text, struct units_cpus *ret)
{
	static const char wants[] = "wants processors like \"0-7\" or \"0,2,4-6\", in their order";
	struct units_cpus cpus = { 0 };
	const char *at = text;
	uint64_t from, to, next = 0;

	do {
		if (!take_number(&at, UNITS_CPUS_MAX - 1, &from))
			return wants;
		to = from;
		if (*at == '-') {
			at++;
			if (!take_number(&at, UNITS_CPUS_MAX - 1, &to))
				return wants;
		}
		if (from < next || to < from)
			return wants;
		for (uint64_t cpu = from; cpu <= to; cpu++)
			cpus.bits[cpu / 64] |= UINT64_C(1) << (cpu % 64);
		next = to + 1;
	} while (*at++ == ',');
	if (at[-1])
		return wants;
	*ret = cpus;
	return NULL;
}

static bool has_cpu(const struct units_cpus *cpus, unsigned int cpu)
{
	return cpu < UNITS_CPUS_MAX && (cpus->bits[cpu / 64] >> (cpu % 64) & 1);
}

const char *units_print_cpus(const struct units_cpus *cpus, char buf[UNITS_CPUS_TEXT])
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int cpu = 0; cpu < UNITS_CPUS_MAX; cpu++) {
		unsigned int first = cpu;

		if (!has_cpu(cpus, cpu))
			continue;
		while (has_cpu(cpus, cpu + 1))
			cpu++;
		/* At most 512 ranges of nine bytes and a comma: it fits. */
		at += (size_t)snprintf(
			buf + at, UNITS_CPUS_TEXT - at, "%s%u", at > 0 ? "," : "", first);
		if (cpu > first)
			at += (size_t)snprintf(buf + at, UNITS_CPUS_TEXT - at, "-%u", cpu);
	}
	return buf;
}
