/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a command line by a table of rows, and prints the table as --help.
 *
 * In: rows and argv. Out: each row's take() was called, in the order of argv.
 * Never prints on its own, never changes argv.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "lib/options.h"

#define HELP_COLUMN 26
#define HELP_WIDTH 80

struct parser {
	const struct option_row *rows;
	void *target;
	int argc;
	char **argv;
	int next; /* the first word that was not looked at yet */
	char *error;
	size_t error_size;
};

static bool is_end(const struct option_row *row)
{
	return !row->short_name && !row->name && !row->help;
}

static bool is_heading(const struct option_row *row)
{
	return !row->short_name && !row->name && row->help;
}

__attribute__((format(printf, 2, 3))) static int fail(struct parser *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->error, p->error_size, format, args);
	va_end(args);
	return -EINVAL;
}

static int take(struct parser *p, const struct option_row *row, const char *value)
{
	int r = row->take(p->target, value, p->error, p->error_size);

	return r < 0 ? -EINVAL : 0;
}

/* The option's argument is the next word. */
static int take_next(struct parser *p, const struct option_row *row)
{
	if (p->next == p->argc)
		return fail(p, "option --%s needs a %s: see --help", row->name, row->argument);
	return take(p, row, p->argv[p->next++]);
}

/* The row whose long name begins with these bytes; an exact match wins. NULL: see the error. */
static const struct option_row *find_long(struct parser *p, const char *name, size_t len)
{
	const struct option_row *found = NULL, *other = NULL;

	for (const struct option_row *row = p->rows; !is_end(row); row++) {
		if (!row->name || strncmp(row->name, name, len) != 0)
			continue;
		if (!row->name[len])
			return row;
		if (found)
			other = row;
		else
			found = row;
	}
	if (!found)
		fail(p, "unknown option --%.*s: see --help", (int)len, name);
	if (other)
		fail(p, "option --%.*s is short for --%s and for --%s: write more of it", (int)len,
		     name, found->name, other->name);
	return other ? NULL : found;
}

static int parse_long(struct parser *p, const char *word)
{
	size_t len = strcspn(word, "=");
	const struct option_row *row = find_long(p, word, len);

	if (!row)
		return -EINVAL;
	if (!row->argument && word[len])
		return fail(p, "option --%s takes no value: see --help", row->name);
	if (!row->argument)
		return take(p, row, NULL);
	return word[len] ? take(p, row, word + len + 1) : take_next(p, row);
}

/* Letters that stand together: the first one with an argument takes the rest of the word. */
static int parse_short(struct parser *p, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = p->rows;
		int r;

		while (!is_end(row) && row->short_name != *letters)
			row++;
		if (is_end(row))
			return fail(p, "unknown option -%c: see --help", *letters);
		if (row->argument)
			return letters[1] ? take(p, row, letters + 1) : take_next(p, row);
		r = take(p, row, NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

int options_parse(const struct option_row *rows, void *target, int argc, char **argv,
		  char *ret_error, size_t error_size)
{
	struct parser p = {
		.rows = rows,
		.target = target,
		.argc = argc,
		.argv = argv,
		.next = 1,
		.error = ret_error,
		.error_size = error_size,
	};

	while (p.next < argc) {
		const char *word = argv[p.next];
		int r;

		if (word[0] != '-' || !word[1])
			break;
		p.next++;
		if (strcmp(word, "--") == 0)
			break;
		r = word[1] == '-' ? parse_long(&p, word + 2) : parse_short(&p, word + 1);
		if (r < 0)
			return r;
	}
	return p.next < argc ? p.next : argc;
}

/* The text from `column` on, broken between words at the screen's edge. */
static void print_wrapped(const char *text, int column, FILE *out)
{
	size_t room = HELP_WIDTH - 1 - column;

	while (strlen(text) > room) {
		size_t cut = room;

		while (cut && text[cut] != ' ')
			cut--;
		if (!cut)
			cut = strcspn(text, " ");
		fprintf(out, "%.*s\n%*s", (int)cut, text, column, "");
		text += cut;
		text += strspn(text, " ");
	}
	fprintf(out, "%s\n", text);
}

void options_help(const struct option_row *rows, FILE *out)
{
	for (const struct option_row *row = rows; !is_end(row); row++) {
		int n;

		if (is_heading(row)) {
			print_wrapped(row->help, 0, out);
			continue;
		}
		if (row->short_name)
			n = fprintf(out, "  -%c", row->short_name);
		else
			n = fprintf(out, "    ");
		if (row->name)
			n += fprintf(out, "%s--%s%s%s", row->short_name ? ", " : "  ", row->name,
				     row->argument ? "=" : "", row->argument ? row->argument : "");
		if (n >= HELP_COLUMN) {
			fputc('\n', out);
			n = 0;
		}
		fprintf(out, "%*s", HELP_COLUMN - n, "");
		print_wrapped(row->help, HELP_COLUMN, out);
	}
}
