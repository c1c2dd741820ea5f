/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for ends and command lines. In: values of a process. Out: short text for people. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "show/describe.h"
#include "show/escape.h"

char *describe_end(int exit_code, int signal, char out[32])
{
	const char *name = signal ? sigabbrev_np(signal) : NULL;

	if (name)
		snprintf(out, 32, "SIG%s", name);
	else if (signal)
		snprintf(out, 32, "signal-%d", signal);
	else if (exit_code >= 0)
		snprintf(out, 32, "%d", exit_code);
	else
		snprintf(out, 32, "-");
	return out;
}

/* Appends one argument; false: there is no room for it. */
static bool add(char *out, size_t size, const char *arg, size_t len)
{
	bool quote = !len || memchr(arg, ' ', len);
	size_t used = strlen(out);

	/* An escaped byte takes four at most, a character of more bytes three times its own. */
	if (used + 4 * len + 4 > size)
		return false;
	if (used)
		out[used++] = ' ';
	if (quote)
		out[used++] = '\'';
	used += strlen(escape_name(arg, len, out + used, size - used));
	if (quote)
		out[used++] = '\'';
	out[used] = '\0';
	return true;
}

char *describe_argv(const struct bytes *argv, char *out, size_t size)
{
	size_t room = size - strlen(" ...");

	out[0] = '\0';
	for (size_t at = 0; at < argv->len;) {
		size_t len = strnlen(argv->data + at, argv->len - at);

		if (!add(out, room, argv->data + at, len)) {
			strcat(out, out[0] ? " ..." : "...");
			break;
		}
		at += len + 1;
	}
	return out;
}
