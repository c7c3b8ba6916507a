/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which services of the host a session reaches. Each is connected to and left at once; nothing is
 * said to it.
 */
#include "roomctl/audit_sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clean.h"
#include "roomctl/audit.h"

#define TOUCHED_MAX 16 /* sockets of a kind that are tried */

int socket_touch(const char *name, int type, pid_t *ret_pid)
{
	cleanup_fd int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t len = sizeof peer;
	size_t n = strlen(name);

	*ret_pid = -1;
	if (fd < 0)
		return -errno;
	if (n >= sizeof addr.sun_path)
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, name, n);
	if (name[0] == '@')
		addr.sun_path[0] = '\0';
	if (connect(fd, (struct sockaddr *)&addr,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0)
		*ret_pid = peer.pid;
	return 0;
}

void probe_manager(const struct audit *audit, struct finding *finding)
{
	static const char *const names[] = { "systemd/private", "bus" };
	char path[64];
	pid_t pid;
	int r = -ENOENT;

	for (size_t i = 0; i < 2 && r < 0; i++) {
		snprintf(path, sizeof path, "/run/user/%u/%s", getuid(), names[i]);
		r = socket_touch(path, SOCK_STREAM, &pid);
	}
	if (r < 0)
		finding_set(finding, ANSWER_NO, "%s: %s", path, strerrordesc_np(-r));
	else if (pid == 0)
		finding_set(finding, ANSWER_YES, "outside this room (%s)", path);
	else if (!audit->key[0])
		finding_set(finding, ANSWER_YES, "as free as this session (%s)", path);
	else
		finding_set(finding, ANSWER_NO, "its own runs in the room");
}

static void by_text(struct finding *finding)
{
	finding->answer = finding->text[0] ? ANSWER_YES : ANSWER_NO;
}

static void touch_all(struct finding *finding, const char *const *paths, size_t n, int type)
{
	pid_t pid;

	for (size_t i = 0; i < n; i++)
		if (socket_touch(paths[i], type, &pid) == 0)
			finding_add(finding, paths[i]);
	by_text(finding);
}

static void probe_engine(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/run/docker.sock", "/var/run/docker.sock",
		"/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/crio/crio.sock",
		"/run/cri-dockerd.sock", "/run/buildkit/buildkitd.sock",
		"/run/k3s/containerd/containerd.sock", "/run/libvirt/libvirt-sock",
		"/run/libvirt/virtqemud-sock", "/run/lxd.socket", "/var/lib/lxd/unix.socket",
		"/var/snap/lxd/common/lxd/unix.socket", "/run/incus/unix.socket",
		"/var/lib/incus/unix.socket", "/run/balena-engine.sock", "/run/snapd.socket" };

	(void)audit;
	/* One daemon is not two because /var/run is a link to /run. */
	touch_all(finding, paths, 1, SOCK_STREAM);
	touch_all(finding, paths + (finding->text[0] ? 2 : 1),
		sizeof paths / sizeof paths[0] - (finding->text[0] ? 2 : 1), SOCK_STREAM);
}

static void probe_bus(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/run/dbus/system_bus_socket" };

	(void)audit;
	touch_all(finding, paths, 1, SOCK_STREAM);
}

static void probe_log(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/dev/log", "/run/systemd/journal/socket" };

	(void)audit;
	touch_all(finding, paths, 2, SOCK_DGRAM);
}

/* Those that stream and are listened to; the kernel lists the names to everybody. */
static void probe_abstract(const struct audit *audit, struct finding *finding)
{
	cleanup_file FILE *file = fopen("/proc/net/unix", "re");
	char line[512], name[128];
	unsigned int flags, type;
	int n = 0;

	while (file && n < TOUCHED_MAX && fgets(line, sizeof line, file)) {
		pid_t pid;

		if (sscanf(line, "%*s %*s %*s %x %x %*s %*s %127s", &flags, &type, name) != 3 ||
			name[0] != '@' || !(flags & 0x10000) || type != SOCK_STREAM)
			continue;
		n++;
		/* In a room its own programs are seen, and have a number; others have none. */
		if (socket_touch(name, SOCK_STREAM, &pid) == 0 && (pid == 0 || !audit->key[0]))
			finding_add(finding, name);
	}
	by_text(finding);
}

/* The ports that others listen on at the loopback, or everywhere; file is of proc(5). Returns how
 * many there are now. */
