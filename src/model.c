/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for the model's numbers, and the ends of its structures. */
#include <stdlib.h>

#include "model.h"

#define WORD(table, i) ((i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : "unknown")

const char *direction_name(unsigned direction)
{
	static const char *const names[] = { "in", "out" };

	return WORD(names, direction);
}

const char *role_name(unsigned role)
{
	static const char *const names[] = { "other", "stdin", "stdout", "stderr" };

	return WORD(names, role);
}

const char *kind_name(unsigned kind)
{
	static const char *const names[] = {
		"other", "tty", "pipe", "file", "char", "block", "socket",
	};

	return WORD(names, kind);
}

const char *cause_name(unsigned cause)
{
	static const char *const names[] = {
		"unknown", "ring-full", "fault",     "killed",
		"stalled", "store",	"arguments", "in-kernel",
	};

	return WORD(names, cause);
}

void process_release(struct process *p)
{
	free(p->exe.data);
	free(p->argv.data);
	free(p->cwd.data);
	p->exe = p->argv = p->cwd = (struct bytes){ 0 };
}

void stream_release(struct stream *s)
{
	free(s->name.data);
	for (size_t i = 0; i < s->nsegments; i++)
		free(s->segments[i].file);
	free(s->segments);
	free(s->holes);
	s->name = (struct bytes){ 0 };
	s->segments = NULL;
	s->holes = NULL;
	s->nsegments = s->nholes = 0;
}
