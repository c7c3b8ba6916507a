/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * room-keeper: pid 1 of a room. It holds the room's namespaces, reaps what is orphaned, knows who
 * is inside, and ends the room when nobody needs it. When it exits the kernel kills whatever is
 * left in the room (pid_namespaces(7)), so there is nothing it has to clean up but its own
 * directory.
 *
 * It is started by the helper with exactly these descriptors (doc/protocol.md):
 *   3  birth socket: READY goes out, ADOPT comes in; its end before ADOPT means the helper died
 *   4  a bound, not yet listening socket; listening from here makes SO_PEERCRED name the keeper
 *   5  the directory of all rooms, a detached mount, so that ".." leads nowhere
 *   6  the room's own directory below it; flock(2) on it is the room's lock
 * and the arguments KEY and "processes", "none" or a number of seconds (linger).
 *
 * It never opens a file, and nothing a user can send reaches it: its socket stands where only root
 * outside can go.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "keeper/armour.h"
#include "keeper/leases.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/lease.h"
#include "lib/registry.h"
#include "lib/text.h"

enum { BIRTH_FD = 3, LISTEN_FD = 4, ROOMS_FD = 5, ROOM_FD = 6 };

#define KEEPER_BIRTH_MS 15000 /* the helper's own deadline is shorter */
#define KEEPER_GRACE_MS 2000  /* from "ending" to the end, for programs that leave by themselves */
#define KEEPER_LOCK_MS 2000   /* more, while a helper holds the room's lock */
#define KEEPER_LINGER_S 31536000 /* a year, the policy's most */
#define KEEPER_TICK_MS 200
#define KEEPER_TICKS_FAST 50

enum state { BORN, KEEPING, ENDING, GONE, N_STATES = GONE };
enum event { ADOPTED, ORPHANED, UNNEEDED, TOLD, DRAINED, N_EVENTS };

/* The keeper's whole life. */
static const enum state life[N_STATES][N_EVENTS] = {
	/*            ADOPTED  ORPHANED UNNEEDED TOLD    DRAINED */
	[BORN] = { KEEPING, ENDING, BORN, ENDING, BORN },
	[KEEPING] = { KEEPING, KEEPING, ENDING, ENDING, KEEPING },
	[ENDING] = { ENDING, ENDING, ENDING, ENDING, GONE },
};

struct keeper {
	enum state state;
	const char *key;
	bool by_logout; /* the last logout, and linger_s after it, end the room */
	uint64_t linger_s;
	int64_t leave_by; /* set while nobody is logged in any more */
	int signal_fd;
	int64_t born_by;
	int64_t end_by; /* set when the state becomes ENDING */
	bool locked;
	unsigned int idle_ticks;
	struct leases leases;
	struct pollfd polls[LEASES_MAX + 3];
};

static void keeper_happens(struct keeper *keeper, enum event event)
{
	enum state next = life[keeper->state][event];

	if (next == ENDING && keeper->state != ENDING)
		keeper->end_by = deadline_in(KEEPER_GRACE_MS);
	keeper->state = next;
}

/* kill(2): with pid -1 and signal 0, ESRCH says that no other process is in this pid namespace, */
/* those that entered it from outside and are no children of ours included. */
static bool keeper_is_alone(void)
{
	return kill(-1, 0) < 0 && errno == ESRCH;
}

/* Whoever holds the lock is about to enter; with the lock in hand nobody can be on the way in. */
static bool keeper_lock(struct keeper *keeper)
{
	keeper->locked = keeper->locked || flock(ROOM_FD, LOCK_EX | LOCK_NB) == 0;
	return keeper->locked;
}

static bool keeper_is_unneeded(const struct keeper *keeper)
{
	const struct leases *leases = &keeper->leases;

	if (leases->n_logins > 0 || deadline_left(leases->hold_until) > 0)
		return false;
	if (keeper->by_logout && leases->had_login)
		return deadline_left(keeper->leave_by) == 0;
	return leases->n_managers == 0 && keeper_is_alone();
}

/* Looks at what no descriptor tells: time, and processes that are not our children. */
static void keeper_look_around(struct keeper *keeper)
{
	leases_expire(&keeper->leases);
	if (keeper->leases.n_logins > 0)
		keeper->leave_by = 0;
	else if (keeper->leave_by == 0)
		keeper->leave_by = deadline_in(0) + (int64_t)keeper->linger_s * 1000;
	if (keeper->state == BORN && deadline_left(keeper->born_by) == 0)
		keeper_happens(keeper, ORPHANED);
	if (keeper->state == KEEPING && keeper->leases.n_open == keeper->leases.n_managers &&
		keeper_is_unneeded(keeper) && keeper_lock(keeper))
		keeper_happens(keeper, UNNEEDED);
	if (keeper->state == ENDING && (keeper_is_alone() || deadline_left(keeper->end_by) == 0) &&
		(keeper_lock(keeper) || deadline_left(keeper->end_by + KEEPER_LOCK_MS) == 0))
		keeper_happens(keeper, DRAINED);
}

