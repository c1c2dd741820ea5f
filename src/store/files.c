/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stream files, see files.h. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fd.h"
#include "store/files.h"

#define OPEN_MIN 8
#define OPEN_MAX_DEFAULT 4096
#define OPEN_RESERVE 64 /* for the rest of the program: rings, maps, libraries */
#define OPEN_FLAGS (O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

void files_init(struct files *f, int dirfd, unsigned max_open)
{
	struct rlimit limit;

	*f = (struct files){ .dirfd = dirfd, .max_open = max_open };
	if (max_open > 0)
		return;
	f->max_open = OPEN_MAX_DEFAULT;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < OPEN_MAX_DEFAULT + OPEN_RESERVE)
		f->max_open = limit.rlim_cur >= OPEN_MIN + OPEN_RESERVE
				      ? (unsigned)limit.rlim_cur - OPEN_RESERVE
				      : OPEN_MIN;
}

void files_release(struct files *f)
{
	names_release(&f->names);
}

static void unlink_from_list(struct files *f, struct stream_files *sf)
{
	*(sf->newer != NULL ? &sf->newer->older : &f->newest) = sf->older;
	*(sf->older != NULL ? &sf->older->newer : &f->oldest) = sf->newer;
	sf->newer = sf->older = NULL;
}

static void link_as_newest(struct files *f, struct stream_files *sf)
{
	sf->older = f->newest;
	*(f->newest != NULL ? &f->newest->newer : &f->oldest) = sf;
	f->newest = sf;
}

void files_close(struct files *f, struct stream_files *sf)
{
	if (sf->fd < 0)
		return;
	sf->fd = fd_close(sf->fd);
	unlink_from_list(f, sf);
	f->nopen--;
}

/* openat() that makes room by closing others. */
static int open_with_room(struct files *f, const char *name, int flags)
{
	for (;;) {
		int fd = -1;

		if (f->nopen < f->max_open || f->oldest == NULL) {
			fd = openat(f->dirfd, name, flags, 0600);
			if (fd >= 0)
				return fd;
			if ((errno != EMFILE && errno != ENFILE) || f->oldest == NULL)
				return -errno;
		}
		files_close(f, f->oldest);
	}
}

static void keep_open(struct files *f, struct stream_files *sf, size_t segment, int fd)
{
	sf->fd = fd;
	sf->open = (uint32_t)segment;
	link_as_newest(f, sf);
	f->nopen++;
}

int files_open(struct files *f, struct stream_files *sf, size_t segment)
{
	char file[NAME_SIZE];
	struct stat about;
	int fd;

	if (sf->fd >= 0 && sf->open == segment) {
		unlink_from_list(f, sf);
		link_as_newest(f, sf);
		return sf->fd;
	}
	files_close(f, sf);
	name_segment(sf->name, sf->extents[segment].offset, file);
	fd = open_with_room(f, file, OPEN_FLAGS);
	if (fd < 0)
		return fd;
	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode) ||
	    about.st_ino != sf->extents[segment].inode) {
		fd_close(fd);
		return -ESTALE;
	}
	keep_open(f, sf, segment, fd);
	return fd;
}

/* Makes a file that was not there, under the stream's name or, at first, the next that is free. */
static int create(struct files *f, struct stream_files *sf, const struct stream *st,
		  uint64_t offset, char file[static NAME_SIZE])
{
	char name[NAME_SIZE];
	int fd, r;

	if (sf->name != NULL) {
		name_segment(sf->name, offset, file);
		return open_with_room(f, file, OPEN_FLAGS | O_CREAT | O_EXCL);
	}
	do {
		r = names_take(&f->names, st, name);
		if (r < 0)
			return r;
		name_segment(name, offset, file);
		fd = open_with_room(f, file, OPEN_FLAGS | O_CREAT | O_EXCL);
	} while (fd == -EEXIST);
	if (fd < 0)
		return fd;
	sf->name = strdup(name);
	if (sf->name != NULL)
		return fd;
	unlinkat(f->dirfd, file, 0);
	fd_close(fd);
	return -ENOMEM;
}

/* Makes room for one more in both lists, so that nothing can fail once the file is there. */
static int grow_lists(struct stream_files *sf, struct stream *st)
{
	struct extent *extents;
	struct segment *segments;

	extents = reallocarray(sf->extents, sf->nextents + 1, sizeof(*extents));
	if (extents == NULL)
		return -ENOMEM;
	sf->extents = extents;
	segments = reallocarray(st->segments, st->nsegments + 1, sizeof(*segments));
	if (segments == NULL)
		return -ENOMEM;
	st->segments = segments;
	return 0;
}

static char *shrink(char *text)
{
	char *smaller = realloc(text, strlen(text) + 1);

	return smaller != NULL ? smaller : text;
}

int files_add_segment(struct files *f, struct stream_files *sf, struct stream *st, uint64_t offset)
{
	size_t at = (size_t)(files_find(sf, offset) + 1);
	CLEANUP_FREE char *copy = NULL;
	CLEANUP_CLOSE int fd = -1;
	char file[NAME_SIZE];
	struct stat about;
	int r;

	r = grow_lists(sf, st);
	if (r < 0)
		return r;
	copy = malloc(NAME_SIZE);
	if (copy == NULL)
		return -ENOMEM;
	fd = create(f, sf, st, offset, file);
	if (fd < 0)
		return fd;
	if (fstat(fd, &about) < 0)
		return -errno;
	strcpy(copy, file);
	copy = shrink(copy);
	memmove(&sf->extents[at + 1], &sf->extents[at], (sf->nextents - at) * sizeof(*sf->extents));
	sf->extents[at] = (struct extent){ .offset = offset, .inode = about.st_ino };
	memmove(&st->segments[at + 1], &st->segments[at],
		(st->nsegments - at) * sizeof(*st->segments));
	st->segments[at] = (struct segment){ .offset = offset, .file = copy };
	copy = NULL;
	sf->nextents++;
	st->nsegments++;
	files_close(f, sf);
	keep_open(f, sf, at, fd_take(&fd));
	return 0;
}

int files_move_segment(struct files *f, struct stream_files *sf, struct stream *st, uint64_t offset)
{
	char from[NAME_SIZE], to[NAME_SIZE], *copy;
	size_t last = sf->nextents - 1;

	name_segment(sf->name, sf->extents[last].offset, from);
	name_segment(sf->name, offset, to);
	copy = strdup(to);
	if (copy == NULL)
		return -ENOMEM;
	if (renameat(f->dirfd, from, f->dirfd, to) < 0) {
		free(copy);
		return -errno;
	}
	free(st->segments[last].file);
	st->segments[last] = (struct segment){ .offset = offset, .file = copy };
	sf->extents[last].offset = offset;
	return 0;
}

ssize_t files_find(const struct stream_files *sf, uint64_t offset)
{
	ssize_t low = 0, high = (ssize_t)sf->nextents;

	while (low < high) {
		ssize_t middle = low + (high - low) / 2;

		if (sf->extents[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

void stream_files_free(struct files *f, struct stream_files *sf)
{
	if (sf == NULL)
		return;
	files_close(f, sf);
	free(sf->extents);
	free(sf->name);
	free(sf);
}
