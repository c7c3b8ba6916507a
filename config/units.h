/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Values with a unit, as policies write them. Each function returns NULL when the text is right,
 * else what is wrong with it or wanted, a phrase without a full stop that lives for ever; *ret is
 * then as it was.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define UNITS_CPUS_MAX 1024

/* Bit N % 64 of bits[N / 64]: processor N. */
struct units_cpus {
	uint64_t bits[UNITS_CPUS_MAX / 64];
};

/* "512M": bytes, at most INT64_MAX, as cgroups(7) takes them. K, M, G, T, P are powers of 1024. */
const char *units_size(const char *text, uint64_t *ret);

/* "10m", "1h30m": seconds, from one to those of 365 days. */
const char *units_duration(const char *text, uint32_t *ret);

/* "400%": from 1 to 100000. */
const char *units_percent(const char *text, uint32_t *ret);

/* "0-7,9": processors below UNITS_CPUS_MAX, each once, in their order. */
const char *units_cpus(const char *text, struct units_cpus *ret);

/* The same back, as cpuset.cpus of cgroups(7) reads it too. Returns buf, UNITS_CPUS_TEXT bytes. */
#define UNITS_CPUS_TEXT 5120
const char *units_print_cpus(const struct units_cpus *cpus, char buf[UNITS_CPUS_TEXT]);