/*
 * SIGTERM counts only from outside the room: there si_pid is 0, and si_code SI_USER cannot be
 * forged for another process (rt_sigqueueinfo(2)).
 */
static void keeper_signals(struct keeper *keeper)
{
	struct signalfd_siginfo info;

	while (read(keeper->signal_fd, &info, sizeof info) == sizeof info)
		if (info.ssi_signo == SIGTERM && info.ssi_code == SI_USER && info.ssi_pid == 0)
			keeper_happens(keeper, TOLD);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void keeper_birth(struct keeper *keeper)
{
	enum lease_kind kind;
	int word = lease_hear(BIRTH_FD, &kind, deadline_in(0), NULL);
	int fd = BIRTH_FD;

	keeper_happens(keeper, word == LEASE_ADOPT ? ADOPTED : ORPHANED);
	fd_closep(&fd);
	keeper->polls[0].fd = -1;
}

static int keeper_patience(struct keeper *keeper)
{
	/* A managers' room is looked at too: its last login may be gone. */
	if (keeper->state == KEEPING && keeper->leases.n_logins > 0) {
		keeper->idle_ticks = 0;
		return keeper->leases.n_open > keeper->leases.n_logins + keeper->leases.n_managers ?
			KEEPER_TICK_MS :
			-1;
	}
	keeper->idle_ticks++;
	return keeper->state == KEEPING && keeper->idle_ticks > KEEPER_TICKS_FAST ?
		10 * KEEPER_TICK_MS :
		KEEPER_TICK_MS;
}

static void keeper_turn(struct keeper *keeper)
{
	struct pollfd *polls = keeper->polls;
	unsigned int n = keeper->leases.top;
	int ready;

	for (unsigned int i = 0; i < n; i++)
		polls[3 + i] = (struct pollfd){ keeper->leases.list[i].fd, POLLIN, 0 };
	ready = poll(polls, n + 3, keeper_patience(keeper));
	/* It hears nobody any more: better an end than a room without a keeper. */
	if (ready < 0 && errno != EINTR)
		keeper_happens(keeper, TOLD);
	if (ready > 0) {
		if (polls[0].revents)
			keeper_birth(keeper);
		if (polls[1].revents)
			keeper_signals(keeper);
		for (unsigned int i = 0; i < n; i++)
			if (polls[3 + i].revents)
				leases_serve(&keeper->leases, i, keeper->state == ENDING);
		if (polls[2].revents)
			leases_accept(&keeper->leases, LISTEN_FD);
	}
	keeper_look_around(keeper);
}

/* Everything that can fail, before anybody relies on the room. */
static int keeper_stand(struct keeper *keeper, int argc, char **argv)
{
	sigset_t all;

	if (getpid() != 1 || argc != 3)
		return -EINVAL;
	keeper->key = argv[1];
	keeper->by_logout = strcmp(argv[2], "processes") != 0;
	if (keeper->by_logout && strcmp(argv[2], "none") != 0 &&
		text_u64(argv[2], KEEPER_LINGER_S, &keeper->linger_s) < 0)
		return -EINVAL;
	keeper->born_by = deadline_in(KEEPER_BIRTH_MS);
	prctl(PR_SET_NAME, "room-keeper");
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return -errno;
	keeper->signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	leases_init(&keeper->leases);
	if (keeper->signal_fd < 0 || listen(LISTEN_FD, LEASE_BACKLOG) < 0)
		return -errno;
	keeper->polls[0] = (struct pollfd){ BIRTH_FD, POLLIN, 0 };
	keeper->polls[1] = (struct pollfd){ keeper->signal_fd, POLLIN, 0 };
	keeper->polls[2] = (struct pollfd){ LISTEN_FD, POLLIN, 0 };
	return armour_put_on();
}

int main(int argc, char **argv)
{
	static struct keeper keeper;

	if (keeper_stand(&keeper, argc, argv) < 0)
		return 111;
	if (lease_say(BIRTH_FD, LEASE_READY, 0, keeper.born_by, NULL) < 0)
		keeper_happens(&keeper, ORPHANED);
	while (keeper.state != GONE)
		keeper_turn(&keeper);
	/* Without the lock a helper is making the next room there; it takes over what is left. */
	if (keeper.locked)
		registry_remove_room(ROOMS_FD, ROOM_FD, keeper.key);
	_exit(0);
}