static size_t read_ports(const char *path, uid_t user, unsigned int ports[TOUCHED_MAX], size_t n)
{
	/* Everywhere and the loopback, as the kernel prints them: words in its own byte order. */
	static const char *const places[] = { "00000000", "0100007F",
		"00000000000000000000000000000000", "00000000000000000000000001000000" };
	cleanup_file FILE *file = fopen(path, "re");
	char line[512], address[64];
	unsigned int port, state, uid;

	while (file && n < TOUCHED_MAX && fgets(line, sizeof line, file)) {
		if (sscanf(line, "%*s %63[0-9A-F]:%x %*s %x %*s %*s %*s %u", address, &port, &state,
			    &uid) != 4 ||
			state != 0x0a || uid == user)
			continue;
		for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
			if (strcmp(address, places[i]) == 0) {
				ports[n++] = port;
				break;
			}
	}
	return n;
}

/* Connects and leaves; a port behind a firewall that is silent is not waited for. */
static bool port_answers(int family, unsigned int port)
{
	cleanup_fd int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	int error = -1, r;
	socklen_t len = sizeof error;

	if (fd < 0)
		return false;
	r = family == AF_INET ? connect(fd, (const struct sockaddr *)&four, sizeof four) :
				connect(fd, (const struct sockaddr *)&six, sizeof six);
	if (r == 0)
		return true;
	return errno == EINPROGRESS && poll(&poll_fd, 1, 300) == 1 &&
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
}

static void probe_loopback(const struct audit *audit, struct finding *finding)
{
	unsigned int ports[TOUCHED_MAX];
	size_t n = read_ports("/proc/net/tcp", audit->user, ports, 0);

	n = read_ports("/proc/net/tcp6", audit->user, ports, n);
	for (size_t i = 0; i < n; i++) {
		char word[32];
		size_t before = 0;

		while (before < i && ports[before] != ports[i])
			before++;
		snprintf(word, sizeof word, "port %u", ports[i]);
		if (before == i &&
			(port_answers(AF_INET, ports[i]) || port_answers(AF_INET6, ports[i])))
			finding_add(finding, word);
	}
	by_text(finding);
}

/* Devices other than the loopback, by which something outside this machine could be reached. */
static void probe_network(const struct audit *audit, struct finding *finding)
{
	cleanup_file FILE *file = fopen("/proc/net/dev", "re");
	char line[512], name[64];

	(void)audit;
	if (!file) {
		finding_set(finding, ANSWER_UNKNOWN, "/proc/net/dev: %s", strerrordesc_np(errno));
		return;
	}
	while (fgets(line, sizeof line, file))
		if (sscanf(line, " %63[^: |]:", name) == 1 && strchr(line, ':') &&
			strcmp(name, "lo") != 0)
			finding_add(finding, name);
	by_text(finding);
}

const struct audit_row audit_services[] = {
	{ "engine", "Does it reach a container engine?", 20, "D-9", probe_engine,
		"It reaches an engine that makes root of whoever it obeys: %s.",
		"It reaches the socket of no container engine.",
		"walls = \"brick\", or no_entry; and take the user out of the engine's group" },
	{ "bus", "Does it reach the system bus?", 0, "D-3", probe_bus,
		"It reaches the system bus, whose services decide by polkit (%s); what they start "
		"for it lands in its room.",
		"It does not reach the system bus.", "no_entry = [ \"/run/dbus\" ]" },
	{ "network", "Has it a network besides its loopback?", 10, "D-15 D-16", probe_network,
		"It has a network, and what that reaches: databases, the cloud's own addresses, "
		"other machines (%s).",
		"It has no network but a loopback of its own.", "network = \"none\"" },
	{ "loopback", "Does it reach services on the host's loopback?", 10, "D-32 D-15 D-11",
		probe_loopback, "It reaches what listens on the host's loopback: %s.",
		"It reaches nothing of others on the loopback.",
		"network = \"none\" or \"private\"" },
	{ "abstract", "Does it reach abstract sockets of programs outside?", 10, "D-30",
		probe_abstract, "It reaches abstract sockets of programs outside: %s.",
		"It reaches no abstract socket of programs outside.",
		"network = \"none\" or \"private\"" },
	{ "log", "Does it write to the host's log?", 0, "D-45", probe_log,
		"It can write lines to the host's log under any program's name (%s).",
		"It does not reach the host's log.",
		"believe _UID and _PID of journald, not the name in the line" },
};

const size_t audit_n_services = sizeof audit_services / sizeof audit_services[0];
