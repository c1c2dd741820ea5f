/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See settle.h. */
#include <config.h>

#include <bpf/bpf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/settle.h"
#include "capture/shared.h"
#include "wire.h"

static uint64_t boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* The records of the first process, which no fork or chdir of the tree reports. */
int settle_root(pid_t pid, uint32_t cwd_text, const struct backend_sink *sink)
{
	struct wire_fork fork = {
		.head = { .type = WIRE_FORK },
		.time = boot_ns(),
		.process = 1,
		.pid = pid,
		.ppid = getppid(),
		.uid = getuid(),
		.texts = { .cwd = cwd_text },
	};
	_Alignas(struct wire_text) uint8_t memory[sizeof(struct wire_text) + PATH_MAX];
	struct wire_text *cwd = (void *)memory;
	char link[32], path[PATH_MAX];
	ssize_t length;
	char *slash;
	int err;

	err = sink->record(sink->context, &fork.head, sizeof(fork));
	snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	length = readlink(link, path, sizeof(path) - 1);
	if (err || length <= 0)
		return err;
	*cwd = (struct wire_text){
		.head = { .type = WIRE_TEXT, .flags = WIRE_LAST },
		.id = cwd_text,
		.kind = WIRE_CWD,
		.process = 1,
	};
	/* As the kernel side sends it: the names from the last to the first. */
	path[length] = 0;
	while ((slash = strrchr(path, '/'))) {
		size_t size = strlen(slash + 1) + 1;

		if (size > 1) {
			memcpy(cwd->data + cwd->head.length, slash + 1, size);
			cwd->head.length += size;
		}
		*slash = 0;
	}
	err = sink->record(sink->context, &cwd->head, sizeof(*cwd) + cwd->head.length);
	return err ? err : sink->commit(sink->context);
}

static int report_close(uint32_t stream, uint64_t length, const struct backend_sink *sink)
{
	struct wire_close record = {
		.head = { .type = WIRE_CLOSE },
		.time = boot_ns(),
		.length = length,
		.stream = stream,
	};

	return stream ? sink->record(sink->context, &record.head, sizeof(record)) : 0;
}

int settle_process(int fds, int processes, uint32_t number, const struct backend_sink *sink)
{
	struct process_entry process;
	int err = 0;

	if (bpf_map_lookup_and_delete_elem(processes, &number, &process))
		return 0;
	for (int64_t fd = process.first_fd; fd >= 0 && !err;) {
		struct fd_key key = { .process = number, .fd = fd };
		struct fd_entry entry;

		if (bpf_map_lookup_and_delete_elem(fds, &key, &entry))
			break;
		for (int direction = 0; direction < 2 && !err; direction++)
			err = report_close(entry.stream[direction], entry.length[direction], sink);
		fd = entry.next_fd;
	}
	return err;
}

/* Closes what belongs to processes whose end was not seen. */
int settle_all(int fds, int processes, const struct backend_sink *sink)
{
	uint32_t number;
	int err = 0;

	while (!err && !bpf_map_get_next_key(processes, NULL, &number)) {
		err = settle_process(fds, processes, number, sink);
		/* Before Linux 5.14 what was looked up is not deleted by that. */
		bpf_map_delete_elem(processes, &number);
	}
	return err;
}
