/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the run directory. In: a path. Out: an empty, locked directory of mode 0700. Never
 * removes what it did not make, never puts a run among other things.
 *
 * The lock decides who owns a directory: who has it may move the directory aside. It is
 * held until the run is over, by the front and by the recorder.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "format.h"
#include "lib/fd.h"
#include "run/rundir.h"

#define ATTEMPTS 100 /* others who make and move the same directory meanwhile */

struct asker {
	const char *path;
	char *error;
	size_t error_size;
};

__attribute__((format(printf, 3, 4))) static int fail(const struct asker *a, int error,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(a->error, a->error_size, format, args);
	va_end(args);
	return error;
}

static int fail_to_make(const struct asker *a, int error)
{
	const char *slash = strrchr(a->path, '/');
	int parent = slash ? (int)(slash - a->path) : 0;

	if (error == ENOENT && parent)
		return fail(a, -error,
			    "cannot make '%s': there is no directory '%.*s': make that first",
			    a->path, parent, a->path);
	return fail(a, -error, "cannot make '%s': %s: choose another place with --output", a->path,
		    strerror(error));
}

/* Whether run.json is there; the name of something that is there, or "", goes to ret_other. */
static int look_into(int fd, bool *ret_run, char ret_other[NAME_MAX + 1])
{
	CLEANUP_CLOSE int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return -errno;
	fd_take(&copy);
	ret_other[0] = '\0';
	errno = 0;
	while (!ret_other[0] && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			snprintf(ret_other, NAME_MAX + 1, "%s", entry->d_name);
	*ret_run = fstatat(fd, "run.json", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
	closedir(dir);
	return 0;
}

static bool is_run(const char *path)
{
	struct stat st;
	CLEANUP_CLOSE int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && fstatat(fd, "run.json", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode);
}

/* `PATH.N`, or PATH itself for 0. */
static int numbered(const struct asker *a, unsigned n, char ret[PATH_MAX])
{
	int len = n ? snprintf(ret, PATH_MAX, "%s.%u", a->path, n)
		    : snprintf(ret, PATH_MAX, "%s", a->path);

	return len < PATH_MAX ? 0
			      : fail(a, -ENAMETOOLONG,
				     "the name of the run directory is too "
				     "long: choose another with --output");
}

/* Moves PATH to PATH.1, PATH.1 to PATH.2 and so on up to the first gap, from there down. */
static int move_aside(const struct asker *a)
{
	char from[PATH_MAX], to[PATH_MAX];
	struct stat st;
	unsigned gap = 1;
	int r;

	for (;; gap++) {
		r = numbered(a, gap, to);
		if (r < 0)
			return r;
		if (lstat(to, &st) < 0)
			break;
		if (!is_run(to))
			return fail(a, -ENOTEMPTY,
				    "cannot move '%s' aside: '%s' is in the way and is "
				    "not a run directory: move it away",
				    a->path, to);
	}
	for (; gap > 0; gap--) {
		r = numbered(a, gap, to);
		if (r == 0)
			r = numbered(a, gap - 1, from);
		if (r < 0)
			return r;
		if (rename(from, to) < 0)
			return fail(a, -errno,
				    "cannot move '%s' to '%s': %s: choose another place with "
				    "--output",
				    from, to, strerror(errno));
	}
	return 0;
}

/* The directory has the name still under which it was opened. */
static bool still_there(int fd, const char *path)
{
	struct stat mine, named;

	return fstat(fd, &mine) == 0 && lstat(path, &named) == 0 && mine.st_dev == named.st_dev &&
	       mine.st_ino == named.st_ino;
}

/*
 * What is there already becomes ours, or is moved aside. Returns 1 when it is ours (ret_fd), 0 when
 * the name is free now or has changed its meaning: try again.
 */
static int take_over(const struct asker *a, int *ret_fd)
{
	CLEANUP_CLOSE int fd = open(a->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char other[NAME_MAX + 1];
	bool run = false;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return fail(a, -ENOTDIR,
			    "'%s' is there and is not a directory: choose another name "
			    "with --output",
			    a->path);
	if (fd < 0)
		return fail(a, -errno, "cannot open '%s': %s: choose another place with --output",
			    a->path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return fail(a, -EBUSY,
			    "the run in '%s' is still going: choose another directory with "
			    "--output",
			    a->path);
	if (!still_there(fd, a->path))
		return 0;
	r = look_into(fd, &run, other);
	if (r < 0)
		return fail(a, r, "cannot read '%s': %s: choose another place with --output",
			    a->path, strerror(-r));
	if (!other[0]) {
		*ret_fd = fd_take(&fd);
		return 1;
	}
	if (!run)
		return fail(a, -ENOTEMPTY,
			    "'%s' holds other things ('%s'): choose another directory "
			    "with --output",
			    a->path, other);
	return move_aside(a);
}

/* A new directory, if the name is free. As take_over. */
static int make(const struct asker *a, int *ret_fd)
{
	CLEANUP_CLOSE int fd = -1;

	if (mkdir(a->path, 0700) < 0)
		return errno == EEXIST ? 0 : fail_to_make(a, errno);
	fd = open(a->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || !still_there(fd, a->path))
		return 0;
	*ret_fd = fd_take(&fd);
	return 1;
}

/* Private and the user's, whatever the umask. One that was there already stays as it was. */
static int make_private(const struct asker *a, int fd, bool made)
{
	uid_t uid;
	gid_t gid;

	if ((made && rundir_owner(&uid, &gid) && fchown(fd, uid, gid) < 0) ||
	    (made && fchmod(fd, 0700) < 0) || faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return fail(a, -errno,
			    "cannot write to '%s': %s: choose another directory with "
			    "--output",
			    a->path, strerror(errno));
	return 0;
}

int rundir_create(const char *path, struct rundir *ret, char *ret_error, size_t error_size)
{
	const struct asker a = { path, ret_error, error_size };
	CLEANUP_CLOSE int fd = -1;
	bool made = false;
	int r = 0;

	for (int i = 0; r == 0 && i < ATTEMPTS; i++) {
		r = make(&a, &fd);
		made = r > 0;
		if (r == 0)
			r = take_over(&a, &fd);
	}
	if (r == 0)
		return fail(&a, -EBUSY,
			    "others keep making and moving '%s': choose another directory "
			    "with --output",
			    path);
	if (r > 0)
		r = make_private(&a, fd, made);
	if (r < 0) {
		if (made)
			rmdir(path);
		return r;
	}
	ret->path = strdup(path);
	if (!ret->path)
		return fail(&a, -ENOMEM, "no memory is left");
	ret->fd = fd_take(&fd);
	ret->made = made;
	return 0;
}

void rundir_abandon(struct rundir *d)
{
	/* What a recorder may have made before the command was let go. */
	static const struct {
		const char *name;
		int flags;
	} begun[] = {
		{ FORMAT_PROCESSES, 0 }, { FORMAT_STREAMS, 0 },
		{ FORMAT_TIMELINE, 0 },	 { FORMAT_INDEX_DIR, AT_REMOVEDIR },
		{ FORMAT_RUN_JSON, 0 },	 { FORMAT_RUN_JSON ".new", 0 },
	};

	if (d->fd < 0)
		return;
	for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++)
		unlinkat(d->fd, begun[i].name, begun[i].flags);
	if (d->made && still_there(d->fd, d->path))
		rmdir(d->path);
}

void rundir_unlock(struct rundir *d)
{
	flock(d->fd, LOCK_UN);
}

void rundir_release(struct rundir *d)
{
	d->fd = fd_close(d->fd);
	free(d->path);
	d->path = NULL;
}

/* A number of a variable that sudo sets. */
static bool number_in(const char *variable, unsigned *ret)
{
	const char *text = getenv(variable);
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value >= UINT32_MAX)
		return false;
	*ret = (unsigned)value;
	return true;
}

bool rundir_owner(uid_t *ret_uid, gid_t *ret_gid)
{
	/* A set-user-ID program's environment is its caller's word, not sudo's. */
	return getuid() == 0 && geteuid() == 0 && number_in("SUDO_UID", ret_uid) &&
	       number_in("SUDO_GID", ret_gid);
}
