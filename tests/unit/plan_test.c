/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/plan.c: a plan survives the way through bytes unchanged, and what is decoded from
 * damaged bytes is either refused or a plan that lib/apply.c can carry out.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "lib/plan.h"
#include "lib/why.h"

/* Where things stand in the bytes, by plan_encode(). */
#define AT_NS 1
#define AT_SECUREBITS (AT_NS + 8 * PLAN_N_NS + 8 + 8)
#define AT_N_RLIMITS (AT_SECUREBITS + 4 + 1)

static struct plan plan, got;
static unsigned char bytes[PLAN_SIZE_MAX];
static size_t len;
static struct why why;

static int setup(void **state)
{
	long n;

	(void)state;
	memset(&plan, 0, sizeof plan);
	for (int i = 0; i < PLAN_N_NS; i++)
		plan.ns_ino[i] = 4026531840u + (unsigned int)i;
	plan.bounding = 0x00000000a80425fbu;
	plan.inheritable = 0x2400u;
	plan.securebits = 0x2f;
	plan.no_new_privs = true;
	plan.n_rlimits = 2;
	plan.rlimits[0] = (struct plan_rlimit){ RLIMIT_CORE, 1, 1 };
	plan.rlimits[1] = (struct plan_rlimit){ RLIMIT_NPROC, 100, UINT64_MAX };
	plan.n_insns = 3;
	plan.insns[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4);
	plan.insns[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 1, 0);
	plan.insns[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x7fff0000);
	n = plan_encode(&plan, bytes, sizeof bytes);
	len = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : -1;
}

/* Decodes the first n bytes from a buffer of just that size. */
static int decode(size_t n)
{
	unsigned char *buf = malloc(n ? n : 1);
	int r;

	memcpy(buf, bytes, n);
	memset(&got, 0x55, sizeof got);
	r = plan_decode(buf, n, &got, &why);
	free(buf);
	return r;
}

static void assert_same_plan(void)
{
	assert_memory_equal(got.ns_ino, plan.ns_ino, sizeof plan.ns_ino);
	assert_true(got.bounding == plan.bounding);
	assert_true(got.inheritable == plan.inheritable);
	assert_true(got.securebits == plan.securebits);
	assert_int_equal(got.no_new_privs, plan.no_new_privs);
	assert_int_equal(got.n_rlimits, plan.n_rlimits);
	for (size_t i = 0; i < plan.n_rlimits; i++) {
		assert_int_equal(got.rlimits[i].resource, plan.rlimits[i].resource);
		assert_true(got.rlimits[i].soft == plan.rlimits[i].soft);
		assert_true(got.rlimits[i].hard == plan.rlimits[i].hard);
	}
	assert_int_equal(got.n_insns, plan.n_insns);
	assert_memory_equal(got.insns, plan.insns, plan.n_insns * sizeof plan.insns[0]);
}

static bool in_range(const struct plan *p)
{
	if (p->ns_ino[PLAN_NS_MNT] == 0 || p->ns_ino[PLAN_NS_PID] == 0 ||
		(p->inheritable & ~p->bounding))
		return false;
	if (p->n_rlimits > PLAN_RLIMITS_MAX || p->n_insns == 0 || p->n_insns > PLAN_INSNS_MAX)
		return false;
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].resource >= RLIM_NLIMITS ||
			p->rlimits[i].soft > p->rlimits[i].hard)
			return false;
	return p->securebits <= 0xff;
}

static void test_round_trip(void **state)
{
	(void)state;
	assert_int_equal(decode(len), 0);
	assert_same_plan();
	plan.no_new_privs = false;
	plan.securebits = 0;
	plan.bounding = plan.inheritable = 0;
	plan.n_rlimits = 0;
	len = (size_t)plan_encode(&plan, bytes, sizeof bytes);
	assert_int_equal(decode(len), 0);
	assert_same_plan();
}

