/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The sentences of roomctl explain --diff (roomctl/features.h) against what the filters of rooms
 * answer and what Docker's does.
 */
#include "tests/unit/unit.h"

#include "config/caps.h"
#include "config/preset.h"
#include "helper/seccomp.h"
#include "helper/syscalls.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/features.h"
#include "tests/unit/filter.h"

static unsigned int number_of(const char *call)
{
	char name[SYSCALLS_NAME_MAX];

	for (unsigned int nr = 0; nr < SYSCALLS_N; nr++)
		if (syscalls_name(&sysabis[0], nr, name) && strcmp(name, call) == 0)
			return nr;
	fail_msg("there is no call %s", call);
	return 0;
}

/* With arguments that let unshare(2) make a user namespace. */
static bool filter_lets(const struct room_spec *spec, const char *call)
{
	static struct plan plan;
	struct seccomp_data data = {
		.nr = (int)number_of(call), .arch = AUDIT_ARCH_X86_64, .args = { CLONE_NEWUSER }
	};
	struct why why;

	assert_int_equal(seccomp_compile_for(spec, AUDIT_ARCH_X86_64, &plan, &why), 0);
	return filter_passes(filter_run(&plan, &data, NULL));
}

static void check(const struct room_spec *spec)
{
	size_t n = 0;

	for (size_t i = 0; i < n_features; i++) {
		if (!features[i].call)
			continue;
		if (features[i].lets(spec, &features[i]) != filter_lets(spec, features[i].call))
			fail_msg("%s at profile %u", features[i].id, spec->profile);
		n++;
	}
	assert_true(n >= 8);
}

static void test_profiles(void **state)
{
	static const char *some[] = { "keyctl", "ptrace" };

	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		struct room_spec spec = { .profile = profile };

		check(&spec);
		spec.user_namespaces = USER_NAMESPACES_ALLOW;
		check(&spec);
		spec.syscalls_allow = (struct text_list){ some, 2 };
		check(&spec);
		spec.syscalls_deny = (struct text_list){ some, 1 };
		check(&spec);
	}
}

static void test_docker(void **state)
{
	static struct filter_default defaults[FILTER_DEFAULTS_MAX];
	size_t n = filter_read_defaults(TESTDATA "/defaults.txt", defaults), n_seen = 0;

	(void)state;
	assert_true(n > 300);
	for (size_t i = 0; i < n_features; i++)
		for (size_t j = 0; features[i].call && j < n; j++)
			if (strcmp(defaults[j].name, features[i].call) == 0) {
				if (features[i].docker !=
					(strcmp(defaults[j].docker, "allow") == 0))
					fail_msg("%s", features[i].id);
				n_seen++;
			}
	assert_true(n_seen >= 8);
}

static void test_caps(void **state)
{
	const struct room_spec *brick = preset_find("brick"), *concrete = preset_find("concrete");

	(void)state;
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		assert_non_null(feature_cap(cap));
		assert_non_null(text_cap_name(cap));
		assert_int_equal(feature_has_cap(brick, cap), (CAPS_BRICK >> cap & 1) != 0);
		assert_false(feature_has_cap(concrete, cap));
	}
	assert_null(feature_cap(CAP_LAST_CAP + 1));
}

static void test_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_features; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(features[i].id, features[j].id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
