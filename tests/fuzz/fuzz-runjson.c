/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the reader of run.json. In: its text. */
#include <config.h>

#include "fuzz.h"
#include "store/runjson.h"

static void touch_string(const char *text)
{
	if (text)
		touch_bytes(text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *text = input_copy(&in, size, &size);
	struct runinfo r;

	if (runinfo_parse(text, size, &r) == 0) {
		const char *const strings[] = {
			r.version, r.state,  r.command, r.cwd,	 r.user,    r.host,
			r.backend, r.kernel, r.started, r.ended, r.options, r.reason,
		};

		for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
			touch_string(strings[i]);
		touch_bytes(r.argv.data, r.argv.len);
		EXPECT(!r.argv.len || !r.argv.data[r.argv.len - 1]);
		runinfo_release(&r);
	}
	free(text);
	return 0;
}
