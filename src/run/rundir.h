/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run directory: its name, its making, its lock. */
#ifndef IOTAP_RUNDIR_H
#define IOTAP_RUNDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct rundir {
	char *path; /* without slashes at its end */
	int fd;	    /* holds an exclusive flock, which every copy of the fd shares */
	bool made;  /* it was not there before */
};

#define RUNDIR_INIT                                                                                \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Replaces the words of a template; NULL: the default one. `command` is argv[0].
 * 0, or negative errno with one sentence in ret_error.
 */
int rundir_expand(const char *template, const char *command, char **ret, char *ret_error,
		  size_t error_size);

/*
 * Makes the directory, or takes one that is empty, or moves an earlier run aside (PATH.1 is the
 * youngest), and locks it. Sets ret->fd and ret->made. Errors as above.
 */
int rundir_create(const char *path, struct rundir *ret, char *ret_error, size_t error_size);

/*
 * No run came of it: removes what the recorder has begun, and the directory if rundir_create made
 * it.
 */
void rundir_abandon(struct rundir *d);

/* The run is over: others may move the directory aside now. */
void rundir_unlock(struct rundir *d);

void rundir_release(struct rundir *d);

/*
 * Whose the run is, when it is not the caller's: the user who called sudo. Returns whether
 * there is one.
 */
bool rundir_owner(uid_t *ret_uid, gid_t *ret_gid);

#endif
