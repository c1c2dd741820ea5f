/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.json, written and read with jansson. A table says which key is which field;
 * both directions use it. See runjson.h.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format.h"
#include "lib/fd.h"
#include "store/jsontext.h"
#include "store/runjson.h"

#define NEW_NAME FORMAT_RUN_JSON ".new"
#define SIZE_MOST (64u << 20)

enum type {
	TEXT,
	ARGV,
	OBJECT,	     /* a JSON object as text */
	INT_OR_NULL, /* -1 or 0, by `none`, is null */
	BOOL,
	COUNT,
};

struct field {
	const char *key;
	enum type type;
	size_t offset;
	int none;
};

#define FIELD(name, type_) .key = #name, .type = (type_), .offset = offsetof(struct runinfo, name)

static const struct field fields[] = {
	{ FIELD(version, TEXT) },
	{ FIELD(state, TEXT) },
	{ FIELD(command, TEXT) },
	{ FIELD(argv, ARGV) },
	{ FIELD(cwd, TEXT) },
	{ FIELD(user, TEXT) },
	{ FIELD(host, TEXT) },
	{ FIELD(backend, TEXT) },
	{ FIELD(kernel, TEXT) },
	{ FIELD(started, TEXT) },
	{ FIELD(ended, TEXT) },
	{ FIELD(exit_code, INT_OR_NULL), .none = -1 },
	{ FIELD(signal, INT_OR_NULL), .none = 0 },
	{ FIELD(complete, BOOL) },
	{ FIELD(reason, TEXT) },
	{ FIELD(captured, COUNT) },
	{ FIELD(lost, COUNT) },
	{ FIELD(holes, COUNT) },
	{ FIELD(streams, COUNT) },
	{ FIELD(processes, COUNT) },
	{ FIELD(options, OBJECT) },
};

#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

static int put_field(json_t *to, const struct field *f, const void *value)
{
	json_t *v = NULL;

	switch (f->type) {
	case TEXT:
		return jsontext_put(to, f->key, *(char *const *)value);
	case ARGV:
		return jsontext_put_list(to, f->key, value);
	case OBJECT:
		v = *(char *const *)value != NULL
			    ? json_loads(*(char *const *)value, JSON_REJECT_DUPLICATES, NULL)
			    : json_null();
		if (v == NULL)
			return -EINVAL;
		break;
	case INT_OR_NULL:
		v = *(const int *)value == f->none ? json_null()
						   : json_integer(*(const int *)value);
		break;
	case BOOL:
		v = json_boolean(*(const bool *)value);
		break;
	case COUNT:
		v = json_integer((json_int_t) * (const uint64_t *)value);
		break;
	}
	return json_object_set_new(to, f->key, v) < 0 ? -ENOMEM : 0;
}

static int build(const struct runinfo *r, char **ret)
{
	json_t *top = json_object();
	int e = top != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < NFIELDS && e == 0; i++)
		e = put_field(top, &fields[i], (const char *)r + fields[i].offset);
	if (e == 0) {
		*ret = json_dumps(top, JSON_INDENT(2));
		e = *ret != NULL ? 0 : -ENOMEM;
	}
	json_decref(top);
	return e;
}

static int write_text(int dirfd, const char *text)
{
	CLEANUP_CLOSE int fd = -1;
	size_t left = strlen(text);

	if (unlinkat(dirfd, NEW_NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dirfd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		text += n;
		left -= (size_t)n;
	}
	fd = fd_take(&fd);
	return close(fd) < 0 ? -errno : 0;
}

int runinfo_write(const struct runinfo *r, int dirfd)
{
	CLEANUP_FREE char *text = NULL;
	char *ended;
	int e;

	e = build(r, &text);
	if (e < 0)
		return e;
	ended = realloc(text, strlen(text) + 2);
	if (ended == NULL)
		return -ENOMEM;
	text = ended;
	strcat(text, "\n");
	e = write_text(dirfd, text);
	if (e == 0 && renameat(dirfd, NEW_NAME, dirfd, FORMAT_RUN_JSON) < 0)
		e = -errno;
	if (e < 0)
		unlinkat(dirfd, NEW_NAME, 0);
	return e;
}

static int get_field(const json_t *from, const struct field *f, void *ret)
{
	const json_t *v = json_object_get(from, f->key);

	if (v == NULL && f->type != TEXT && f->type != ARGV)
		return 0;
	switch (f->type) {
	case TEXT:
		return jsontext_get(from, f->key, ret);
	case ARGV:
		return jsontext_get_list(from, f->key, ret);
	case OBJECT:
		if (json_is_null(v))
			return 0;
		if (!json_is_object(v))
			return -EINVAL;
		*(char **)ret = json_dumps(v, 0);
		return *(char **)ret != NULL ? 0 : -ENOMEM;
	case INT_OR_NULL:
		if (json_is_null(v))
			return 0;
		if (!json_is_integer(v) || json_integer_value(v) < INT32_MIN ||
		    json_integer_value(v) > INT32_MAX)
			return -EINVAL;
		*(int *)ret = (int)json_integer_value(v);
		return 0;
	case BOOL:
		if (!json_is_boolean(v))
			return -EINVAL;
		*(bool *)ret = json_is_true(v);
		return 0;
	case COUNT:
		if (!json_is_integer(v) || json_integer_value(v) < 0)
			return -EINVAL;
		*(uint64_t *)ret = (uint64_t)json_integer_value(v);
		return 0;
	}
	return -EINVAL;
}

int runinfo_parse(const char *text, size_t len, struct runinfo *ret)
{
	struct runinfo r = { .exit_code = -1 };
	json_t *top = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	int e = json_is_object(top) ? 0 : -EINVAL;

	for (size_t i = 0; i < NFIELDS && e == 0; i++)
		e = get_field(top, &fields[i], (char *)&r + fields[i].offset);
	json_decref(top);
	if (e < 0)
		runinfo_release(&r);
	else
		*ret = r;
	return e;
}

int runinfo_read(int dirfd, struct runinfo *ret)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_CLOSE int fd = -1;
	struct stat about;
	size_t len = 0;

	fd = openat(dirfd, FORMAT_RUN_JSON, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &about) < 0)
		return -errno;
	if (!S_ISREG(about.st_mode) || about.st_size > SIZE_MOST)
		return -EINVAL;
	text = malloc((size_t)about.st_size + 1);
	if (text == NULL)
		return -ENOMEM;
	while (len < (size_t)about.st_size) {
		ssize_t n = read(fd, text + len, (size_t)about.st_size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return runinfo_parse(text, len, ret);
}

void runinfo_release(struct runinfo *r)
{
	for (size_t i = 0; i < NFIELDS; i++)
		if (fields[i].type == TEXT || fields[i].type == OBJECT)
			free(*(char **)((char *)r + fields[i].offset));
	free(r->argv.data);
	*r = (struct runinfo){ .exit_code = -1 };
}
