/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How processes are told of in text. Everything is safe for a terminal. */
#ifndef IOTAP_DESCRIBE_H
#define IOTAP_DESCRIBE_H

#include "model.h"

/* `7`, `SIGTERM`; `-` when neither is known. exit_code -1 and signal 0: none. Returns out. */
char *describe_end(int exit_code, int signal, char out[32]);

/*
 * The arguments with blanks between them; one that is empty or has blanks stands in quotes. What
 * does not fit into size bytes (at least 64) is left out, and ` ...` says so. Returns out.
 */
char *describe_argv(const struct bytes *argv, char *out, size_t size);

#endif
