/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a hostile or a careless caller can leave to the program it starts.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* How the programs are started. */
enum way {
	WAY_HELPER,  /* room-helper by root, as the module does it: with a socket and a question */
	WAY_PAM,     /* a login program, root, with the module */
	WAY_SU,      /* likewise, with a user's real uid, as su(1) is */
	WAY_MANAGER, /* room-helper user-manager by a user, with a room to go to */
	WAY_USER,    /* room-helper by a user, with a socket of his own */
	N_WAYS,
};

/* What has to come of it. */
enum end {
	END_NONE,    /* it is not tried: the state does not exist there */
	END_WORKS,   /* fully in the room */
	END_REFUSED, /* not at all, with a line in the log */
	END_SILENT,  /* not at all, and without a word anywhere */
	END_KILLED,  /* by the signal that the caller left for it, or before it began */
	END_EITHER,  /* one or the other, never half */
	END_RAISED,  /* works where this machine lets root raise limits, refused elsewhere */
};

struct state {
	const char *row; /* of doc/threats.md */
	const char *name;
	bool (*make)(const struct state *state); /* in the process that becomes the program */
	long a, b;
	enum end ends[N_WAYS];
};

extern const struct state states[];
extern const size_t n_states;

/* The user, and where a folder of his is. */
extern uid_t states_uid;
extern gid_t states_gid;

/* What a state can set besides the process itself; the launcher puts the rest in before it calls
 * make(). */
struct start {
	const char *program;
	char *argv[8];
	int argc;
	char **envp;
	int sock;     /* becomes descriptor 3; -1: nothing does */
	bool by_fd;   /* fexecve(3) */
	bool became;  /* the user, already */
	bool by_user; /* it is to be the user's */
};

extern struct start start;
