/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What is asked of systemd over the system bus (see cgroup/bus.h), by libsystemd: this runs in a
 * process of its own (room-bus.c).
 */
#include "cgroup/bus.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/why.h"

static const char step[] = "ask systemd";

#define SERVICE "org.freedesktop.systemd1"
#define MANAGER SERVICE, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"

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

static int bus_open(sd_bus **ret, struct why *why)
{
	int r = sd_bus_open_system(ret);

	return r < 0 ? why_set(why, -r, step, "no system bus") : 0;
}

static int bus_call(sd_bus *bus, sd_bus_message *call, const char *unit, int64_t deadline,
	sd_bus_message **reply, struct why *why)
{
	cleanup_with(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	/* To sd_bus_call(3) no time left means its own idea of enough. */
	if (deadline_left(deadline) == 0)
		return why_set(why, ETIMEDOUT, step, "%s", unit);
	r = sd_bus_call(bus, call, usec_left(deadline), &error, reply);
	return r < 0 ? why_set(why, -r, step, "%s: %s", unit,
			       error.message ? error.message : "no answer") :
		       0;
}

static int append_rate(sd_bus_message *message, const struct bus_property *property)
{
	if (!property->text)
		return sd_bus_message_append(message, "(sv)", property->name, "a(st)", 0);
	return sd_bus_message_append(
		message, "(sv)", property->name, "a(st)", 1, property->text, property->number);
}

static int append_bytes(sd_bus_message *message, const struct bus_property *property)
{
	int r = sd_bus_message_open_container(message, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(message, "s", property->name);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(message, 'y', property->bytes, property->len);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_property(sd_bus_message *message, const struct bus_property *property)
{
	switch (property->type) {
	case BUS_TEXT:
		return sd_bus_message_append(message, "(sv)", property->name, "s", property->text);
	case BUS_TEXTS:
		return sd_bus_message_append(
			message, "(sv)", property->name, "as", 1, property->text);
	case BUS_NUMBERS:
		return sd_bus_message_append(
			message, "(sv)", property->name, "au", 1, (uint32_t)property->number);
	case BUS_NUMBER:
		return sd_bus_message_append(
			message, "(sv)", property->name, "t", property->number);
	case BUS_BYTES:
		return append_bytes(message, property);
	case BUS_RATES:
		return append_rate(message, property);
	}
	return -EINVAL;
}

static int append_properties(
	sd_bus_message *message, const struct bus_property *properties, size_t n)
{
	int r = sd_bus_message_open_container(message, 'a', "(sv)");

	for (size_t i = 0; i < n && r >= 0; i++)
		r = append_property(message, &properties[i]);
	return r < 0 ? r : sd_bus_message_close_container(message);
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

int bus_start_scope(const char *name, const struct bus_property *properties, size_t n,
	int64_t deadline, struct why *why)
{
	cleanup_with(bus_closep) sd_bus *bus = NULL;
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	cleanup_with(message_unrefp) sd_bus_message *reply = NULL;
	struct job job = { NULL };
	int r = bus_open(&bus, why);

	if (r < 0)
		return r;
	/* Before the call: the job can be done before its answer is read. */
	r = sd_bus_match_signal(bus, NULL, MANAGER, "JobRemoved", job_removed, &job);
	/* StartTransientUnit(name, mode, properties, auxiliary units) */
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &call, MANAGER, "StartTransientUnit");
	if (r >= 0)
		r = sd_bus_message_append(call, "ss", name, "fail");
	if (r >= 0)
		r = append_properties(call, properties, n);
	if (r >= 0)
		r = sd_bus_message_append(call, "a(sa(sv))", 0);
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	r = bus_call(bus, call, name, deadline, &reply, why);
	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "o", &job.path);
	if (r < 0)
		return why_set(why, -r, step, "cannot read its answer");
	return job_wait(bus, &job, deadline, why);
}

int bus_set_properties(const char *unit, const struct bus_property *properties, size_t n,
	int64_t deadline, struct why *why)
{
	cleanup_with(bus_closep) sd_bus *bus = NULL;
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	int r = bus_open(&bus, why);

	if (r < 0)
		return r;
	/* SetUnitProperties(name, runtime, properties) */
	r = sd_bus_message_new_method_call(bus, &call, MANAGER, "SetUnitProperties");
	if (r >= 0)
		r = sd_bus_message_append(call, "sb", unit, 1);
	if (r >= 0)
		r = append_properties(call, properties, n);
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	return bus_call(bus, call, unit, deadline, NULL, why);
}

/* The bus's path of the unit, loaded if it was not. reply holds it. */
static int load_unit(sd_bus *bus, const char *unit, int64_t deadline, const char **ret,
	sd_bus_message **reply, struct why *why)
{
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	int r = sd_bus_message_new_method_call(bus, &call, MANAGER, "LoadUnit");

	if (r >= 0)
		r = sd_bus_message_append(call, "s", unit);
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	r = bus_call(bus, call, unit, deadline, reply, why);
	if (r < 0)
		return r;
	r = sd_bus_message_read(*reply, "o", ret);
	return r < 0 ? why_set(why, -r, step, "cannot read its answer") : 0;
}

static int get_number(sd_bus *bus, const char *path, const char *interface, const char *name,
	int64_t deadline, uint64_t *ret, struct why *why)
{
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	cleanup_with(message_unrefp) sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_call(
		bus, &call, SERVICE, path, "org.freedesktop.DBus.Properties", "Get");

	if (r >= 0)
		r = sd_bus_message_append(call, "ss", interface, name);
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	r = bus_call(bus, call, name, deadline, &reply, why);
	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "v", "t", ret);
	return r < 0 ? why_set(why, -r, step, "cannot read %s", name) : 0;
}

int bus_get_numbers(const char *unit, const char *interface, const char *const *names, size_t n,
	uint64_t *ret, int64_t deadline, struct why *why)
{
	cleanup_with(bus_closep) sd_bus *bus = NULL;
	cleanup_with(message_unrefp) sd_bus_message *reply = NULL;
	char full[64];
	const char *path = NULL;
	int r = bus_open(&bus, why);

	snprintf(full, sizeof full, SERVICE ".%s", interface);
	if (r == 0)
		r = load_unit(bus, unit, deadline, &path, &reply, why);
	for (size_t i = 0; i < n && r == 0; i++)
		r = get_number(bus, path, full, names[i], deadline, &ret[i], why);
	return r;
}

int bus_restart(const char *unit, int64_t deadline, struct why *why)
{
	cleanup_with(bus_closep) sd_bus *bus = NULL;
	cleanup_with(message_unrefp) sd_bus_message *call = NULL;
	int r = bus_open(&bus, why);

	if (r < 0)
		return r;
	r = sd_bus_message_new_method_call(bus, &call, MANAGER, "RestartUnit");
	if (r >= 0)
		r = sd_bus_message_append(call, "ss", unit, "replace");
	if (r < 0)
		return why_set(why, -r, step, "cannot compose the call");
	return bus_call(bus, call, unit, deadline, NULL, why);
}
