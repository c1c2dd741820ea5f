/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lists, the log and the rest have in common: one run directory that is open, what was
 * asked for, and where it goes. Each returns 0 or negative errno; trouble with standard output
 * is not theirs to report, see output_error().
 */
#ifndef IOTAP_SHOW_H
#define IOTAP_SHOW_H

#include "show/output.h"
#include "show/show_options.h"
#include "show/when.h"
#include "store/reader.h"

struct show {
	const struct show_options *options;
	const char *dir; /* as the user gave it */
	struct reader *reader;
	struct output *output;
	struct when when;
	uint64_t differences; /* that --verify found */
};

int show_log(struct show *s);
int show_raw(struct show *s);
int show_streams(struct show *s);
int show_processes(struct show *s);
int show_holes(struct show *s);
int show_timeline(struct show *s);
int show_summary(struct show *s);
int show_verify(struct show *s);

#endif
