/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output behind one large buffer. The first error stays: whatever is
 * written after it goes nowhere, and output_error() tells.
 */
#ifndef IOTAP_OUTPUT_H
#define IOTAP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#define OUTPUT_SIZE (256 * 1024)

struct output {
	int fd;
	int error; /* negative errno of the first write that failed, or 0 */
	bool terminal;
	size_t used;
	char buffer[OUTPUT_SIZE];
};

void output_init(struct output *o, int fd);
void output_flush(struct output *o);
void output_write(struct output *o, const void *data, size_t len);
void output_text(struct output *o, const char *text);
/* At most 16 KiB. */
__attribute__((format(printf, 2, 3))) void output_printf(struct output *o, const char *format, ...);

/*
 * Room for up to `size` bytes (at most OUTPUT_SIZE) to be filled in place; output_did() keeps them.
 */
char *output_room(struct output *o, size_t size);
void output_did(struct output *o, size_t len);

static inline int output_error(const struct output *o)
{
	return o->error;
}

#endif
