/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the front says to its user: one line on stderr, in one write. */
#ifndef IOTAP_MESSAGE_H
#define IOTAP_MESSAGE_H

/* Adds `iotap-run: ` and the newline. Control characters come out as `?`. Keeps errno. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

#endif
