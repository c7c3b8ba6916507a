/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of config/units.c, week.c and from.c: what is right is read as it is meant, held against a
 * second way to say the same, and what is nearly right is refused.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <stdbool.h>

#include "config/from.h"
#include "config/units.h"
#include "config/week.h"

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = { { "0", 0 }, { "1", 1 }, { "4096", 4096 }, { "1K", 1024 },
		{ "512M", 512u << 20 }, { "2G", UINT64_C(2) << 30 }, { "3T", UINT64_C(3) << 40 },
		{ "1P", UINT64_C(1) << 50 }, { "9223372036854775807", INT64_MAX },
		{ "8191P", UINT64_C(8191) << 50 } };
	static const char *const bad[] = { "", " 1", "1 ", "-1", "+1", "01", "1k", "1GB", "1GiB",
		"1.5G", "G", "1G1", "0x10", "9223372036854775808", "8192P", "99999999999999999999",
		"1e3" };
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_null(units_size(good[i].text, &value));
		assert_int_equal(value, good[i].value);
	}
	value = 7;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (!units_size(bad[i], &value))
			fail_msg("'%s' is a size", bad[i]);
		assert_int_equal(value, 7);
	}
	assert_string_equal(units_size("8192P", &value), "is too large");
	assert_string_equal(units_size("99999999999999999999", &value), "is too large");
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
	} good[] = { { "1s", 1 }, { "10m", 600 }, { "8h", 28800 }, { "2d", 172800 },
		{ "1h30m", 5400 }, { "1d1h1m1s", 90061 }, { "90s", 90 }, { "365d", 365 * 86400 } };
	static const char *const bad[] = { "", "10", "s", "1s1s", "1m1h", "1h30", "0s", "366d",
		"01h", "1.5h", "1 h", "1H", "-1s", "365d1s", "99999999999s", "1w" };
	uint32_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_null(units_duration(good[i].text, &value));
		assert_int_equal(value, good[i].value);
	}
	value = 7;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (!units_duration(bad[i], &value))
			fail_msg("'%s' is a duration", bad[i]);
		assert_int_equal(value, 7);
	}
}

static void test_percent(void **state)
{
	static const char *const bad[] = { "", "%", "0%", "50", "50 %", "-5%", "050%", "100001%",
		"5.5%", "50%%" };
	uint32_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!units_percent(bad[i], &value))
			fail_msg("'%s' is a percentage", bad[i]);
	assert_int_equal(value, 7);
	assert_null(units_percent("100000%", &value));
	assert_int_equal(value, 100000);
	assert_null(units_percent("1%", &value));
	assert_int_equal(value, 1);
}

static void test_cpus(void **state)
{
	static const char *const bad[] = { "", ",", "1,", ",1", "1-", "-1", "3-1", "1,1", "1-3,3",
		"2,1", "1024", "0-1024", "a", "1 2", "01", "1--2" };
	struct units_cpus cpus = { 0 };
	char text[UNITS_CPUS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!units_cpus(bad[i], &cpus))
			fail_msg("'%s' are processors", bad[i]);
	assert_int_equal(cpus.bits[0], 0);
	assert_null(units_cpus("0,2,4-6,64,1023", &cpus));
	assert_int_equal(cpus.bits[0], 0x75);
	assert_int_equal(cpus.bits[1], 1);
	assert_int_equal(cpus.bits[15], UINT64_C(1) << 63);
	assert_string_equal(units_print_cpus(&cpus, text), "0,2,4-6,64,1023");
	assert_null(units_cpus("0-1023", &cpus));
	assert_string_equal(units_print_cpus(&cpus, text), "0-1023");
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(cpus.bits[i], UINT64_MAX);
}

/* Every minute of the week, counted by hand: days is a string of the days' first two letters. */
static void must_hold(const char *text, const char *days, int from, int to)
{
	static const char names[] = "SuMoTuWeThFrSa";
	struct week_span span;

	if (week_parse(text, &span))
		fail_msg("'%s': %s", text, week_parse(text, &span));
	for (int day = 0; day < 7; day++)
		for (int minute = 0; minute < 1440; minute++) {
			char today[3] = { names[day * 2], names[day * 2 + 1], 0 };
			int before = (day + 6) % 7;
			char yesterday[3] = { names[before * 2], names[before * 2 + 1], 0 };
			bool want = strstr(days, today) && minute >= from && minute < to;

			if (to <= from)
				want = (strstr(days, today) && minute >= from) ||
					(strstr(days, yesterday) && minute < to);
			if (week_holds(&span, day, minute) != want)
				fail_msg("'%s' on day %d at %d", text, day, minute);
		}
}

static void test_week(void **state)
{
	static const char *const bad[] = { "", " ", "Mo", "Monday", "Mon ", "Mon-", "Mon,",
		"Mon-Fri-Sat", "Mon Tue", "08:00", "8:00-9:00", "08:00-", "08:00-25:00",
		"08:00-24:01", "24:00-08:00", "08:60-09:00", "08:00-08:00", "08:00-09:00 ",
		"08:00-09:00 Mon", "Mon  ", "Mon\t08:00-09:00", "Mon-Fri 08:00-18:00x",
		"00:00-00:00", "M\xc3\xb6n" };
	struct week_span span;

	(void)state;
	must_hold("Mon-Fri 08:00-18:00", "MoTuWeThFr", 480, 1080);
	must_hold("Sat,Sun", "SaSu", 0, 1440);
	must_hold("sat-MON 00:00-24:00", "SaSuMo", 0, 1440);
	must_hold("22:00-06:00", "SuMoTuWeThFrSa", 1320, 360);
	must_hold("Fri 22:00-06:00", "Fr", 1320, 360);
	must_hold("Sat 23:59-00:00", "Sa", 1439, 0);
	must_hold("Mon-Wed,Fri  09:00-12:30", "MoTuWeFr", 540, 750);
	must_hold("Mon-Mon", "Mo", 0, 1440);
	must_hold("Tue-Mon", "SuMoTuWeThFrSa", 0, 1440);
	must_hold("00:00-00:01", "SuMoTuWeThFrSa", 0, 1);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!week_parse(bad[i], &span))
			fail_msg("'%s' is a time of the week", bad[i]);
}

