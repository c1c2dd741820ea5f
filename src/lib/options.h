/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command line options: one row each. The rows make the parser and --help;
 * tools/check-docs holds them against the manuals.
 */
#ifndef IOTAP_OPTIONS_H
#define IOTAP_OPTIONS_H

#include <stdio.h>

struct option_row {
	int short_name;	      /* a letter, or 0 */
	const char *name;     /* without the dashes; NULL with help set: a heading */
	const char *argument; /* NULL: takes none; else its name in --help, e.g. "DIR" */
	const char *help;     /* one line */
	/*
	 * Takes the value (NULL without argument) into `target`. Returns 0, or negative errno with
	 * one sentence in ret_error that names the next step.
	 */
	int (*take)(void *target, const char *value, char *ret_error, size_t error_size);
};

/*
 * Reads options up to the first word that is not one, or `--` (as strace, timeout and env do; the
 * order of options and words is never changed). Long names may be cut short where that is unique.
 * Returns the index of the first word in argv, or -EINVAL with one sentence in ret_error.
 * rows end with an empty row.
 */
int options_parse(const struct option_row *rows, void *target, int argc, char **argv,
		  char *ret_error, size_t error_size);

/* The rows as --help shows them, at most 80 columns wide. */
void options_help(const struct option_row *rows, FILE *out);

#endif
