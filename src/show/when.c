/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times of a run as text. In: nanoseconds since the run's start, and the wall clock's time at
 * that start. Out: text. Calls strftime(3) once for each second that passes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "show/when.h"

#define NS_PER_S 1000000000u

static int digits(const char **text, int n, int *ret)
{
	int value = 0;

	for (; n > 0; n--, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -EINVAL;
		value = 10 * value + (**text - '0');
	}
	*ret = value;
	return 0;
}

static int mark(const char **text, const char *marks)
{
	if (!**text || !strchr(marks, **text))
		return -EINVAL;
	return *(*text)++;
}

static int parse_zone(const char *text, int64_t *ret_s)
{
	int sign = mark(&text, "Zz+-"), hours = 0, minutes = 0;

	if (sign == '+' || sign == '-') {
		if (digits(&text, 2, &hours) < 0 || mark(&text, ":") < 0 ||
		    digits(&text, 2, &minutes) < 0)
			return -EINVAL;
	}
	if (sign < 0 || *text)
		return -EINVAL;
	*ret_s = (sign == '-' ? -60 : 60) * (60 * hours + minutes);
	return 0;
}

int when_parse(const char *text, int64_t *ret_s, uint32_t *ret_ns)
{
	struct tm tm = { 0 };
	uint32_t ns = 0;
	int64_t zone;

	if (digits(&text, 4, &tm.tm_year) < 0 || mark(&text, "-") < 0 ||
	    digits(&text, 2, &tm.tm_mon) < 0 || mark(&text, "-") < 0 ||
	    digits(&text, 2, &tm.tm_mday) < 0 || mark(&text, "Tt ") < 0 ||
	    digits(&text, 2, &tm.tm_hour) < 0 || mark(&text, ":") < 0 ||
	    digits(&text, 2, &tm.tm_min) < 0 || mark(&text, ":") < 0 ||
	    digits(&text, 2, &tm.tm_sec) < 0)
		return -EINVAL;
	if (*text == '.') {
		uint32_t unit = NS_PER_S / 10;

		for (text++; isdigit((unsigned char)*text); text++, unit /= 10)
			ns += unit * (*text - '0');
	}
	if (parse_zone(text, &zone) < 0)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*ret_s = timegm(&tm) - zone;
	*ret_ns = ns;
	return 0;
}

int when_init(struct when *w, enum when_style style, const char *format, const char *started)
{
	int r = started ? when_parse(started, &w->start_s, &w->start_ns) : -EINVAL;

	w->style = r < 0 ? WHEN_RELATIVE : style;
	w->format = format;
	w->cached = false;
	if (w->style == WHEN_RELATIVE)
		w->start_s = w->start_ns = 0;
	return r;
}

static void fill_cache(struct when *w, int64_t s)
{
	time_t t = s;
	struct tm tm;
	char zone[8];

	w->cached = true;
	w->cached_s = s;
	w->head_len = w->tail_len = 0;
	if (w->style == WHEN_UNIX || w->style == WHEN_RELATIVE) {
		w->head_len = snprintf(w->head, sizeof(w->head), "%lld.", (long long)s);
		return;
	}
	if (!localtime_r(&t, &tm))
		return;
	if (w->style == WHEN_CLOCK) {
		w->head_len = strftime(w->head, sizeof(w->head), "%H:%M:%S.", &tm);
	} else if (w->style == WHEN_STRFTIME) {
		w->head_len = strftime(w->head, sizeof(w->head), w->format, &tm);
	} else {
		w->head_len = strftime(w->head, sizeof(w->head), "%Y-%m-%dT%H:%M:%S.", &tm);
		if (strftime(zone, sizeof(zone), "%z", &tm) == 5)
			w->tail_len = snprintf(w->tail, sizeof(w->tail), "%.3s:%s", zone, zone + 3);
	}
}

static size_t put_fraction(char *out, uint32_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		out[i] = '0' + value % 10;
	return n;
}

size_t when_format(struct when *w, uint64_t time_ns, char out[WHEN_SIZE + 32])
{
	uint64_t ns = time_ns % NS_PER_S + w->start_ns;
	int64_t s = w->start_s + (int64_t)(time_ns / NS_PER_S) + (ns >= NS_PER_S);
	size_t len;

	ns %= NS_PER_S;
	if (!w->cached || w->cached_s != s)
		fill_cache(w, s);
	len = w->head_len;
	memcpy(out, w->head, len);
	if (w->style == WHEN_CLOCK)
		len += put_fraction(out + len, ns / 1000000, 3);
	else if (w->style != WHEN_STRFTIME)
		len += put_fraction(out + len, ns / 1000, 6);
	memcpy(out + len, w->tail, w->tail_len);
	return len + w->tail_len;
}
