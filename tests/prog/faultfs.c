/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faultfs DIRECTORY MOUNTPOINT: shows a directory at another place, and fails there on demand.
 *
 * In: commands, written to the file .control of the mount; each is done when its write has
 * returned. They are about the writes to all other files, counted from the command on.
 *
 *   slow MS       each takes so many milliseconds
 *   fail N        after N bytes nothing is taken any more: EIO
 *   room N        after N bytes nothing is taken any more: ENOSPC
 *   quota N       after N bytes nothing is taken any more: EDQUOT
 *   readonly N    after N bytes nothing is taken any more, no file is made: EROFS
 *   stall N [END] after N writes they stand still (those to files whose path ends with END)
 *   await         returns when one stands still; fails when `half` or `clear` came instead
 *   half          those that stand still take half of their bytes, the others go on as usual
 *   ask OUT IN    each writes a byte to the FIFO OUT and waits for one from the FIFO IN
 *   clear         all is well again, what stood still goes on
 *
 * Out: what the directory holds; .control reads as "WRITES BYTES", what was taken since the start.
 * Goes to the background when the mount is there; ends when it is unmounted.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "faults.h"

#define CONTROL "/.control"
#define CONTROL_FH UINT64_MAX

static int base;

static const char *below(const char *path)
{
	return path[1] ? path + 1 : ".";
}

static bool is_control(const char *path)
{
	return !strcmp(path, CONTROL);
}

static int result(int r)
{
	return r < 0 ? -errno : 0;
}

static int fs_write(const char *path, const char *buffer, size_t size, off_t offset,
		    struct fuse_file_info *file)
{
	char text[1000];
	ssize_t n;

	if (file->fh == CONTROL_FH) {
		snprintf(text, sizeof(text), "%.*s", (int)size, buffer);
		n = faults_command(text);
		return n < 0 ? (int)n : (int)size;
	}
	n = faults_admit(path, size);
	if (n <= 0)
		return (int)n;
	n = pwrite((int)file->fh, buffer, (size_t)n, offset);
	return n < 0 ? -errno : (int)n;
}

static int fs_fallocate(const char *path, int mode, off_t offset, off_t length,
			struct fuse_file_info *file)
{
	int r = faults_used_up();

	(void)path;
	return r ? r : result(fallocate((int)file->fh, mode, offset, length));
}

static int fs_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
	int fd, r = faults_used_up();

	if (r)
		return r;
	fd = openat(base, below(path), file->flags | O_CREAT, mode);
	file->fh = (uint64_t)fd;
	return result(fd);
}

static int fs_mkdir(const char *path, mode_t mode)
{
	int r = faults_used_up();

	return r ? r : result(mkdirat(base, below(path), mode));
}

/* --- what is handed through --- */

static void *fs_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
	(void)connection;
	config->use_ino = 1;
	config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
	return NULL;
}

static int fs_getattr(const char *path, struct stat *about, struct fuse_file_info *file)
{
	if (is_control(path)) {
		*about = (struct stat){ .st_mode = S_IFREG | 0600, .st_nlink = 1 };
		return 0;
	}
	if (file)
		return result(fstat((int)file->fh, about));
	return result(fstatat(base, below(path), about, AT_SYMLINK_NOFOLLOW));
}

static int fs_open(const char *path, struct fuse_file_info *file)
{
	int fd;

	if (is_control(path)) {
		file->direct_io = 1;
		file->fh = CONTROL_FH;
		return 0;
	}
	fd = openat(base, below(path), file->flags & ~O_NOFOLLOW);
	file->fh = (uint64_t)fd;
	return result(fd);
}

static int fs_read(const char *path, char *buffer, size_t size, off_t offset,
		   struct fuse_file_info *file)
{
	char text[60];
	ssize_t n;

	(void)path;
	if (file->fh != CONTROL_FH) {
		n = pread((int)file->fh, buffer, size, offset);
		return n < 0 ? -errno : (int)n;
	}
	n = faults_totals(text, sizeof(text));
	if (offset >= n)
		return 0;
	memcpy(buffer, text + offset, (size_t)(n - offset));
	return (int)(n - offset);
}

static int fs_release(const char *path, struct fuse_file_info *file)
{
	(void)path;
	return file->fh == CONTROL_FH ? 0 : result(close((int)file->fh));
}

static int fs_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
		      struct fuse_file_info *file, enum fuse_readdir_flags flags)
{
	int fd = openat(base, below(path), O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	(void)offset;
	(void)file;
	(void)flags;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		fill(buffer, entry->d_name, NULL, 0, 0);
	closedir(dir);
	return 0;
}

static int fs_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
	int fd, r;

	if (is_control(path))
		return 0;
	if (file)
		return result(ftruncate((int)file->fh, size));
	fd = openat(base, below(path), O_WRONLY);
	r = result(fd < 0 ? fd : ftruncate(fd, size));
	close(fd);
	return r;
}

static int fs_rename(const char *from, const char *to, unsigned flags)
{
	return flags ? -EINVAL : result(renameat(base, below(from), base, below(to)));
}

static int fs_unlink(const char *path)
{
	return result(unlinkat(base, below(path), 0));
}

static int fs_rmdir(const char *path)
{
	return result(unlinkat(base, below(path), AT_REMOVEDIR));
}

static int fs_chmod(const char *path, mode_t mode, struct fuse_file_info *file)
{
	(void)file;
	return result(fchmodat(base, below(path), mode, 0));
}

static int fs_fsync(const char *path, int data_only, struct fuse_file_info *file)
{
	(void)path;
	(void)data_only;
	return file->fh == CONTROL_FH ? 0 : result(fsync((int)file->fh));
}

static int fs_statfs(const char *path, struct statvfs *about)
{
	(void)path;
	return result(fstatvfs(base, about));
}

static const struct fuse_operations operations = {
	.init = fs_init,
	.getattr = fs_getattr,
	.open = fs_open,
	.create = fs_create,
	.read = fs_read,
	.write = fs_write,
	.fallocate = fs_fallocate,
	.release = fs_release,
	.readdir = fs_readdir,
	.truncate = fs_truncate,
	.rename = fs_rename,
	.unlink = fs_unlink,
	.mkdir = fs_mkdir,
	.rmdir = fs_rmdir,
	.chmod = fs_chmod,
	.fsync = fs_fsync,
	.statfs = fs_statfs,
};

int main(int argc, char **argv)
{
	char *options[] = { argv[0], argv[2], NULL };

	if (argc != 3) {
		fprintf(stderr, "usage: faultfs DIRECTORY MOUNTPOINT\n");
		return 2;
	}
	base = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base < 0) {
		perror(argv[1]);
		return 1;
	}
	umask(0);
	signal(SIGPIPE, SIG_IGN);
	return fuse_main(2, options, &operations, NULL);
}
