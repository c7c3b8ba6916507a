/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The policy's language (see schema.h).
 */
#include "config/schema.h"

#include <stdio.h>
#include <string.h>

#include "config/policy.h"
#include "lib/text.h"

#define CHOICES(name, ...) static const struct schema_choice name[] = { __VA_ARGS__, { 0 } }

CHOICES(walls, { "brick", WALLS_BRICK, false }, { "glass", WALLS_GLASS, false },
	{ "concrete", WALLS_CONCRETE, false });
CHOICES(share, { "user", SHARE_USER, false }, { "group", SHARE_GROUP, false },
	{ "session", SHARE_SESSION, false });
CHOICES(network, { "host", NETWORK_HOST, false }, { "none", NETWORK_NONE, false },
	{ "private", NETWORK_PRIVATE, false });
CHOICES(homes, { "hidden", HOMES_HIDDEN, false }, { "visible", HOMES_VISIBLE, false });
CHOICES(systems, { "protected", SYSTEM_PROTECTED, false }, { "writable", SYSTEM_WRITABLE, false },
	{ "read_only", SYSTEM_READ_ONLY, false });
CHOICES(tmps, { "memory", TMP_MEMORY, false }, { "disk", TMP_DISK, false },
	{ "host", TMP_HOST, false });
CHOICES(devs, { "host", DEV_HOST, false }, { "minimal", DEV_MINIMAL, false });
CHOICES(allowances, { "deny", USER_NAMESPACES_DENY, false },
	{ "allow", USER_NAMESPACES_ALLOW, false });
CHOICES(profiles, { "developer", PROFILE_DEVELOPER, false }, { "login", PROFILE_LOGIN, false },
	{ "container", PROFILE_CONTAINER, false }, { "strict", PROFILE_STRICT, false });
CHOICES(actions, { "errno", ACTION_ERRNO, false }, { "log", ACTION_LOG, false },
	{ "kill", ACTION_KILL, false });
CHOICES(failures, { "deny", ON_FAILURE_DENY, false }, { "allow", ON_FAILURE_ALLOW, false });
CHOICES(strays, { "restart", STRAYS_RESTART, false }, { "refuse", STRAYS_REFUSE, false },
	{ "accept", STRAYS_ACCEPT, false });
CHOICES(linger, { "processes", LINGER_PROCESSES, false }, { "none", LINGER_NONE, false });
CHOICES(namespaces, { "mount", ROOM_NS_MOUNT, false }, { "pid", ROOM_NS_PID, false },
	{ "ipc", ROOM_NS_IPC, false }, { "uts", ROOM_NS_UTS, false },
	{ "network", ROOM_NS_NETWORK, false }, { "cgroup", ROOM_NS_CGROUP, false },
	{ "user", ROOM_NS_USER, true });
/* Bits of linux/securebits.h. */
CHOICES(securebits, { "noroot", 1 << 0, false }, { "noroot_locked", 1 << 1, false },
	{ "no_setuid_fixup", 1 << 2, false }, { "no_setuid_fixup_locked", 1 << 3, false },
	{ "keep_caps", 1 << 4, false }, { "keep_caps_locked", 1 << 5, false },
	{ "no_cap_ambient_raise", 1 << 6, false },
	{ "no_cap_ambient_raise_locked", 1 << 7, false });

#define AT_NONE 0
#define IN_POLICY(field) offsetof(struct policy, field)
#define IN_ROOM(field) offsetof(struct room_spec, field)
#define IN_LIMITS(field) (IN_ROOM(limits) + offsetof(struct room_limits, field))
#define IN_RULE(field) offsetof(struct rule, field)

/* KEY(level, name, type, offset, what else, wants, fallback, meaning) */
#define ROW(lvl, nam, typ, off, wan, fal, mea, ...)                                                \
	{                                                                                          \
		.level = SCHEMA_##lvl, .name = nam, .type = SCHEMA_##typ, .offset = off,           \
		.wants = wan, .fallback = fal, .meaning = mea, __VA_ARGS__                         \
	}
#define OF_WALLS .of_walls = true
#define BY_WALLS "what the walls say"
#define A_SIZE "a size like \"512M\" or \"2G\""
#define SOME_STRINGS "a string or a list of strings"
#define SOME_PATHS "an absolute path or a list of them"