static void test_largest_plan(void **state)
{
	long n;

	(void)state;
	plan.n_rlimits = PLAN_RLIMITS_MAX;
	for (size_t i = 0; i < PLAN_RLIMITS_MAX; i++)
		plan.rlimits[i] = (struct plan_rlimit){ (uint8_t)(i % RLIM_NLIMITS), i, i * 3 };
	plan.n_insns = PLAN_INSNS_MAX;
	for (size_t i = 0; i < PLAN_INSNS_MAX; i++)
		plan.insns[i] = (struct sock_filter){ (uint16_t)(i * 7), (uint8_t)i,
			(uint8_t)(i * 3), (uint32_t)(i * 65599) };
	n = plan_encode(&plan, bytes, sizeof bytes);
	assert_in_range(n, PLAN_INSNS_MAX * 8, PLAN_SIZE_MAX);
	assert_int_equal(decode((size_t)n), 0);
	assert_same_plan();
}

static void test_every_truncation(void **state)
{
	(void)state;
	for (size_t n = 0; n < len; n++)
		if (decode(n) != -EBADMSG)
			fail_msg("%zu of %zu bytes were accepted", n, len);
	assert_int_equal(why.err, EBADMSG);
	bytes[len] = 0;
	assert_int_equal(decode(len + 1), -EBADMSG);
}

static void test_every_short_buffer(void **state)
{
	(void)state;
	for (size_t size = 0; size < len; size++) {
		unsigned char *buf = malloc(size ? size : 1);

		assert_int_equal(plan_encode(&plan, buf, size), -EMSGSIZE);
		free(buf);
	}
	assert_int_equal(plan_encode(&plan, bytes, len), len);
}

static void test_every_bit(void **state)
{
	size_t accepted = 0;

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (decode(len) == 0) {
			accepted++;
			if (!in_range(&got))
				fail_msg("bit %zu made a plan out of range", bit);
		}
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	/* Most bits are free values: inode numbers, limits, instructions. */
	assert_in_range(accepted, len, len * 8 - 1);
}

static void test_random_bytes(void **state)
{
	unsigned int seed = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)rand_r(&seed) % 200;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (unsigned char)(rand_r(&seed) % 3 ? rand_r(&seed) % 4 :
								       rand_r(&seed));
		bytes[0] = 1;
		if (decode(n) == 0)
			assert_true(in_range(&got));
	}
}

static void test_version(void **state)
{
	(void)state;
	for (int version = 0; version < 256; version++) {
		bytes[0] = (unsigned char)version;
		assert_int_equal(decode(len), version == 2 ? 0 : -EBADMSG);
	}
}

static void test_no_namespace(void **state)
{
	(void)state;
	for (int i = 0; i < PLAN_N_NS; i++) {
		setup(state);
		memset(bytes + AT_NS + 8 * i, 0, 8);
		if (i > PLAN_NS_PID) {
			assert_int_equal(decode(len), 0);
			continue;
		}
		assert_int_equal(decode(len), -EBADMSG);
		assert_non_null(strstr(why.text, plan_ns_table[i].name));
	}
}

static void test_inheritable(void **state)
{
	(void)state;
	plan.inheritable = plan.bounding;
	len = (size_t)plan_encode(&plan, bytes, sizeof bytes);
	assert_int_equal(decode(len), 0);
	plan.inheritable |= UINT64_C(1) << 40;
	len = (size_t)plan_encode(&plan, bytes, sizeof bytes);
	assert_int_equal(decode(len), -EBADMSG);
	assert_non_null(strstr(why.text, "inheritable"));
}

static void test_securebits(void **state)
{
	(void)state;
	memset(bytes + AT_SECUREBITS, 0, 4);
	bytes[AT_SECUREBITS + 3] = 0xff;
	assert_int_equal(decode(len), 0);
	assert_int_equal(got.securebits, 0xff);
	for (int bit = 8; bit < 32; bit++) {
		uint32_t bits = 1u << bit;

		for (int i = 0; i < 4; i++)
			bytes[AT_SECUREBITS + i] = (unsigned char)(bits >> (24 - 8 * i));
		assert_int_equal(decode(len), -EBADMSG);
	}
}

