/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Aligns columns. In: cells, row after row. Out: text, when all widths are known. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/table.h"

/* Characters, as far as a terminal gives each one column. */
static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

void table_init(struct table *t, const char *heads)
{
	char head[32];

	*t = (struct table){ 0 };
	for (size_t len; *heads; heads += len + strspn(heads + len, " ")) {
		bool right = *heads == '>';

		heads += right;
		len = strcspn(heads, " ");
		t->right[t->ncolumns++] = right;
		snprintf(head, sizeof(head), "%.*s", (int)len, heads);
		t->next = t->ncolumns - 1;
		table_cell(t, head);
	}
	t->next = 0;
}

void table_cell(struct table *t, const char *text)
{
	size_t size, width;

	if (!*text)
		text = "-";
	size = strlen(text) + 1;
	width = columns_of(text);
	if (t->len + size > t->room) {
		size_t room = 2 * t->room + size + 4096;
		char *more = realloc(t->text, room);

		if (!more) {
			t->error = -ENOMEM;
			return;
		}
		t->text = more;
		t->room = room;
	}
	memcpy(t->text + t->len, text, size);
	t->len += size;
	if (width > t->width[t->next])
		t->width[t->next] = width;
	t->next = (t->next + 1) % t->ncolumns;
}

void table_printf(struct table *t, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	table_cell(t, text);
}

static void put_blanks(struct output *out, size_t n)
{
	for (; n; n--)
		output_write(out, " ", 1);
}

int table_put(struct table *t, struct output *out)
{
	int column = 0, r = t->error;

	for (size_t at = 0; !r && at < t->len; at += strlen(t->text + at) + 1) {
		const char *text = t->text + at;
		size_t pad = t->width[column] - columns_of(text);
		bool last = column == t->ncolumns - 1;

		if (t->right[column])
			put_blanks(out, pad);
		output_text(out, text);
		if (!t->right[column] && !last)
			put_blanks(out, pad);
		output_text(out, last ? "\n" : "  ");
		column = last ? 0 : column + 1;
	}
	free(t->text);
	*t = (struct table){ 0 };
	return r;
}
