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

#endif
