/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the SET of --capture: words and fd=N with commas between, `!` takes away. Pure. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/capture_set.h"

#define CAPTURE_EVERYTHING                                                                         \
	(CAPTURE_STDOUT | CAPTURE_STDERR | CAPTURE_STDIN | CAPTURE_SOCKETS | CAPTURE_PIPES |       \
	 CAPTURE_FILES | CAPTURE_TTYS | CAPTURE_OTHERS)

static const struct {
	const char *name;
	uint32_t bits;
} words[] = {
	{ "stdout", CAPTURE_STDOUT },	{ "stderr", CAPTURE_STDERR },  { "stdin", CAPTURE_STDIN },
	{ "sockets", CAPTURE_SOCKETS }, { "pipes", CAPTURE_PIPES },    { "files", CAPTURE_FILES },
	{ "ttys", CAPTURE_TTYS },	{ "all", CAPTURE_EVERYTHING },
};

struct reader {
	uint32_t capture, without;
	uint64_t fds;
	char *error;
	size_t error_size;
};

static uint32_t bits_of(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == len && strncmp(words[i].name, word, len) == 0)
			return words[i].bits;
	return 0;
}

/* `fd=N` */
static int read_fd(struct reader *r, const char *word, size_t len)
{
	unsigned fd = 0;

	for (size_t i = 3; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			fd = CAPTURE_FDS;
		else if (fd < CAPTURE_FDS)
			fd = fd * 10 + (unsigned)(word[i] - '0');
	}
	if (len == 3 || fd >= CAPTURE_FDS) {
		snprintf(r->error, r->error_size,
			 "'%.*s' in --capture is no descriptor: write fd=N with N from 0 to %d",
			 (int)len, word, CAPTURE_FDS - 1);
		return -EINVAL;
	}
	r->fds |= 1ull << fd;
	return 0;
}

static int complain(struct reader *r, const char *word, size_t len, bool away)
{
	const char *equals = memchr(word, '=', len);

	if (equals && !away)
		snprintf(r->error, r->error_size,
			 "'%.*s' is not a word of --capture, which takes streams and not system "
			 "calls: "
			 "say -e stdout, -e stderr or -e fd=N",
			 (int)len, word);
	else if (equals)
		snprintf(r->error, r->error_size,
			 "'!%.*s' is not a word of --capture: only the words without a number can "
			 "be "
			 "taken away",
			 (int)len, word);
	else
		snprintf(r->error, r->error_size,
			 "unknown word '%.*s' in --capture: known are stdout, stderr, stdin, "
			 "sockets, "
			 "pipes, files, ttys, all and fd=N",
			 (int)len, word);
	return -EINVAL;
}

static int read_word(struct reader *r, const char *word, size_t len)
{
	bool away = len && word[0] == '!';
	uint32_t bits = bits_of(word + away, len - away);

	if (!away && len >= 3 && strncmp(word, "fd=", 3) == 0)
		return read_fd(r, word, len);
	if (!bits)
		return complain(r, word + away, len - away, away);
	if (away)
		r->without |= bits;
	else
		r->capture |= bits;
	return 0;
}

static int read_list(struct reader *r, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		int n = read_word(r, text, len);

		if (n < 0 || !text[len])
			return n;
		text += len + 1;
	}
}

int capture_set_parse(const char *text, struct backend_config *ret, char *ret_error,
		      size_t error_size)
{
	struct reader r = { .error = ret_error, .error_size = error_size };
	int n = read_list(&r, text);

	if (n == 0 && !r.capture && !r.fds)
		n = read_list(&r, CAPTURE_DEFAULT);
	if (n < 0)
		return n;
	if (!(r.capture & ~r.without) && !r.fds) {
		snprintf(ret_error, error_size,
			 "'%s' in --capture takes away all that it names: leave something to "
			 "capture",
			 text);
		return -EINVAL;
	}
	ret->capture = r.capture;
	ret->without = r.without;
	ret->capture_fds = r.fds;
	return 0;
}
