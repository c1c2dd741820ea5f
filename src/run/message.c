/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line on stderr. In: a sentence that may quote names of any bytes. Out: one
 * write to fd 2, so that lines of other processes do not get into it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/message.h"

#define PREFIX "iotap-run: "

void message(const char *format, ...)
{
	char line[4096] = PREFIX;
	int saved = errno;
	size_t len;
	va_list args;

	va_start(args, format);
	vsnprintf(line + strlen(PREFIX), sizeof(line) - strlen(PREFIX) - 1, format, args);
	va_end(args);
	len = strlen(line);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	/* Nobody is left to hear that this failed. */
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;
	errno = saved;
}
