/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of iotap-run. */
#ifndef IOTAP_RUN_OPTIONS_H
#define IOTAP_RUN_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "run/config.h"

struct run_options {
	struct run_config config;
	bool help; /* --help or --version was given: config is not to be used */
	bool version;
	char *capture_text; /* owned; config.capture_text points to it */
};

/*
 * Reads the command line into ret, which points into argv afterwards. 0, or negative
 * errno with one sentence in ret_error.
 */
int run_options_parse(int argc, char **argv, struct run_options *ret, char *ret_error,
		      size_t error_size);
void run_options_release(struct run_options *o);

void run_options_help(FILE *out);

#endif
