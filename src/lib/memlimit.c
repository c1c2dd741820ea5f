/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/meminfo and the memory limits of the cgroups that this process is in and of
 * those above them. What cannot be read does not limit.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/fd.h"
#include "lib/memlimit.h"

#define UNKNOWN_TOTAL (512ull << 20)

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define CLEANUP_FILE __attribute__((cleanup(close_file)))

static uint64_t total_memory(void)
{
	CLEANUP_FILE FILE *f = fopen("/proc/meminfo", "re");
	uint64_t kib;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemTotal: %" SCNu64 " kB", &kib) == 1 && kib)
			return kib << 10;
	return UNKNOWN_TOTAL;
}

/* The number in a file of one line; `max` and whatever is no number is no limit. */
static uint64_t limit_in(const char *path)
{
	CLEANUP_FILE FILE *f = fopen(path, "re");
	uint64_t value;

	if (!f || fscanf(f, "%" SCNu64, &value) != 1 || !value)
		return UINT64_MAX;
	return value;
}

/* The least of mount/group/file and the same file in all groups above. Shortens group. */
static uint64_t limit_above(const char *mount, char *group, const char *file)
{
	uint64_t least = UINT64_MAX;

	for (;;) {
		char path[PATH_MAX];
		char *slash;
		int n = snprintf(path, sizeof(path), "%s%s/%s", mount, group, file);
		uint64_t limit = n < (int)sizeof(path) ? limit_in(path) : UINT64_MAX;

		if (limit < least)
			least = limit;
		slash = strrchr(group, '/');
		if (!slash)
			return least;
		*slash = '\0';
	}
}

/* Whether `memory` is one of the words in a list with commas. */
static bool names_memory(const char *list)
{
	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (strncmp(list, "memory", 6) == 0 && (!list[6] || list[6] == ','))
			return true;
	}
	return false;
}

/* One line of /proc/self/cgroup, `ID:CONTROLLERS:/GROUP`; v2 has no controllers. */
static uint64_t limit_of_line(char *line)
{
	char *controllers = strchr(line, ':');
	char *group = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!group)
		return UINT64_MAX;
	controllers++;
	*group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	if (strcmp(group, "/") == 0)
		*group = '\0';
	if (!*controllers)
		return limit_above("/sys/fs/cgroup", group, "memory.max");
	if (names_memory(controllers))
		return limit_above("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
	return UINT64_MAX;
}

uint64_t memory_limit(void)
{
	CLEANUP_FILE FILE *f = fopen("/proc/self/cgroup", "re");
	CLEANUP_FREE char *line = NULL;
	uint64_t least = total_memory();
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		uint64_t limit = limit_of_line(line);

		if (limit < least)
			least = limit;
	}
	return least;
}
