/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of iotap-show. */
#ifndef IOTAP_SHOW_OPTIONS_H
#define IOTAP_SHOW_OPTIONS_H

#include <stdio.h>

#include "show/escape.h"
#include "show/select.h"
#include "show/when.h"

enum show_mode {
	SHOW_LOG = 0,
	SHOW_STREAMS,
	SHOW_PROCESSES,
	SHOW_HOLES,
	SHOW_TIMELINE,
	SHOW_SUMMARY,
	SHOW_RAW,
	SHOW_VERIFY,
	SHOW_HELP,
	SHOW_VERSION,
};

#define PREFIX_TIME 0x1
#define PREFIX_PID 0x2
#define PREFIX_COMM 0x4
#define PREFIX_STREAM 0x8
#define PREFIX_ALL 0xf

struct show_options {
	enum show_mode mode;
	bool json;
	unsigned prefix; /* PREFIX_ */
	enum when_style time_style;
	const char *time_format;
	bool ansi_given;
	enum ansi ansi; /* valid when given */
	struct selection selection;
	char **dirs; /* ndirs of them, words of argv */
	int ndirs;
};

/* 0, or -EINVAL with one sentence in ret_error. dirs point into argv. */
int show_options_parse(struct show_options *o, int argc, char **argv, char *ret_error,
		       size_t error_size);
void show_options_release(struct show_options *o);
void show_options_help(FILE *out);

#endif
