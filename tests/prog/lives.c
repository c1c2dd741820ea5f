/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See lives.h: vfork or fork, exec, wait, tell.
 */
#define _GNU_SOURCE
#include "lives.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "truth.h"

uint64_t life_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void put_hex(FILE *out, const char *before, const char *text)
{
	fprintf(out, "%s\"", before);
	for (; *text; text++)
		fprintf(out, "%02x", (unsigned char)*text);
	fputc('"', out);
}

void life_tell(const struct life *life, pid_t pid, int status, uint64_t after, uint64_t before)
{
	char path[PATH_MAX], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "{\"pid\": %d, \"ppid\": %d, \"uid\": %u, \"after\": %llu, \"before\": %llu",
		pid, getpid(), life->uid, (unsigned long long)after, (unsigned long long)before);
	fprintf(out, ", \"exit_code\": %d, \"signal\": %d",
		WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	if (!realpath(life->cwd ? life->cwd : ".", path))
		truth_die("cwd");
	put_hex(out, ", \"cwd\": ", path);
	if (life->text)
		put_hex(out, ", \"text\": ", life->text);
	if (life->exe) {
		if (!realpath(life->exe, path))
			truth_die(life->exe);
		put_hex(out, ", \"exe\": ", path);
		/* comm is the name that was called, not the file behind a link. */
		put_hex(out, ", \"name\": ", strrchr(life->exe, '/') + 1);
		fprintf(out, ", \"argv\": [");
		for (char **arg = life->argv; *arg; arg++)
			put_hex(out, arg == life->argv ? "" : ", ", *arg);
		fputc(']', out);
	}
	fprintf(out, "}\n");
	if (fclose(out))
		truth_die("no memory");
	truth_note("lives", text, size);
	free(text);
}

void life_run(const struct life *life)
{
	static volatile bool failed; /* a vforked child writes it, too */
	uint64_t after = life_now();
	int status;
	pid_t pid;

	pid = life->exe ? vfork() : fork();
	if (pid < 0)
		truth_die("fork");
	if (pid == 0) {
		if (!life->exe)
			_exit(life->status);
		if (!(life->cwd && chdir(life->cwd)) && !(life->uid && setuid(life->uid)))
			execv(life->exe, life->argv);
		failed = true;
		_exit(98);
	}
	if (waitpid(pid, &status, 0) != pid)
		truth_die("wait");
	if (failed)
		truth_die("a process could not be started");
	life_tell(life, pid, status, after, life_now());
}
