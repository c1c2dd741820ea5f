/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --verify: each difference between files and index, or one line that says that there is none. */
#include <string.h>

#include "show/show.h"

#define SENTENCE_MAX 2048

static void found(void *context, const char *sentence)
{
	struct show *s = context;
	size_t len = strnlen(sentence, SENTENCE_MAX);
	char text[ANSI_ROOM(SENTENCE_MAX)];

	/* Names in it are escaped already: doing it again would spoil them. */
	output_write(s->output, text, ansi_line(ANSI_STRIP, sentence, len, text));
	output_text(s->output, "\n");
}

int show_verify(struct show *s)
{
	const struct runinfo *run = reader_run(s->reader);
	const struct stream *st;
	uint64_t streams = 0, bytes = 0;
	int n = reader_verify(s->reader, found, s);

	if (n < 0)
		return n;
	s->differences += n;
	for (; (st = reader_stream(s->reader, streams)); streams++)
		bytes += st->captured;
	if (!n)
		output_printf(s->output, "verified %llu streams, %llu bytes\n",
			      (unsigned long long)streams, (unsigned long long)bytes);
	if (!reader_finished(s->reader))
		output_text(s->output, "incomplete: the run is still going on, or its recorder "
				       "was killed\n");
	else if (!run->complete && run->reason) {
		char text[900];

		output_printf(s->output, "incomplete: %s\n",
			      escape_name(run->reason, strlen(run->reason), text, sizeof(text)));
	} else if (!run->complete)
		output_printf(s->output, "incomplete: %llu bytes were lost\n",
			      (unsigned long long)run->lost);
	return 0;
}
