/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See decode.h: which record goes where. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "decode/tables.h"

int decode_create(const struct decode_sink *sink, uint64_t start_boot_ns, struct decoder **ret)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->sink = *sink;
	d->start = start_boot_ns;
	*ret = d;
	return 0;
}

void decode_free(struct decoder *d)
{
	struct text *t;
	struct flow *f;
	struct life *l;

	if (!d)
		return;
	for (size_t at = 0; (f = table_next(&d->flows, &at));)
		flow_free(d, f);
	for (size_t at = 0; (l = table_next(&d->lives, &at));)
		life_free(d, l);
	for (size_t at = 0; (t = table_next(&d->texts, &at));) {
		free(t->bytes.data);
		free(t);
	}
	table_release(&d->files);
	table_release(&d->flows);
	table_release(&d->lives);
	table_release(&d->texts);
	free(d);
}

const struct decode_totals *decode_totals(const struct decoder *d)
{
	return &d->totals;
}

int decode_record(struct decoder *d, const struct wire_head *record, size_t size)
{
	static const struct {
		size_t fixed;
		bool has_data;
	} shapes[] = {
		[WIRE_FORK] = { sizeof(struct wire_fork) },
		[WIRE_EXEC] = { sizeof(struct wire_exec) },
		[WIRE_EXIT] = { sizeof(struct wire_exit) },
		[WIRE_OPEN] = { sizeof(struct wire_open) },
		[WIRE_CLOSE] = { sizeof(struct wire_close) },
		[WIRE_HOLE] = { sizeof(struct wire_hole) },
		[WIRE_CHUNK] = { sizeof(struct wire_chunk), true },
		[WIRE_TEXT] = { sizeof(struct wire_text), true },
	};

	if (size < sizeof(*record) || record->type >= sizeof(shapes) / sizeof(shapes[0]) ||
	    !shapes[record->type].fixed || size < shapes[record->type].fixed ||
	    (shapes[record->type].has_data && record->length > size - shapes[record->type].fixed))
		return bad_record(d);
	switch (record->type) {
	case WIRE_FORK:
		return see_fork(d, (const void *)record);
	case WIRE_EXEC:
		return see_exec(d, (const void *)record);
	case WIRE_EXIT:
		return see_exit(d, (const void *)record);
	case WIRE_OPEN:
		return see_open(d, (const void *)record);
	case WIRE_CLOSE:
		return see_close(d, (const void *)record);
	case WIRE_HOLE:
		return see_hole(d, (const void *)record);
	case WIRE_CHUNK:
		return see_chunk(d, (const void *)record);
	}
	return see_text(d, (const void *)record);
}

int decode_finish(struct decoder *d)
{
	struct flow *f;
	struct life *l;
	int err = 0;

	/* What is removed leaves its slot to another one: look at it again. */
	for (size_t at = 0; !err && (f = table_next(&d->flows, &at)); at--)
		err = flow_end(d, f);
	d->ended = NULL;
	for (size_t at = 0; !err && (l = table_next(&d->lives, &at)); at--)
		err = life_end(d, l);
	return err;
}