static void test_moment(void **state)
{
	static const char *const bad[] = { "", "Mon", "14:30", "Mon 24:00", "Mon 14:60",
		"Mon  14:30", "Mon 14:30 ", "Xyz 14:30", "Mon-Tue 14:30" };
	int wday = -1, minute = -1;

	(void)state;
	assert_null(week_parse_moment("Sun 00:00", &wday, &minute));
	assert_int_equal(wday, 0);
	assert_int_equal(minute, 0);
	assert_null(week_parse_moment("sat 23:59", &wday, &minute));
	assert_int_equal(wday, 6);
	assert_int_equal(minute, 1439);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!week_parse_moment(bad[i], &wday, &minute))
			fail_msg("'%s' is a time", bad[i]);
}

static bool holds(const char *pattern, const char *host)
{
	struct from_pattern from;
	struct from_host where;

	if (from_parse(pattern, &from))
		fail_msg("'%s' %s", pattern, from_parse(pattern, &from));
	from_host_read(host, &where);
	return from_holds(&from, &where);
}

static void test_from(void **state)
{
	static const struct {
		const char *pattern, *host;
		bool holds;
	} rows[] = { { "10.1.2.3", "10.1.2.3", true }, { "10.1.2.3", "10.1.2.4", false },
		{ "10.0.0.0/8", "10.255.0.1", true }, { "10.0.0.0/8", "11.0.0.1", false },
		{ "0.0.0.0/0", "1.2.3.4", true }, { "0.0.0.0/0", "::1", false },
		{ "0.0.0.0/0", "host", false }, { "0.0.0.0/0", "", false }, { "::/0", "::1", true },
		{ "::/0", "1.2.3.4", false }, { "fd00::/8", "fd12::1", true },
		{ "fe80::/10", "fe80::1%eth0", true }, { "10.0.0.0/8", "::ffff:10.1.2.3", true },
		{ "::ffff:10.0.0.0/104", "10.1.2.3", true },
		{ "::ffff:10.1.2.3", "10.1.2.3", true }, { "*", "10.1.2.3", false },
		{ "*", "::1", false }, { "*", "host", true }, { "*", "", false },
		{ "*.example.org", "a.example.org", true },
		{ "*.example.org", "A.Example.Org.", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", "a.example.org.evil.net", false },
		{ "host-[0-9]", "host-7", true }, { "1a*", "1abc", true },
		{ "a.b", "a.b%c", false }, { "10.0.0.0/8", "10.1.2.3.", true },
		{ "*", "10.1.2.3.", false }, { "*", "::1.", false },
		{ "10.0.0.0/8", "10.1.2.3%eth0", false }, { "10.0.0.0/8", "010.1.2.3", false },
		{ "10.0.0.0/8", "10.1", false }, { "host", "host%eth0", false },
		{ "x", ".", false } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (holds(rows[i].pattern, rows[i].host) != rows[i].holds)
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].host);
}

static void test_from_refused(void **state)
{
	static const char *const bad[] = { "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/08", "10.0.0.1/8", "10.0.0.0/8 ", "fd00::/129", "fd00::1/64", "10.0.0",
		"10.*", "10.0.0.0/255.0.0.0", "host/8", "a b", "a_b\xff", "1.2.3.4.5", "[0-9]",
		"a/b", "fe80::1%eth0", "host.", "host[", "a[b", "a********b*", "\n" };
	char longer[400];
	struct from_pattern from = { .bits = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!from_parse(bad[i], &from))
			fail_msg("'%s' is somewhere", bad[i]);
	memset(longer, 'a', 256);
	longer[256] = '\0';
	assert_non_null(from_parse(longer, &from));
	assert_int_equal(from.bits, 7);
	longer[255] = '\0';
	assert_null(from_parse(longer, &from));
	longer[255] = 'a';
	assert_false(holds("*", longer)); /* no name is that long */
	assert_null(from_parse("a*b*c*d*e*f*g*h*", &from));
}

/* Every length of prefix, against a comparison of the masked numbers. */
static void test_prefixes(void **state)
{
	char pattern[64];

	(void)state;
	srand(1);
	for (unsigned int bits = 0; bits <= 32; bits++)
		for (int i = 0; i < 200; i++) {
			uint32_t mask = bits ? UINT32_MAX << (32 - bits) : 0,
				 net = (uint32_t)rand() & mask;
			uint32_t host = i % 2 ? net | ((uint32_t)rand() & ~mask) :
						net ^ (1u << (rand() % 32));
			struct in_addr a = { htonl(net) }, b = { htonl(host) };
			char text[INET_ADDRSTRLEN];

			inet_ntop(AF_INET, &a, pattern, INET_ADDRSTRLEN);
			sprintf(pattern + strlen(pattern), "/%u", bits);
			inet_ntop(AF_INET, &b, text, sizeof text);
			if (holds(pattern, text) != ((host & mask) == net))
				fail_msg("'%s' and '%s'", pattern, text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_week),
		cmocka_unit_test(test_moment),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_from_refused),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
