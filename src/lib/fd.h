/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File descriptors and memory that are given back at the end of their scope. */
#ifndef IOTAP_FD_H
#define IOTAP_FD_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Keeps errno, returns the fd's new value: `fd = fd_close(fd)`. -1 is fine. */
static inline int fd_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

static inline void fd_close_p(int *fd)
{
	*fd = fd_close(*fd);
}

/* Hands the fd over to the caller: what the cleanup sees is -1. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void free_p(void *p)
{
	free(*(void **)p);
	*(void **)p = NULL;
}

#define CLEANUP_CLOSE __attribute__((cleanup(fd_close_p)))
#define CLEANUP_FREE __attribute__((cleanup(free_p)))

/*
 * Puts something that can be neither read nor written on each of fds 0 to 2 that is closed,
 * so that no later open() lands there. It is close-on-exec: a program that is executed finds
 * them closed. 0 or negative errno.
 */
int fd_fill_standard(void);

/* Makes fd (0 to 2) /dev/null, or something that can be neither read nor written. */
int fd_blank(int fd);

/* Closes everything from 3 on but the `count` fds in keep, of which some may be -1. Sorts keep. */
void fd_close_others(int *keep, size_t count);

#endif
