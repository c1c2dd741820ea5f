/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting a process and telling the truth about its whole life: a line in the file
 * `lives` of the truth directory, JSON with bytes in hex, for tests/capture/compare-lives.
 */
#ifndef LIVES_H
#define LIVES_H

#include <stdint.h>
#include <sys/types.h>

struct life {
	const char *exe;  /* NULL: does not exec, ends with `status` at once */
	char **argv;	  /* with exe */
	const char *cwd;  /* to go to before exec; NULL: stays */
	uid_t uid;	  /* to become before exec; 0: stays root */
	int status;	  /* without exe */
	const char *text; /* what it writes to fd 1; NULL: nothing */
};

/* Runs it to its end. */
void life_run(const struct life *life);

/* Tells of one that somebody else ran: within two times of life_now(), with wait(2)'s status. */
void life_tell(const struct life *life, pid_t pid, int status, uint64_t after, uint64_t before);
uint64_t life_now(void);

#endif
