/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of any value in JSON, see jsontext.h. */
#include <config.h>

#include <errno.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fd.h"
#include "store/journal.h"
#include "store/jsontext.h"

#define KEY_SIZE 64

/* Length of the UTF-8 character at the start; 0: there is none (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (len < n)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool jsontext_is_utf8(const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_length((const unsigned char *)text + i, len - i);
		if (n == 0)
			return false;
	}
	return true;
}

json_t *jsontext_lossy(const char *text, size_t len)
{
	CLEANUP_FREE char *copy = NULL;
	size_t out = 0;

	if (jsontext_is_utf8(text, len))
		return json_stringn_nocheck(text, len);
	copy = malloc(len * 3);
	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < len;) {
		size_t n = utf8_length((const unsigned char *)text + i, len - i);

		memcpy(copy + out, n > 0 ? text + i : "\xef\xbf\xbd", n > 0 ? n : 3);
		out += n > 0 ? n : 3;
		i += n > 0 ? n : 1;
	}
	return json_stringn_nocheck(copy, out);
}

json_t *jsontext_base64(const char *text, size_t len)
{
	CLEANUP_FREE char *copy = malloc(BASE64_ENCODE_RAW_LENGTH(len) + 1);

	if (copy == NULL)
		return NULL;
	base64_encode_raw(copy, len, (const uint8_t *)text);
	return json_stringn_nocheck(copy, BASE64_ENCODE_RAW_LENGTH(len));
}

static void exact_key(const char *key, char ret[static KEY_SIZE])
{
	snprintf(ret, KEY_SIZE, "%s_b64", key);
}

int jsontext_put(json_t *to, const char *key, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;
	char exact[KEY_SIZE];

	if (json_object_set_new(to, key, text != NULL ? jsontext_lossy(text, len) : json_null()) <
	    0)
		return -ENOMEM;
	if (jsontext_is_utf8(text, len))
		return 0;
	exact_key(key, exact);
	return json_object_set_new(to, exact, jsontext_base64(text, len)) < 0 ? -ENOMEM : 0;
}

static int put_array(json_t *to, const char *key, const struct bytes *list,
		     json_t *(*convert)(const char *, size_t))
{
	json_t *array = json_array();
	int e = 0;

	for (size_t i = 0, n; i < list->len && e == 0; i += n + 1) {
		n = strnlen(list->data + i, list->len - i);
		e = json_array_append_new(array, convert(list->data + i, n));
	}
	if (e < 0) {
		json_decref(array);
		return -ENOMEM;
	}
	return json_object_set_new(to, key, array) < 0 ? -ENOMEM : 0;
}

int jsontext_put_list(json_t *to, const char *key, const struct bytes *list)
{
	char exact[KEY_SIZE];
	int e;

	e = put_array(to, key, list, jsontext_lossy);
	if (e < 0 || jsontext_is_utf8(list->data, list->len))
		return e;
	exact_key(key, exact);
	return put_array(to, exact, list, jsontext_base64);
}

/* Appends a string and a NUL. */
static int append(struct blob *b, const json_t *v, bool exact)
{
	size_t len = json_string_length(v);
	size_t start = b->len;
	int e;

	if (!json_is_string(v))
		return -EINVAL;
	e = blob_reserve(b, len + 4);
	if (e < 0)
		return e;
	if (exact) {
		struct base64_decode_ctx context;
		size_t n = b->size - b->len;

		base64_decode_init(&context);
		if (!base64_decode_update(&context, &n, (uint8_t *)b->data + b->len, len,
					  json_string_value(v)) ||
		    !base64_decode_final(&context))
			return -EINVAL;
		len = n;
	} else {
		memcpy(b->data + b->len, json_string_value(v), len);
	}
	if (memchr(b->data + start, '\0', len) != NULL)
		return -EINVAL;
	b->len += len;
	b->data[b->len++] = '\0';
	return 0;
}

/* The exact value if there is one. */
static const json_t *find(const json_t *from, const char *key, bool *ret_exact)
{
	char exact[KEY_SIZE];
	const json_t *v;

	exact_key(key, exact);
	v = json_object_get(from, exact);
	*ret_exact = v != NULL;
	return v != NULL ? v : json_object_get(from, key);
}

int jsontext_get(const json_t *from, const char *key, char **ret)
{
	struct blob b = { 0 };
	const json_t *v;
	bool exact;
	int e;

	v = find(from, key, &exact);
	if (v == NULL || json_is_null(v))
		return 0;
	e = append(&b, v, exact);
	if (e < 0)
		free(b.data);
	else
		*ret = b.data;
	return e;
}

int jsontext_get_list(const json_t *from, const char *key, struct bytes *ret)
{
	struct blob b = { 0 };
	const json_t *v;
	bool exact;
	int e = 0;

	v = find(from, key, &exact);
	if (v == NULL || json_is_null(v))
		return 0;
	if (!json_is_array(v))
		return -EINVAL;
	for (size_t i = 0; i < json_array_size(v) && e == 0; i++)
		e = append(&b, json_array_get(v, i), exact);
	if (e < 0)
		free(b.data);
	else
		*ret = (struct bytes){ .data = b.data, .len = b.len };
	return e;
}
