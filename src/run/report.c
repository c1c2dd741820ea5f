/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See report.h. */
#include <config.h>

#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "run/report.h"

/* --- run.json --- */

char *report_timestamp(void)
{
	char date[32], zone[8];
	struct timespec now;
	struct tm tm;
	char *text;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	if (asprintf(&text, "%s.%09ld%.3s:%s", date, now.tv_nsec, zone, zone + 3) < 0)
		return NULL;
	return text;
}

static char *options_text(const struct run_config *config)
{
	json_t *options =
		json_pack("{s:s, s:s, s:s, s:I, s:b}", "capture", config->capture_text, "wait",
			  config->wait_for == WAIT_ROOT ? "root" : "tree", "on_full",
			  config->backend.wait ? "wait" : "drop", "buffer",
			  (json_int_t)config->backend.ring_size, "strict", config->strict);
	char *text = json_dumps(options, JSON_COMPACT);

	json_decref(options);
	return text;
}

static struct bytes join_arguments(char *const *argv)
{
	struct bytes all = { 0 };

	for (size_t i = 0; argv[i]; i++)
		all.len += strlen(argv[i]) + 1;
	all.data = malloc(all.len ? all.len : 1);
	if (!all.data)
		return (struct bytes){ 0 };
	for (size_t i = 0, at = 0; argv[i]; i++) {
		strcpy(all.data + at, argv[i]);
		at += strlen(argv[i]) + 1;
	}
	return all;
}

int report_begin(const struct run_config *config, const char *backend, struct runinfo *ret,
		 uint64_t *ret_start_boot_ns)
{
	char *started = report_timestamp();
	struct passwd *user;
	struct utsname machine;
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	*ret_start_boot_ns = boot.tv_sec * 1000000000ull + boot.tv_nsec;
	user = getpwuid(getuid());
	uname(&machine);
	*ret = (struct runinfo){
		.version = strdup(PACKAGE_VERSION),
		.state = strdup("running"),
		.command = strdup(config->command[0]),
		.argv = join_arguments(config->command),
		.cwd = getcwd(NULL, 0),
		.host = strdup(machine.nodename),
		.backend = strdup(backend),
		.kernel = strdup(machine.release),
		.started = started,
		.options = options_text(config),
		.exit_code = -1,
	};
	if (user)
		ret->user = strdup(user->pw_name);
	else if (asprintf(&ret->user, "%u", getuid()) < 0)
		ret->user = NULL;
	return ret->argv.data ? 0 : -ENOMEM;
}

/* Appends a sentence's part to the list of what makes the run incomplete. */
__attribute__((format(printf, 3, 4))) static void add_reason(char *to, size_t size,
							     const char *format, ...)
{
	size_t used = strlen(to);
	va_list arguments;

	if (used)
		used += snprintf(to + used, size - used, "; ");
	if (used >= size)
		return;
	va_start(arguments, format);
	vsnprintf(to + used, size - used, format, arguments);
	va_end(arguments);
}

void report_losses(const struct decode_totals *t, const struct backend_totals *b, int error,
		   char *to, size_t size)
{
	to[0] = 0;
	for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
		if (t->lost_by_cause[cause])
			add_reason(to, size, "%llu bytes %s: %s",
				   (unsigned long long)t->lost_by_cause[cause],
				   cause == CAUSE_IN_KERNEL ? "not captured" : "lost",
				   cause_name(cause));
	if (b->unseen_calls)
		add_reason(to, size,
			   "%llu calls moved bytes that are not captured (32-bit, io_uring or AIO)",
			   (unsigned long long)b->unseen_calls);
	if (b->lost_events)
		add_reason(to, size, "%llu events of processes and streams were lost",
			   (unsigned long long)b->lost_events);
	if (b->lost_tasks)
		add_reason(to, size, "%llu processes or threads could not be followed",
			   (unsigned long long)b->lost_tasks);
	if (t->bad_records)
		add_reason(to, size, "%llu records made no sense",
			   (unsigned long long)t->bad_records);
	if (error)
		add_reason(to, size, "recording ended early: %s", strerror(-error));
}

void report_unfinished(int error, char *to, size_t size)
{
	add_reason(to, size, "run.json could not be finished: %s", strerror(-error));
}
