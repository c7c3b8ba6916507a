/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the filters let through (roomctl/calls.h): no call here is carried out.
 */
#include "roomctl/audit_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/why.h"
#include "roomctl/calls.h"

#define CALLS_END 470 /* numbers of system calls, with room for some that are yet to come */

/* Adds the names of the calls that pass. False after the finding says why it cannot tell. */
static bool add_passing(
	struct finding *finding, const struct call *calls, const char *const *names, size_t n)
{
	int answers[32];
	struct why why = { 0 };
	char text[300];

	if (calls_ask(calls, n, answers, &why) < 0) {
		finding_set(finding, ANSWER_UNKNOWN, "%s", why_print(&why, text, sizeof text));
		return false;
	}
	finding_set(finding, ANSWER_NO, NULL);
	for (size_t i = 0; i < n; i++)
		if (answers[i] == CALLS_PASSES && finding_add(finding, names[i]))
			finding->answer = ANSWER_YES;
	return true;
}

void probe_families(const struct audit *audit, struct finding *finding)
{
	static const char *const names[] = { "vsock", "crypto (AF_ALG)", "packet", "tipc", "rds",
		"kcm", "smc" };
	static const struct call calls[] = {
		{ SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 } },
		{ SYS_socket, { AF_ALG, SOCK_SEQPACKET, 0 } },
		{ SYS_socket, { AF_PACKET, SOCK_RAW, 0 } },
		{ SYS_socket, { AF_TIPC, SOCK_STREAM, 0 } },
		{ SYS_socket, { AF_RDS, SOCK_SEQPACKET, 0 } },
		{ SYS_socket, { AF_KCM, SOCK_DGRAM, 0 } },
		{ SYS_socket, { AF_SMC, SOCK_STREAM, 0 } },
	};

	(void)audit;
	add_passing(finding, calls, names, sizeof calls / sizeof calls[0]);
}

void probe_calls_host(const struct audit *audit, struct finding *finding)
{
	static const char *const names[] = { "reboot", "init_module", "finit_module",
		"delete_module", "kexec_load", "swapon", "swapoff", "settimeofday", "clock_settime",
		"acct", "open_by_handle_at", "bpf" };
	static const struct call calls[] = {
		{ SYS_reboot, { 0 } },
		{ SYS_init_module, { 0 } },
		{ SYS_finit_module, { 0 } },
		{ SYS_delete_module, { 0 } },
		{ SYS_kexec_load, { 0 } },
		{ SYS_swapon, { 0 } },
		{ SYS_swapoff, { 0 } },
		{ SYS_settimeofday, { 0 } },
		{ SYS_clock_settime, { 0 } },
		{ SYS_acct, { 0 } },
		{ SYS_open_by_handle_at, { 0 } },
		{ SYS_bpf, { 0 } },
	};

	(void)audit;
	add_passing(finding, calls, names, sizeof calls / sizeof calls[0]);
}

/* Numbers that no kernel has yet. */
void probe_calls_new(const struct audit *audit, struct finding *finding)
{
	static const char *const names[] = { "number 700", "number 1000" };
	static const struct call calls[] = { { 700, { 0 } }, { 1000, { 0 } } };

	(void)audit;
	if (add_passing(finding, calls, names, 2) && finding->answer == ANSWER_NO)
		finding_set(finding, ANSWER_NO, "as its filter refuses the numbers 700 and 1000");
}

/* Every call that libseccomp has a name for. */
static size_t known_calls(struct call calls[CALLS_END])
{
	size_t n = 0;

	for (unsigned int nr = 0; nr < CALLS_END; nr++) {
		cleanup_free char *name =
			seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)nr);

		if (!name)
			continue;
		calls[n] = (struct call){ nr, { 0 } };
		/* Their arguments matter, and 0 is nobody's. */
		if (nr == SYS_socket || nr == SYS_socketpair)
			calls[n].args[0] = AF_UNIX, calls[n].args[1] = SOCK_STREAM;
		n++;
	}
	return n;
}

void probe_calls_count(const struct audit *audit, struct finding *finding)
{
	struct call calls[CALLS_END];
	int answers[CALLS_END];
	size_t n = known_calls(calls), n_pass = 0;
	struct why why = { 0 };
	char text[300];

	(void)audit;
	if (calls_ask(calls, n, answers, &why) < 0) {
		finding_set(finding, ANSWER_UNKNOWN, "%s", why_print(&why, text, sizeof text));
		return;
	}
	for (size_t i = 0; i < n; i++)
		n_pass += answers[i] == CALLS_PASSES;
	finding_set(finding, ANSWER_YES, "%zu of %zu%s", n_pass, n,
		n_pass == n ? ", there is no filter" : "");
}

/* core(5): with a limit of one byte no program is run, with any other one it is. The room's filter
 * answers "done" to whoever changes the limit, so it is read again. */
void probe_core(const struct audit *audit, struct finding *finding)
{
	const struct rlimit none = { 0, 0 };
	cleanup_fd int proc_dfd = open("/proc/sys/kernel", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct rlimit limit;
	char pattern[200];

	(void)audit;
	if (proc_dfd < 0 || fd_read_small(proc_dfd, "core_pattern", pattern, sizeof pattern) < 0) {
		finding_set(finding, ANSWER_UNKNOWN, "core_pattern cannot be read");
		return;
	}
	pattern[strcspn(pattern, " \n")] = '\0';
	setrlimit(RLIMIT_CORE, &none);
	if (getrlimit(RLIMIT_CORE, &limit) < 0)
		finding_set(finding, ANSWER_UNKNOWN, "the core limit cannot be read");
	else if (limit.rlim_cur == 1)
		finding_set(finding, ANSWER_NO, "the core limit stays at one byte");
	else if (pattern[0] != '|' && pattern[0] != '@')
		finding_set(finding, ANSWER_NO, "core_pattern names a file");
	else
		finding_set(finding, ANSWER_YES, "%s", pattern + 1);
}
