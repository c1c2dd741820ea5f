/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of text in aligned columns. */
#ifndef IOTAP_TABLE_H
#define IOTAP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "show/output.h"

#define TABLE_COLUMNS 16

struct table {
	int ncolumns;
	bool right[TABLE_COLUMNS]; /* aligned to the right: numbers */
	size_t width[TABLE_COLUMNS];
	char *text; /* all cells, each with its NUL */
	size_t len;
	size_t room;
	int next; /* column of the next cell */
	int error;
};

/* The heads of the columns, in one string with blanks; `>` before a head aligns to the right. */
void table_init(struct table *t, const char *heads);

/* The next cell, already safe for a terminal. An empty one is shown as `-`. */
void table_cell(struct table *t, const char *text);
__attribute__((format(printf, 2, 3))) void table_printf(struct table *t, const char *format, ...);

/* Prints everything, the last column as long as it is, and frees it. 0 or -ENOMEM. */
int table_put(struct table *t, struct output *out);

#endif
