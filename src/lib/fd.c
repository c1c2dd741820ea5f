/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of open descriptors as a whole: in, whatever the caller left; out, one without
 * gaps at 0 to 2, and with nothing in it that is not wanted.
 */
#include <config.h>

#include <fcntl.h>
#include <stddef.h>

#include "lib/fd.h"

int fd_fill_standard(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one: all below are open. */
		if (open("/", O_PATH | O_CLOEXEC) < 0)
			return -errno;
	}
	return 0;
}

int fd_blank(int fd)
{
	CLEANUP_CLOSE int blank = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (blank < 0)
		blank = open("/", O_PATH | O_CLOEXEC);
	if (blank < 0)
		return -errno;
	return dup2(blank, fd) < 0 ? -errno : 0;
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* From first to last, both closed. */
static void close_between(unsigned first, unsigned last)
{
	unsigned limit;

	if (first > last || close_range(first, last, 0) == 0)
		return;
	/* Some sandboxes know no close_range (Linux 5.9). */
	limit = (unsigned)sysconf(_SC_OPEN_MAX);
	for (unsigned fd = first; fd <= last && fd < limit; fd++)
		close((int)fd);
}

void fd_close_others(int *keep, size_t count)
{
	unsigned first = 3;

	qsort(keep, count, sizeof(*keep), compare);
	for (size_t i = 0; i < count; i++) {
		if (keep[i] < (int)first)
			continue;
		close_between(first, (unsigned)keep[i] - 1);
		first = (unsigned)keep[i] + 1;
	}
	close_between(first, ~0u);
}
