/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * absent: writes to fd 1 a page that is there, pages that only a userfaultfd would bring, and one
 * that is there again. Nobody answers the userfaultfd: whoever touched one of its pages would wait
 * for ever. In: fd 1, which must take bytes without looking at them. Out: the truth, with zeros for
 * what nobody can read.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "truth.h"

#define PAGE 4096
#define ABSENT 3

int main(void)
{
	unsigned char *buffer = mmap(NULL, (ABSENT + 2) * PAGE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static unsigned char told[(ABSENT + 2) * PAGE];
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.range = { .start = (unsigned long)buffer + PAGE, .len = ABSENT * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	truth_start();
	if (buffer == MAP_FAILED || fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &area))
		truth_die("userfaultfd");
	truth_fill(buffer, PAGE, 1, 1, 0);
	truth_fill(buffer + (ABSENT + 1) * PAGE, PAGE, 1, 2, 0);
	memcpy(told, buffer, PAGE);
	memcpy(told + (ABSENT + 1) * PAGE, buffer + (ABSENT + 1) * PAGE, PAGE);
	if (write(1, buffer, sizeof(told)) != sizeof(told))
		truth_die("write");
	truth_moved(1, DIRECTION_OUT, &(struct iovec){ told, sizeof(told) }, 1, sizeof(told));
	return 0;
}