const struct schema_row schema_rows[] = {
	ROW(FILE, "version", VERSION, AT_NONE, "the number 1", "1",
		"the version of the language", ),
	ROW(FILE, "on_failure", CHOICE, IN_POLICY(on_failure), "\"deny\" or \"allow\"", "deny",
		"whether users other than root get in when their room cannot be opened",
		.choices = failures),
	ROW(FILE, "rooms", ROOMS, AT_NONE, "a group { name: { ... }; }", "none",
		"the rooms, by name", ),
	ROW(FILE, "assign", RULES, AT_NONE, "a list ( { ... }, { ... } )", "none",
		"who gets which room: the first rule whose conditions all hold decides", ),

	ROW(ROOM, "walls", CHOICE, IN_ROOM(walls), "\"glass\", \"brick\" or \"concrete\"", "brick",
		"the preset that everything else of the room starts from", .choices = walls),
	ROW(ROOM, "share", CHOICE, IN_ROOM(share), "\"user\", \"group\" or \"session\"", BY_WALLS,
		"who shares the room: all sessions of a user with the user manager, a whole group, "
		"or "
		"nobody: each session has a room of its own, and so has the user manager",
		.choices = share, OF_WALLS),
	ROW(ROOM, "linger", LINGER, IN_ROOM(linger),
		"\"processes\", \"none\" or a duration like \"10m\"", BY_WALLS,
		"what the room waits for before it ends: its last process, nothing (the last "
		"logout ends everything in it), or so long after the last logout",
		.choices = linger, OF_WALLS),
	ROW(ROOM, "strays", CHOICE, IN_ROOM(strays), "\"restart\", \"refuse\" or \"accept\"",
		BY_WALLS,
		"what becomes of the user's processes that run outside already when the room is "
		"made: the user manager is restarted inside and the others are named in the log, "
		"nobody gets in while there are any, or all are only named in the log",
		.choices = strays, OF_WALLS),
	ROW(ROOM, "namespaces", FLAGS, IN_ROOM(namespaces),
		"a list out of \"mount\", \"pid\", \"ipc\", \"uts\", \"network\", \"cgroup\" and "
		"\"user\"",
		BY_WALLS, "the room's own namespaces(7)", .choices = namespaces, OF_WALLS),
	ROW(ROOM, "hostname", HOSTNAME, IN_ROOM(hostname), "a host name", "the host's",
		"the host name in the room", ),
	ROW(ROOM, "network", CHOICE, IN_ROOM(network), "\"host\", \"none\" or \"private\"",
		BY_WALLS, "the host's network, loopback alone, or one of its own with a way out",
		.choices = network, OF_WALLS),
	ROW(ROOM, "homes", CHOICE, IN_ROOM(homes), "\"hidden\" or \"visible\"", BY_WALLS,
		"whether other users' homes are seen", .choices = homes, OF_WALLS),
	ROW(ROOM, "system", CHOICE, IN_ROOM(system), "\"writable\", \"protected\" or \"read_only\"",
		BY_WALLS,
		"how much of the system is read-only: nothing more than by file permissions, "
		"/usr, /boot, /sys and /proc/sys, or all but the home, /tmp and the runtime "
		"directory",
		.choices = systems, OF_WALLS),
	ROW(ROOM, "tmp", GROUP, AT_NONE, "a group { ... }", BY_WALLS,
		"the room's own /tmp, /var/tmp and /dev/shm", .sub = SCHEMA_TMP),
	ROW(TMP, "kind", CHOICE, IN_ROOM(tmp_kind), "\"memory\", \"disk\" or \"host\"", BY_WALLS,
		"where they are: in memory; /tmp and /var/tmp in a file system of the room's on "
		"the disk of "
		"/var/lib/pam_room, which wants tmp.size; or the host's",
		.choices = tmps, OF_WALLS),
	ROW(TMP, "size", SIZE, IN_ROOM(tmp_size), A_SIZE, "half of the memory",
		"how much fits into them", ),
	ROW(TMP, "inodes", COUNT, IN_ROOM(tmp_inodes), "a number from 1 to 2147483647",
		"no limit of its own", "how many files fit into them", .min = 1, .max = INT32_MAX),
	ROW(ROOM, "dev", CHOICE, IN_ROOM(dev), "\"host\" or \"minimal\"", BY_WALLS,
		"the host's /dev, or the usual devices and those of devices", .choices = devs,
		OF_WALLS),
	ROW(ROOM, "devices", DEVICES, IN_ROOM(devices), "a pattern below /dev or a list of them",
		"none", "devices besides the usual ones", ),
	ROW(ROOM, "no_entry", PATHS, IN_ROOM(no_entry), SOME_PATHS, "none",
		"what is closed: it looks empty and nobody writes to it", ),
	ROW(ROOM, "read_only", PATHS, IN_ROOM(read_only), SOME_PATHS, "none",
		"what is read-only", ),
	ROW(ROOM, "writable", PATHS, IN_ROOM(writable), SOME_PATHS, "none",
		"what is writable all the same, and not masked either", ),
	ROW(ROOM, "bind", BINDS, IN_ROOM(binds), "a list ( { ... }, { ... } )", "none",
		"directories that are seen at another place too", .sub = SCHEMA_BIND),
	ROW(BIND, "source", PATH, offsetof(struct room_bind, source), "an absolute path",
		"must be written", "the directory of the host", ),
	ROW(BIND, "target", PATH, offsetof(struct room_bind, target), "an absolute path",
		"must be written", "where it is seen", ),
	ROW(BIND, "read_only", BOOL, offsetof(struct room_bind, read_only), "true or false",
		"false", "whether it is read-only there", ),
	ROW(ROOM, "setuid", SETUID, IN_ROOM(setuid), "\"all\", \"none\" or a list of paths",
		BY_WALLS, "the programs whose setuid bit or file capabilities count", OF_WALLS),
	ROW(ROOM, "capabilities", GROUP, AT_NONE, "a group { ... }", BY_WALLS,
		"the capability sets, capabilities(7)", .sub = SCHEMA_CAPABILITIES),
	ROW(CAPABILITIES, "bounding", CAPS, IN_ROOM(bounding),
		"\"all\", \"none\", \"docker\", \"podman\" or a list of capabilities, each with + "
		"or - to start from the walls' set",
		BY_WALLS, "the bounding set", OF_WALLS),
	ROW(CAPABILITIES, "inheritable", CAPS, IN_ROOM(inheritable),
		"\"all\", \"none\", \"docker\", \"podman\" or a list of capabilities, each with + "
		"or - to start from the walls' set",
		BY_WALLS,
		"the inheritable set; of a service with a narrower bounding set, what that has of "
		"it",
		OF_WALLS),
	ROW(ROOM, "securebits", FLAGS, IN_ROOM(securebits),
		"a list of securebits, like \"noroot\" and \"noroot_locked\"", BY_WALLS,
		"the securebits, capabilities(7)", .choices = securebits, OF_WALLS),
	ROW(ROOM, "no_new_privs", BOOL, IN_ROOM(no_new_privs), "true or false", BY_WALLS,
		"whether nothing may elevate, PR_SET_NO_NEW_PRIVS", OF_WALLS),
	ROW(ROOM, "user_namespaces", CHOICE, IN_ROOM(user_namespaces), "\"allow\" or \"deny\"",
		BY_WALLS,
		"whether users may make user namespaces, and with them all others, join them and "
		"mount inside: unshare, setns, clone3 and the mount calls are let through, and "
		"the kernel asks for the capabilities",
		.choices = allowances, OF_WALLS),
	ROW(ROOM, "syscalls", GROUP, AT_NONE, "a group { ... }", BY_WALLS,
		"the system call filter, seccomp(2)", .sub = SCHEMA_SYSCALLS),
	ROW(SYSCALLS, "profile", CHOICE, IN_ROOM(profile),
		"\"login\", \"developer\", \"container\" or \"strict\"", BY_WALLS,
		"the filter that the next two change: the calls that administer the host are "
		"refused; also what attacks the kernel or other rooms; all that is not listed, at "
		"least what Docker refuses; all but what a session needs",
		.choices = profiles, OF_WALLS),
	ROW(SYSCALLS, "allow", SYSNAMES, IN_ROOM(syscalls_allow), "names of system calls", "none",
		"system calls that are let through all the same, with any arguments", ),
	ROW(SYSCALLS, "deny", SYSNAMES, IN_ROOM(syscalls_deny), "names of system calls", "none",
		"system calls that are refused too", ),
	ROW(SYSCALLS, "action", CHOICE, IN_ROOM(action), "\"errno\", \"log\" or \"kill\"", BY_WALLS,
		"what happens to a refused call: it fails, it is done and logged, to learn what a "
		"room needs, or it ends the process",
		.choices = actions, OF_WALLS),
	ROW(ROOM, "limits", GROUP, AT_NONE, "a group { ... }", "none",
		"what the room may use, cgroups(7)", .sub = SCHEMA_LIMITS),
	ROW(LIMITS, "memory", SIZE, IN_LIMITS(memory), A_SIZE, "none", "memory, memory.max"),
	ROW(LIMITS, "memory_high", SIZE, IN_LIMITS(memory_high), A_SIZE, "none",
		"memory above which the room is slowed down, memory.high"),
	ROW(LIMITS, "swap", SIZE, IN_LIMITS(swap), A_SIZE, "none", "swap, memory.swap.max"),
	ROW(LIMITS, "cpu", PERCENT, IN_LIMITS(cpu), "a percentage like \"400%\"", "none",
		"processor time, in percent of one processor, cpu.max"),
	ROW(LIMITS, "cpu_weight", COUNT, IN_LIMITS(cpu_weight), "a number from 1 to 10000", "none",
		"share of the processors when they are busy, cpu.weight", .min = 1, .max = 10000),
	ROW(LIMITS, "cpus", CPUS, IN_LIMITS(cpus), "processors like \"0-7\" or \"0,2,4-6\"", "none",
		"the processors that may be used, cpuset.cpus"),
	ROW(LIMITS, "tasks", COUNT, IN_LIMITS(tasks), "a number from 1 to 4194304", "none",
		"processes and threads, pids.max", .min = 1, .max = 4194304),
	ROW(LIMITS, "io_weight", COUNT, IN_LIMITS(io_weight), "a number from 1 to 10000", "none",
		"share of the disks when they are busy, io.weight", .min = 1, .max = 10000),
	ROW(LIMITS, "io", IO_LIST, IN_LIMITS(io), "a list ( { ... }, { ... } )", "none",
		"bytes per second, io.max", .sub = SCHEMA_IO),
	ROW(IO, "path", PATH, offsetof(struct io_limit, path), "an absolute path",
		"must be written", "a file on the disk that is meant", ),
	ROW(IO, "read", SIZE, offsetof(struct io_limit, read), A_SIZE, "none",
		"bytes read in a second", ),
	ROW(IO, "write", SIZE, offsetof(struct io_limit, write), A_SIZE, "none",
		"bytes written in a second", ),
	ROW(LIMITS, "ptys", COUNT, IN_LIMITS(ptys), "a number from 1 to 65536", BY_WALLS,
		"how many pseudo-terminals, in a pool of the room's own; none: the host's pool",
		.min = 1, .max = 65536, OF_WALLS),
	ROW(ROOM, "banner", TEXT, IN_ROOM(banner), "one line of up to 200 characters", "none",
		"a line for whoever enters at a terminal, with the room's name after it", ),
	ROW(ROOM, "on_failure", CHOICE, IN_ROOM(on_failure), "\"deny\" or \"allow\"",
		"what the file says",
		"whether users other than root get in when the room cannot be opened",
		.choices = failures),

	ROW(RULE, "user", GLOBS, IN_RULE(user), SOME_STRINGS, "anybody",
		"account names as the directory has them, patterns as in glob(7)", ),
	ROW(RULE, "group", NAMES, IN_RULE(group), SOME_STRINGS, "any",
		"groups, one of which the user is in, no patterns", ),
	ROW(RULE, "netgroup", NAMES, IN_RULE(netgroup), SOME_STRINGS, "any",
		"netgroups, one of which the user is in, no patterns", ),
	ROW(RULE, "uid", UIDS, IN_RULE(uid), "a string like \"1000-1999\" or \"1000-\"", "any",
		"a range of user ids", ),
	ROW(RULE, "service", GLOBS, IN_RULE(service), SOME_STRINGS, "any",
		"PAM services like sshd, login, su, cron or systemd-user, patterns as in "
		"glob(7)", ),
	ROW(RULE, "tty", GLOBS, IN_RULE(tty), SOME_STRINGS, "any",
		"terminals, PAM_TTY without /dev/: tty1, ttyS0 or hvc0 at a console, pts/3, ssh "
		"for all of sshd's, cron for cron's; patterns as in glob(7)", ),
	ROW(RULE, "from", FROM, IN_RULE(from), SOME_STRINGS, "anywhere",
		"where the user comes from, PAM_RHOST: addresses, networks like \"10.0.0.0/8\", or "
		"patterns of host names", ),
	ROW(RULE, "time", TIME, IN_RULE(time), SOME_STRINGS, "always",
		"times of the week like \"Mon-Fri 08:00-18:00\", one of which it is when the "
		"session opens", ),
	ROW(RULE, "room", TARGET, IN_RULE(room_name),
		"the name of a room, \"outside\" or \"closed\"", "must be written",
		"where the login goes: into a room, outside (as if there were no pam_room), or "
		"nowhere, because closed refuses it", ),
};

const size_t schema_n_rows = sizeof schema_rows / sizeof schema_rows[0];

_Static_assert(sizeof schema_rows / sizeof schema_rows[0] <= POLICY_ROWS_MAX, "raise it");
