/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output behind one large buffer. In: bytes and formatted text. Out: few large
 * write(2) calls. Never prints messages: the caller asks for the error at the end.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "show/output.h"

#define PRINTF_SIZE 16384

void output_init(struct output *o, int fd)
{
	o->fd = fd;
	o->error = 0;
	o->terminal = isatty(fd);
	o->used = 0;
}

static void write_all(struct output *o, const char *data, size_t len)
{
	while (len && !o->error) {
		ssize_t n = write(o->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			o->error = -errno;
			return;
		}
		data += n;
		len -= n;
	}
}

void output_flush(struct output *o)
{
	write_all(o, o->buffer, o->used);
	o->used = 0;
}

char *output_room(struct output *o, size_t size)
{
	if (OUTPUT_SIZE - o->used < size)
		output_flush(o);
	return o->buffer + o->used;
}

void output_did(struct output *o, size_t len)
{
	o->used += len;
}

void output_write(struct output *o, const void *data, size_t len)
{
	if (len >= OUTPUT_SIZE / 2) {
		output_flush(o);
		write_all(o, data, len);
		return;
	}
	memcpy(output_room(o, len), data, len);
	o->used += len;
}

void output_text(struct output *o, const char *text)
{
	output_write(o, text, strlen(text));
}

void output_printf(struct output *o, const char *format, ...)
{
	char *room = output_room(o, PRINTF_SIZE);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room, PRINTF_SIZE, format, args);
	va_end(args);
	if (n > 0)
		output_did(o, n < PRINTF_SIZE ? n : PRINTF_SIZE - 1);
}
