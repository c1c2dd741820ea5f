/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --processes: one line for each selected process. */
#include <errno.h>
#include <string.h>

#include "lib/fd.h"
#include "show/describe.h"
#include "show/json.h"
#include "show/show.h"
#include "show/table.h"

#define COMMAND_SIZE 4096 /* what is shown of a command line, at most */

static void put_row(struct show *s, struct table *t, const struct process *p)
{
	char comm[4 * COMM_SIZE + 1], start[WHEN_SIZE + 33], status[32];
	char command[COMMAND_SIZE];
	uint64_t ns = p->end_ns > p->start_ns ? p->end_ns - p->start_ns : 0;

	table_printf(t, "%u", p->id);
	table_printf(t, "%u", p->parent);
	table_printf(t, "%d", p->pid);
	start[when_format(&s->when, p->start_ns, start)] = '\0';
	table_cell(t, start);
	if (p->ended)
		table_printf(t, "%llu.%03llu", (unsigned long long)(ns / 1000000000),
			     (unsigned long long)(ns / 1000000 % 1000));
	else
		table_cell(t, "");
	table_cell(t, p->ended ? describe_end(p->exit_code, p->signal, status) : "running");
	table_printf(t, "%llu", (unsigned long long)p->bytes_out);
	table_printf(t, "%llu", (unsigned long long)p->bytes_in);
	table_cell(t, escape_word(p->comm, strnlen(p->comm, COMM_SIZE), comm, sizeof(comm)));
	table_cell(t, describe_argv(&p->argv, command, sizeof(command)));
}

static int put_json(struct output *out, const struct process *p)
{
	json_t *o = json_object();

	json_add_number(o, "process", p->id);
	json_add_number(o, "parent", p->parent);
	json_add_number(o, "pid", p->pid);
	json_add_number(o, "ppid", p->ppid);
	json_add_string(o, "comm", p->comm);
	json_add_text(o, "exe", p->exe.data, p->exe.len);
	json_add_texts(o, "argv", &p->argv);
	json_add_text(o, "cwd", p->cwd.data, p->cwd.len);
	json_add_number(o, "uid", p->uid);
	json_add_number(o, "start_ns", p->start_ns);
	if (p->ended)
		json_add_number(o, "end_ns", p->end_ns);
	else
		json_add_null(o, "end_ns");
	if (p->ended && p->exit_code >= 0)
		json_add_number(o, "exit_code", p->exit_code);
	else
		json_add_null(o, "exit_code");
	if (p->signal)
		json_add_number(o, "signal", p->signal);
	else
		json_add_null(o, "signal");
	json_add_number(o, "threads", p->threads);
	json_add_number(o, "bytes_out", p->bytes_out);
	json_add_number(o, "bytes_in", p->bytes_in);
	json_add_number(o, "waited_ns", p->waited_ns);
	return json_put_line(o, out);
}

int show_processes(struct show *s)
{
	CLEANUP_FREE bool *selected = NULL;
	struct table t;
	size_t n;
	int r = 0;

	selected = select_processes(&s->options->selection, s->reader, &n);
	if (!selected)
		return -ENOMEM;
	table_init(&t, ">PROCESS >PARENT >PID START >SECONDS STATUS >OUT >IN COMM COMMAND");
	for (size_t i = 0; !r && i < n; i++) {
		if (!selected[i])
			continue;
		if (s->options->json)
			r = put_json(s->output, reader_process(s->reader, i));
		else
			put_row(s, &t, reader_process(s->reader, i));
	}
	if (s->options->json)
		t.len = 0;
	return table_put(&t, s->output) ?: r;
}
