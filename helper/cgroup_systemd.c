/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups through systemd (see cgroup.h): transient scopes, asked for over the system bus
 * (org.freedesktop.systemd1(5)). The environment is empty by now, so the bus's address is the
 * built-in one. A scope is there when its job is done, not when the call returns.
 */
#include "helper/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/why.h"

static const char step[] = "ask systemd";

#define MANAGER                                                                                    \
	"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"

/* One property of a unit: a string, a list of one string, or a list of one number. */
struct property {
	const char *name;
	enum { PROPERTY_TEXT, PROPERTY_TEXTS, PROPERTY_NUMBERS } type;
	const char *text;
	uint32_t number;
};

struct scope {
	char name[128];
	struct property properties[6];
	size_t n;
};

/* The job that makes a scope. */
struct job {
	const char *path;
	bool done;
	char result[32];
};

static void message_unrefp(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

static void bus_closep(sd_bus **bus)
{
	sd_bus_flush_close_unref(*bus);
}

static uint64_t usec_left(int64_t deadline)
{
	return (uint64_t)deadline_left(deadline) * 1000;
}

static int append_property(sd_bus_message *message, const struct property *property)
{
	switch (property->type) {
	case PROPERTY_TEXT:
		return sd_bus_message_append(message, "(sv)", property->name, "s", property->text);
	case PROPERTY_TEXTS:
		return sd_bus_message_append(
			message, "(sv)", property->name, "as", 1, property->text);
	case PROPERTY_NUMBERS:
		return sd_bus_message_append(
			message, "(sv)", property->name, "au", 1, property->number);
	}
	return -EINVAL;
}

/* StartTransientUnit(name, mode, properties, auxiliary units) */
static int compose(sd_bus *bus, const struct scope *scope, sd_bus_message **ret)
{
	int r = sd_bus_message_new_method_call(bus, ret, MANAGER, "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(*ret, "ss", scope->name, "fail");
	if (r >= 0)
		r = sd_bus_message_open_container(*ret, 'a', "(sv)");
	for (size_t i = 0; i < scope->n && r >= 0; i++)
		r = append_property(*ret, &scope->properties[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(*ret);
	return r < 0 ? r : sd_bus_message_append(*ret, "a(sa(sv))", 0);
}

/* JobRemoved(id, job, unit, result) */
static int job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;
	int r = sd_bus_message_read(message, "uoss", &id, &path, &unit, &result);

	(void)error;
	if (r < 0 || !job->path || strcmp(path, job->path) != 0)
		return 0;
	job->done = true;
	snprintf(job->result, sizeof job->result, "%s", result);
	return 0;
}

static int job_wait(sd_bus *bus, const struct job *job, int64_t deadline, struct why *why)
{
	while (!job->done) {
		int r = sd_bus_process(bus, NULL);

		if (r == 0 && deadline_left(deadline) == 0)
			return why_set(why, ETIMEDOUT, step, "the scope does not come");
		if (r == 0)
			r = sd_bus_wait(bus, usec_left(deadline));
		if (r < 0)
			return why_set(why, -r, step, "waiting for the scope");
	}
	if (strcmp(job->result, "done") != 0)
		return why_set(why, 0, step, "the scope was not made: %s", job->result);
	return 0;
}

static int scope_start(const struct scope *scope, int64_t deadline, struct why *why)
{
	cleanup_with(bus_closep) sd_bus *bus = NULL;
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	cleanup_with(message_unrefp) sd_bus_message *reply = NULL;
	cleanup_with(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct job job = { NULL };
	int r = sd_bus_open_system(&bus);

	if (r < 0)
		return why_set(why, -r, step, "no system bus");
	/* Before the call: the job can be done before its answer is read. */
	r = sd_bus_match_signal(bus, NULL, MANAGER, "JobRemoved", job_removed, &job);
	if (r >= 0)
		r = compose(bus, scope, &call);
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	r = sd_bus_call(bus, call, usec_left(deadline), &error, &reply);
	if (r < 0)
		return why_set(why, -r, step, "%s: %s", scope->name,
			error.message ? error.message : "no answer");
	r = sd_bus_message_read(reply, "o", &job.path);
	if (r < 0)
		return why_set(why, -r, step, "cannot read its answer");
	return job_wait(bus, &job, deadline, why);
}

int cgroup_place_keeper(pid_t keeper, const char *key, uid_t uid, int64_t deadline, struct why *why)
{
	char slice[32], about[96];
	struct scope scope = { .n = 5,
		.properties = {
			{ "Description", PROPERTY_TEXT, about, 0 },
			{ "Slice", PROPERTY_TEXT, "system.slice", 0 },
			{ "CollectMode", PROPERTY_TEXT, "inactive-or-failed", 0 },
			/* Stopping goes the other way round: what runs in the room ends first. */
			{ "Before", PROPERTY_TEXTS, slice, 0 },
			{ "PIDs", PROPERTY_NUMBERS, NULL, (uint32_t)keeper },
		} };

	if (sd_booted() <= 0)
		return 0;
	/* The pid, because a scope of a room that has just ended may still be there. */
	snprintf(scope.name, sizeof scope.name, "pam_room-%s-%d.scope", key, keeper);
	snprintf(slice, sizeof slice, "user-%u.slice", uid);
	snprintf(about, sizeof about, "Keeper of room %s", key);
	return scope_start(&scope, deadline, why);
}

/* The process's group in the unified hierarchy, "/" included. */
static int cgroup_of(pid_t pid, char *buf, size_t size, struct why *why)
{
	cleanup_fd int dfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[32], text[4096], *line;

	snprintf(name, sizeof name, "%d/cgroup", pid);
	if (dfd < 0 || fd_read_small(dfd, name, text, sizeof text) < 0)
		return why_set(why, errno, step, "control group of process %d", pid);
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return why_set(
			why, ENOENT, step, "there is no unified hierarchy of control groups");
	line += *line == '\n' ? 4 : 3;
	snprintf(buf, size, "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

int cgroup_place_login(pid_t login, uid_t uid, int64_t deadline, struct why *why)
{
	char group[1024], slice[32], about[64];
	struct timespec now;
	struct scope scope = { .n = 4,
		.properties = {
			{ "Description", PROPERTY_TEXT, about, 0 },
			{ "Slice", PROPERTY_TEXT, slice, 0 },
			{ "CollectMode", PROPERTY_TEXT, "inactive-or-failed", 0 },
			{ "PIDs", PROPERTY_NUMBERS, NULL, (uint32_t)login },
		} };
	int r;

	if (sd_booted() <= 0)
		return 0;
	r = cgroup_of(login, group, sizeof group, why);
	if (r < 0)
		return r;
	/* A session that logind knows, this user's or (su) another's, or a manager's service. */
	if (strncmp(group, "/user.slice/", 12) == 0)
		return 0;
	/* The scope may outlive the login, and its pid is given out again. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(scope.name, sizeof scope.name, "pam_room-login-%d-%lld%06ld.scope", login,
		(long long)now.tv_sec, now.tv_nsec / 1000);
	snprintf(slice, sizeof slice, "user-%u.slice", uid);
	snprintf(about, sizeof about, "Login of uid %u without a session", uid);
	return scope_start(&scope, deadline, why);
}

int cgroup_restart_manager(uid_t uid, int64_t deadline, struct why *why)
{
	cleanup_with(bus_closep) sd_bus *bus = NULL;
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	cleanup_with(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	char unit[48];
	int r;

	/* Somebody's control groups may be called like systemd's. */
	if (sd_booted() <= 0)
		return 0;
	/* To sd_bus_call(3) no time left means its own idea of enough. */
	if (deadline_left(deadline) == 0)
		return why_set(why, ETIMEDOUT, step, "restart of the user manager");
	snprintf(unit, sizeof unit, "user@%u.service", uid);
	r = sd_bus_open_system(&bus);
	if (r < 0)
		return why_set(why, -r, step, "no system bus");
	r = sd_bus_message_new_method_call(bus, &call, MANAGER, "RestartUnit");
	if (r >= 0)
		r = sd_bus_message_append(call, "ss", unit, "replace");
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	r = sd_bus_call(bus, call, usec_left(deadline), &error, NULL);
	return r < 0 ? why_set(why, -r, step, "%s: %s", unit,
			       error.message ? error.message : "no answer") :
		       0;
}
