/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The front's side of the recorder: its process, and what it says until the command may run. */
#ifndef IOTAP_RECORDER_PROCESS_H
#define IOTAP_RECORDER_PROCESS_H

#include <sys/types.h>

#include "run/config.h"
#include "run/control.h"

struct signals;

struct recorder_process {
	pid_t pid;   /* 0: reaped */
	int control; /* our end; -1: the recorder is gone */
};

#define RECORDER_PROCESS_INIT                                                                      \
	{                                                                                          \
		.control = -1                                                                      \
	}

/* Forks it. It has a session of its own and of all descriptors only control and dirfd. */
int recorder_process_start(struct recorder_process *p, const struct run_config *config, int dirfd);

/*
 * Waits for a message of type `wanted`. Returns 0; the number of a signal that came by which a user
 * ends a program; or negative errno with one sentence in ret_error when the recorder failed.
 */
int recorder_process_expect(struct recorder_process *p, struct signals *signals, unsigned wanted,
			    char *ret_error, size_t error_size);

/* Sends a message without text. fd: as for control_send. */
int recorder_process_tell(struct recorder_process *p, unsigned type, pid_t pid, int fd);

/*
 * Its end, so that no zombie stays where process 1 does not care for orphans. Bounded: a
 * recorder that does not end is left behind. kill_it: end it now.
 */
void recorder_process_end(struct recorder_process *p, bool kill_it);

#endif
