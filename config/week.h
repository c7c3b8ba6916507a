/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Times of the week, as policies write them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WEEK_DAY_MINUTES 1440

struct week_span {
	uint8_t days;      /* bit N: day N of struct tm, 0 is Sunday */
	uint16_t from, to; /* minutes of the day; to <= from: it ends on the next day */
};

/*
 * "Mon-Fri 08:00-18:00", "Sat,Sun", "22:00-06:00": days, hours, or both. The end is not part of the
 * span; one that goes over midnight belongs to the day on which it begins. NULL, or what is wrong,
 * as in units.h.
 */
const char *week_parse(const char *text, struct week_span *ret);

/* Whether that minute of that day is in the span. */
bool week_holds(const struct week_span *span, int wday, int minute);

/* "Mon 14:30", for people who ask about another time than now. NULL, or what is wrong. */
const char *week_parse_moment(const char *text, int *wday, int *minute);
