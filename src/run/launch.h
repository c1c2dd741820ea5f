/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command's process: made, held before exec, let go. */
#ifndef IOTAP_LAUNCH_H
#define IOTAP_LAUNCH_H

#include <sys/types.h>

#include "run/signals.h"

struct launch {
	pid_t pid; /* 0: none */
	int pidfd;
	int gate;    /* a byte lets the child go; end of file makes it exit */
	int failure; /* what failed between the gate and exec; end of file: nothing */
};

#define LAUNCH_INIT                                                                                \
	{                                                                                          \
		.pidfd = -1, .gate = -1, .failure = -1                                             \
	}

/* Where the child was when it failed. */
enum launch_step {
	LAUNCH_EXEC = 1,
};

struct launch_failure {
	int step;  /* enum launch_step */
	int error; /* errno */
};

/*
 * Forks the child, which waits at the gate with all signals blocked. Everything that it
 * inherits and that is not close-on-exec stays as it is.
 */
int launch_fork(struct launch *l, char **command, const struct signals *signals);

int launch_release(struct launch *l);

/* Kills a child that was not released, and waits for it. */
void launch_abandon(struct launch *l);

/* Reads l->failure to its end, and closes it. Returns 1 with a failure, 0 without one. */
int launch_outcome(struct launch *l, struct launch_failure *ret);

/* The exit status that stands for a failure: 126 or 127. */
int launch_failure_status(const struct launch_failure *f);

/* The sentence for it. */
void launch_failure_text(const struct launch_failure *f, const char *command, char *ret,
			 size_t size);

#endif
