/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What is asked of systemd over the system bus (org.freedesktop.systemd1(5)). Every call ends at
 * its deadline (lib/deadline.h) and returns 0 or -errno with what systemd said.
 *
 * The functions are there twice: bus.c has room-bus asked, a process of its own without any
 * capability, and bus/systemd.c, which is that process, asks. So what a login does not need is not
 * loaded by it, and libsystemd with all that it brings along is in no setuid program.
 *
 * What goes over is the program's arguments: a verb, the unit, milliseconds, and then a word for
 * each property (bus_print()) or, for numbers, the interface and the names. What comes back is one
 * line: "+" and the numbers, or "-ERRNO TEXT".
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct why;

#define BUS_PROGRAM ROOM_LIBEXECDIR "/room-bus"
#define BUS_WORD_MAX 512    /* a property as a word */
#define BUS_WORDS_MAX 64    /* properties or names in one call */
#define BUS_ANSWER_MAX 1024 /* bytes */

/* One property of a unit. */
struct bus_property {
	const char *name;
	enum bus_type {
		BUS_TEXT,    /* s */
		BUS_TEXTS,   /* as, with one string */
		BUS_NUMBERS, /* au, with one number */
		BUS_NUMBER,  /* t */
		BUS_BYTES,   /* ay */
		BUS_RATES,   /* a(st), with one pair, or none for NULL text */
	} type;
	const char *text;
	uint64_t number;
	const void *bytes;
	size_t len;
};

/* Makes a transient scope and waits until it is there: when its job is done, not when the call
 * returns. */
int bus_start_scope(const char *name, const struct bus_property *properties, size_t n,
	int64_t deadline, struct why *why);

/* Sets properties of a unit, which need not be loaded, until the next boot: all of them or none. */
int bus_set_properties(const char *unit, const struct bus_property *properties, size_t n,
	int64_t deadline, struct why *why);

/* Reads numbers of a unit that may not be loaded: property by property, each of systemd's type t.
 * interface: "Slice". */
int bus_get_numbers(const char *unit, const char *interface, const char *const *names, size_t n,
	uint64_t *ret, int64_t deadline, struct why *why);

/* Asks for the restart of a unit and does not wait for it. */
int bus_restart(const char *unit, int64_t deadline, struct why *why);

/* A property as one word, "NAME TYPE NUMBER TEXT", bytes in hexadecimal. -EMSGSIZE: it is too long.
 */
int bus_print(const struct bus_property *property, char word[static BUS_WORD_MAX]);
