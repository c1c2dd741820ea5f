/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds JSON objects with jansson. In: values, text that may be any bytes. Out: lines. On a
 * terminal everything beyond ASCII is escaped, so that no control character reaches it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show/json.h"
#include "store/jsontext.h"

static void add_b64(json_t *object, const char *key, json_t *value)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_b64", key);
	json_object_set_new_nocheck(object, name, value);
}

void json_add_text(json_t *object, const char *key, const void *data, size_t len)
{
	if (!data) {
		json_add_null(object, key);
	} else if (jsontext_is_utf8(data, len)) {
		json_object_set_new_nocheck(object, key, json_stringn_nocheck(data, len));
	} else {
		json_object_set_new_nocheck(object, key, jsontext_lossy(data, len));
		add_b64(object, key, jsontext_base64(data, len));
	}
}

void json_add_string(json_t *object, const char *key, const char *text)
{
	json_add_text(object, key, text, text ? strlen(text) : 0);
}

static json_t *list_of(const struct bytes *texts, json_t *(*make)(const char *, size_t))
{
	json_t *list = json_array();

	for (size_t at = 0; at < texts->len;) {
		size_t len = strnlen(texts->data + at, texts->len - at);

		json_array_append_new(list, make(texts->data + at, len));
		at += len + 1;
	}
	return list;
}

void json_add_texts(json_t *object, const char *key, const struct bytes *texts)
{
	json_object_set_new_nocheck(object, key, list_of(texts, jsontext_lossy));
	if (!jsontext_is_utf8(texts->data, texts->len))
		add_b64(object, key, list_of(texts, jsontext_base64));
}

void json_add_number(json_t *object, const char *key, uint64_t value)
{
	/* JSON integers are signed here; no time or length comes near the limit. */
	json_object_set_new_nocheck(object, key, json_integer((json_int_t)value));
}

void json_add_bool(json_t *object, const char *key, bool value)
{
	json_object_set_new_nocheck(object, key, json_boolean(value));
}

void json_add_null(json_t *object, const char *key)
{
	json_object_set_new_nocheck(object, key, json_null());
}

static int put(const char *buffer, size_t size, void *out)
{
	output_write(out, buffer, size);
	return 0;
}

int json_put_line(json_t *object, struct output *out)
{
	size_t flags = JSON_COMPACT | (out->terminal ? JSON_ENSURE_ASCII : 0);
	int r = object ? json_dump_callback(object, put, out, flags) : -1;

	json_decref(object);
	if (r < 0)
		return -ENOMEM;
	output_write(out, "\n", 1);
	return 0;
}
