/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of the run directory: a template's words replaced by what is so now. In: the
 * template and the command. Out: a path. Touches no files.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "run/rundir.h"

#define DEFAULT_TEMPLATE "iotap-{command}-{date}T{time}-{pid}"

struct word {
	const char *name;
	char value[256];
};

enum { DATE, TIME, PID, COMMAND, USER, HOST, WORDS };

static void set_user(char *value, size_t size)
{
	const struct passwd *pw;
	uid_t uid = getuid();
	gid_t gid;

	rundir_owner(&uid, &gid);
	pw = getpwuid(uid);
	if (pw)
		snprintf(value, size, "%s", pw->pw_name);
	else
		snprintf(value, size, "%u", (unsigned)uid);
}

/* A value is a part of one file name, and artefact stores refuse colons. */
static void make_name(char *value)
{
	if (!*value || strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		strcpy(value, "_");
	for (; *value; value++)
		if (*value == '/' || *value == ':' || (unsigned char)*value < ' ' || *value == 0x7f)
			*value = '_';
}

static void fill(struct word words[WORDS], const char *command)
{
	const char *slash = strrchr(command, '/');
	time_t now = time(NULL);
	struct utsname uts;
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(words[DATE].value, sizeof(words[DATE].value), "%Y-%m-%d", &tm);
	strftime(words[TIME].value, sizeof(words[TIME].value), "%H%M%S", &tm);
	snprintf(words[PID].value, sizeof(words[PID].value), "%d", (int)getpid());
	/* Of a long name enough is left for the other words. */
	snprintf(words[COMMAND].value, 101, "%s", slash ? slash + 1 : command);
	set_user(words[USER].value, sizeof(words[USER].value));
	if (uname(&uts) == 0)
		snprintf(words[HOST].value, sizeof(words[HOST].value), "%s", uts.nodename);
	for (int i = 0; i < WORDS; i++)
		make_name(words[i].value);
}

/* The word at text, which begins with a brace; its length with both braces goes to ret_len. */
static const struct word *find(const struct word words[WORDS], const char *text, size_t *ret_len)
{
	*ret_len = strcspn(text, "}");
	if (text[*ret_len])
		(*ret_len)++;
	for (int i = 0; i < WORDS; i++) {
		size_t len = strlen(words[i].name);

		if (*ret_len == len + 2 && text[len + 1] == '}' &&
		    strncmp(text + 1, words[i].name, len) == 0)
			return &words[i];
	}
	return NULL;
}

static int expand(const char *template, const struct word words[WORDS], FILE *out, char *ret_error,
		  size_t error_size)
{
	for (const char *p = template; *p;) {
		const struct word *word;
		size_t len;

		if (*p != '{') {
			fputc(*p++, out);
			continue;
		}
		if (p[1] == '{') {
			fputc('{', out);
			p += 2;
			continue;
		}
		word = find(words, p, &len);
		if (!word) {
			snprintf(ret_error, error_size,
				 "unknown word '%.*s' in --output: known are {date} {time} {pid} "
				 "{command} {user} {host}, and {{ is a brace",
				 (int)len, p);
			return -EINVAL;
		}
		fputs(word->value, out);
		p += len;
	}
	return 0;
}

int rundir_expand(const char *template, const char *command, char **ret, char *ret_error,
		  size_t error_size)
{
	struct word words[WORDS] = {
		{ .name = "date" },    { .name = "time" }, { .name = "pid" },
		{ .name = "command" }, { .name = "user" }, { .name = "host" },
	};
	char *path = NULL;
	size_t size = 0;
	FILE *out;
	int r;

	fill(words, command);
	out = open_memstream(&path, &size);
	if (!out)
		return -ENOMEM;
	r = expand(template ? template : DEFAULT_TEMPLATE, words, out, ret_error, error_size);
	if (fclose(out) != 0 && r == 0)
		r = -ENOMEM;
	while (r == 0 && size > 1 && path[size - 1] == '/')
		path[--size] = '\0';
	if (r == 0 && size == 0) {
		snprintf(ret_error, error_size, "--output is empty: name a directory");
		r = -EINVAL;
	}
	if (r == 0 && size >= PATH_MAX) {
		snprintf(ret_error, error_size,
			 "the name of the run directory is too long: choose "
			 "another with --output");
		r = -ENAMETOOLONG;
	}
	if (r < 0) {
		free(path);
		return r;
	}
	*ret = path;
	return 0;
}
