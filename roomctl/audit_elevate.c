/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a session may become. The programs that elevate were started before, none of them running
 * (roomctl/elevate.h); what they got is what anything in this session can get.
 */
#include <linux/capability.h>
#include <stdio.h>
#include <unistd.h>

#include "config/caps.h"
#include "lib/sys.h"
#include "roomctl/audit.h"

static uint64_t own_caps(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (sys_capget(&header, data) < 0)
		return 0;
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

static void probe_root(const struct audit *audit, struct finding *finding)
{
	const struct survey *survey = &audit->survey;

	if (geteuid() == 0)
		finding_set(finding, ANSWER_YES, "it is root already");
	else if (survey->n_root + survey->n_caps > 0)
		finding_set(finding, ANSWER_YES, "%u of %u: %s", survey->n_root + survey->n_caps,
			survey->n, survey->elevating);
	else if (!survey->complete)
		finding_set(finding, ANSWER_UNKNOWN, "%s", survey->reason);
	else
		finding_set(finding, ANSWER_NO, "%u were started", survey->n - survey->n_judged);
}

static void probe_all(const struct audit *audit, struct finding *finding)
{
	const struct survey *survey = &audit->survey;

	if (geteuid() == 0)
		finding_set(finding, ANSWER_UNKNOWN,
			"it is root, to whom setuid programs give nothing");
	else if (survey->n_powerless > 0)
		finding_set(finding, ANSWER_NO, "%s", survey->powerless);
	else if (!survey->complete)
		finding_set(finding, ANSWER_UNKNOWN, "%s", survey->reason);
	else if (survey->n == 0)
		finding_set(finding, ANSWER_UNKNOWN, "there is no such program to try");
	else
		finding_set(finding, ANSWER_YES, "all %u that were found", survey->n);
}

/* Whether it, or a program that it may start, has the capability. */
static void probe_cap(const struct audit *audit, unsigned int cap, struct finding *finding)
{
	if (own_caps() >> cap & 1)
		finding_set(finding, ANSWER_YES, "it has the capability itself");
	else if (audit->survey.caps >> cap & 1)
		finding_set(finding, ANSWER_YES, "by a program that elevates");
	else if (!audit->survey.complete)
		finding_set(finding, ANSWER_UNKNOWN, "%s", audit->survey.reason);
	else
		finding_set(finding, ANSWER_NO, NULL);
}

static void probe_dac(const struct audit *audit, struct finding *finding)
{
	probe_cap(audit, CAP_DAC_OVERRIDE, finding);
}

static void probe_mount_cap(const struct audit *audit, struct finding *finding)
{
	probe_cap(audit, CAP_SYS_ADMIN, finding);
}

static void probe_ptrace_cap(const struct audit *audit, struct finding *finding)
{
	probe_cap(audit, CAP_SYS_PTRACE, finding);
}

static void probe_module_cap(const struct audit *audit, struct finding *finding)
{
	probe_cap(audit, CAP_SYS_MODULE, finding);
}

static void probe_raw_cap(const struct audit *audit, struct finding *finding)
{
	probe_cap(audit, CAP_NET_RAW, finding);
}

static void probe_mknod_cap(const struct audit *audit, struct finding *finding)
{
	probe_cap(audit, CAP_MKNOD, finding);
}

/* All that it, or what it starts, can have. Weighs nothing: the rows before have what counts. */
static void probe_caps(const struct audit *audit, struct finding *finding)
{
	uint64_t set = own_caps() | audit->survey.caps;
	char text[FINDING_MAX];

	if (set)
		finding_set(finding, ANSWER_YES, "%s", caps_print(set, text, sizeof text));
	else if (!audit->survey.complete)
		finding_set(finding, ANSWER_UNKNOWN, "%s", audit->survey.reason);
	else
		finding_set(finding, ANSWER_NO, NULL);
}

#define CLOSE_CAP(name) "capabilities.bounding = \"-" name "\", or setuid = \"none\""

const struct audit_row audit_elevate[] = {
	{ "setuid", "Do programs make it root, or give it capabilities?", 50, "D-10", probe_root,
		"Programs that it may start run with more rights than its own (%s).",
		"No setuid program, and none with file capabilities, gives it anything (%s).",
		"setuid = \"none\", or a shorter list; who may use sudo is an administrator" },
	{ "setuid-any", "Does every setuid program on the machine elevate?", 60, "D-10", probe_all,
		"Every setuid program elevates (%s): the next one that is installed will too.",
		"Only listed programs elevate; these do not: %s.", "setuid = [ PATHS ]" },
	{ "gain-dac", "Can anything in it pass over file permissions (DAC_OVERRIDE)?", 40, "",
		probe_dac,
		"File permissions can be passed over: every file that it sees can be read and "
		"written (%s).",
		"File permissions hold: nothing that it may start passes over them.",
		CLOSE_CAP("dac_override") },
	{ "gain-mount", "Can anything in it mount, and administer the machine (SYS_ADMIN)?", 50, "",
		probe_mount_cap, "File systems can be mounted and the machine administered (%s).",
		"Nothing that it may start can mount.", CLOSE_CAP("sys_admin") },
	{ "gain-ptrace", "Can anything in it look into programs of others (SYS_PTRACE)?", 30, "",
		probe_ptrace_cap, "Programs of others can be looked into and changed (%s).",
		"Nothing that it may start can trace programs of others.",
		CLOSE_CAP("sys_ptrace") },
	{ "gain-module", "Can anything in it load code into the kernel (SYS_MODULE)?", 40, "",
		probe_module_cap, "Modules can be loaded into the kernel (%s).",
		"Nothing that it may start can load modules into the kernel.",
		CLOSE_CAP("sys_module") },
	{ "gain-raw", "Can anything in it send raw frames (NET_RAW)?", 30, "", probe_raw_cap,
		"Network packets can be forged and others' traffic read (%s).",
		"Nothing that it may start can forge packets or listen to others' traffic.",
		CLOSE_CAP("net_raw") },
	{ "gain-mknod", "Can anything in it make device files (MKNOD)?", 20, "", probe_mknod_cap,
		"Device files can be made, of the host's disks too (%s).",
		"Nothing that it may start can make device files.", CLOSE_CAP("mknod") },
	{ "gain-any", "Which capabilities can anything in it have at all?", 0, "", probe_caps,
		"It, or a program that it may start, can have these capabilities: %s.",
		"None: neither it nor anything that it may start has a capability.",
		CLOSE_CAP("NAME") },
};

const size_t audit_n_elevate = sizeof audit_elevate / sizeof audit_elevate[0];
