/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Times of the week (see week.h).
 */
#include "config/week.h"

#include <string.h>
#include <strings.h>

#define WEEK_EVERY_DAY 0x7f

/* "Mon" and so on: the number of the day, *at then behind it, or -1. */
static int take_day(const char **at)
{
	static const char names[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

	for (int day = 0; day < 7; day++)
		if (strncasecmp(*at, names[day], 3) == 0) {
			*at += 3;
			return day;
		}
	return -1;
}

/* "Mon-Wed,Fri": a set of days, or 0. */
static uint8_t take_days(const char **at)
{
	unsigned int days = 0;

	for (;;) {
		int from = take_day(at), to = from;

		if (from >= 0 && **at == '-') {
			++*at;
			to = take_day(at);
		}
		if (from < 0 || to < 0)
			return 0;
		for (int day = from;; day = (day + 1) % 7) {
			days |= 1u << day;
			if (day == to)
				break;
		}
		if (**at != ',')
			return (uint8_t)days;
		++*at;
	}
}

static int take_two_digits(const char **at)
{
	const char *c = *at;

	if (c[0] < '0' || c[0] > '9' || c[1] < '0' || c[1] > '9')
		return -1;
	*at += 2;
	return (c[0] - '0') * 10 + c[1] - '0';
}

/* "08:30": a minute of the day, 24:00 included, or -1. */
static int take_clock(const char **at)
{
	int hour = take_two_digits(at), minute;

	if (hour < 0 || hour > 24 || **at != ':')
		return -1;
	++*at;
	minute = take_two_digits(at);
	if (minute < 0 || minute > 59 || (hour == 24 && minute > 0))
		return -1;
	return hour * 60 + minute;
}

static bool take_hours(const char **at, struct week_span *span)
{
	int from = take_clock(at), to;

	if (from < 0 || from == WEEK_DAY_MINUTES || **at != '-')
		return false;
	++*at;
	to = take_clock(at);
	if (to < 0 || to == from)
		return false;
	span->from = (uint16_t)from;
	span->to = (uint16_t)to;
	return true;
}

const char *week_parse(const char *text, struct week_span *ret)
{
	static const char wants_days[] = "wants days like \"Mon-Fri\" or \"Sat,Sun\", hours like "
					 "\"08:00-18:00\", or both with a "
					 "blank between";
	static const char wants_hours[] = "wants hours like \"08:00-18:00\", from 00:00 to 24:00, "
					  "that begin and end at two times";
	struct week_span span = { WEEK_EVERY_DAY, 0, WEEK_DAY_MINUTES };
	const char *at = text;

	if (*at < '0' || *at > '9') {
		span.days = take_days(&at);
		if (span.days == 0 || (*at && *at != ' '))
			return wants_days;
		at += strspn(at, " ");
		/* A blank and nothing is a slip too. */
		if (!*at && at[-1] == ' ')
			return wants_days;
	}
	if (*at && (!take_hours(&at, &span) || *at))
		return wants_hours;
	*ret = span;
	return NULL;
}

bool week_holds(const struct week_span *span, int wday, int minute)
{
	bool today = span->days >> wday & 1, yesterday = span->days >> (wday + 6) % 7 & 1;

	if (span->from < span->to)
		return today && minute >= span->from && minute < span->to;
	return (today && minute >= span->from) || (yesterday && minute < span->to);
}

const char *week_parse_moment(const char *text, int *wday, int *minute)
{
	const char *at = text;
	int day = take_day(&at), clock = -1;

	if (day >= 0 && *at == ' ') {
		at++;
		clock = take_clock(&at);
	}
	if (clock < 0 || clock == WEEK_DAY_MINUTES || *at)
		return "wants a time like \"Mon 14:30\"";
	*wday = day;
	*minute = clock;
	return NULL;
}