/* Changes one limit, encodes and decodes. */
static int with_limit(uint8_t resource, uint64_t soft, uint64_t hard)
{
	plan.rlimits[1] = (struct plan_rlimit){ resource, soft, hard };
	len = (size_t)plan_encode(&plan, bytes, sizeof bytes);
	return decode(len);
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(with_limit(RLIM_NLIMITS - 1, 0, 0), 0);
	assert_int_equal(with_limit(RLIM_NLIMITS, 0, 0), -EBADMSG);
	assert_int_equal(with_limit(255, 0, 0), -EBADMSG);
	assert_int_equal(with_limit(RLIMIT_NOFILE, UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(with_limit(RLIMIT_NOFILE, 2, 1), -EBADMSG);
	assert_int_equal(with_limit(RLIMIT_NOFILE, UINT64_MAX, UINT64_MAX - 1), -EBADMSG);
}

/* More limits than the array holds, with all the bytes they would need. */
static void test_too_many_limits(void **state)
{
	(void)state;
	memset(bytes + AT_N_RLIMITS, 0, sizeof bytes - AT_N_RLIMITS);
	for (unsigned int n = PLAN_RLIMITS_MAX + 1; n < 256; n++) {
		bytes[AT_N_RLIMITS] = (unsigned char)n;
		bytes[AT_N_RLIMITS + 1 + 17 * n + 1] = 1;
		assert_int_equal(decode(AT_N_RLIMITS + 1 + 17 * n + 2 + 8), -EBADMSG);
		bytes[AT_N_RLIMITS + 1 + 17 * n + 1] = 0;
	}
}

static void test_too_many_instructions(void **state)
{
	const size_t at = AT_N_RLIMITS + 1;
	static const unsigned int many[] = { PLAN_INSNS_MAX + 1, PLAN_INSNS_MAX + 2, 0x1fff };

	(void)state;
	memset(bytes + AT_N_RLIMITS, 0, sizeof bytes - AT_N_RLIMITS);
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
		bytes[at] = (unsigned char)(many[i] >> 8);
		bytes[at + 1] = (unsigned char)many[i];
		assert_int_equal(decode(at + 2 + 8 * (many[i] < 8000 ? many[i] : 8000)), -EBADMSG);
	}
	bytes[at] = PLAN_INSNS_MAX >> 8;
	bytes[at + 1] = 0;
	assert_int_equal(decode(at + 2 + 8 * PLAN_INSNS_MAX), 0);
}

static void test_no_filter(void **state)
{
	(void)state;
	plan.n_insns = 0;
	len = (size_t)plan_encode(&plan, bytes, sizeof bytes);
	assert_int_equal(decode(len), -EBADMSG);
	assert_non_null(strstr(why.text, "filter"));
}

static void test_namespaces(void **state)
{
	(void)state;
	assert_int_equal(plan_ns_flags(&plan),
		CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
			CLONE_NEWCGROUP);
	plan.ns_ino[PLAN_NS_NET] = plan.ns_ino[PLAN_NS_IPC] = 0;
	assert_int_equal(
		plan_ns_flags(&plan), CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWCGROUP);
	for (int i = 0; i < PLAN_N_NS; i++) {
		char name[64];

		snprintf(name, sizeof name, "/proc/self/ns/%s", plan_ns_table[i].name);
		assert_int_equal(access(name, F_OK), 0);
		assert_int_equal(__builtin_popcount((unsigned int)plan_ns_table[i].flag), 1);
	}
	assert_int_equal(plan_ns_table[PLAN_NS_MNT].flag, CLONE_NEWNS);
	assert_int_equal(plan_ns_table[PLAN_NS_PID].flag, CLONE_NEWPID);
	assert_int_equal(plan_ns_table[PLAN_NS_IPC].flag, CLONE_NEWIPC);
	assert_int_equal(plan_ns_table[PLAN_NS_UTS].flag, CLONE_NEWUTS);
	assert_int_equal(plan_ns_table[PLAN_NS_NET].flag, CLONE_NEWNET);
	assert_int_equal(plan_ns_table[PLAN_NS_CGROUP].flag, CLONE_NEWCGROUP);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_largest_plan),
		TEST(test_every_truncation),
		TEST(test_every_short_buffer),
		TEST(test_every_bit),
		TEST(test_random_bytes),
		TEST(test_version),
		TEST(test_no_namespace),
		TEST(test_inheritable),
		TEST(test_securebits),
		TEST(test_limits),
		TEST(test_too_many_limits),
		TEST(test_too_many_instructions),
		TEST(test_no_filter),
		TEST(test_namespaces),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
