/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of any value in JSON: text that is not UTF-8 is written lossy under its
 * key, and exactly, as base64, under KEY_b64. Reading prefers the exact one.
 */
#ifndef IOTAP_STORE_JSONTEXT_H
#define IOTAP_STORE_JSONTEXT_H

#include <jansson.h>

#include "model.h"

/* A new JSON string; each byte that is no UTF-8 becomes U+FFFD. NULL: no memory. */
json_t *jsontext_lossy(const char *text, size_t len);
/* A new JSON string with the bytes as base64. */
json_t *jsontext_base64(const char *text, size_t len);
bool jsontext_is_utf8(const char *text, size_t len);

/* 0 or -ENOMEM. text may be NULL: null. */
int jsontext_put(json_t *to, const char *key, const char *text);
/* Each text of the list ends with a NUL. An array, and one of base64 where a text needs it. */
int jsontext_put_list(json_t *to, const char *key, const struct bytes *list);

/* 0, -EINVAL (not a string, or a NUL in it) or -ENOMEM. A key that is not there is NULL. */
int jsontext_get(const json_t *from, const char *key, char **ret);
int jsontext_get_list(const json_t *from, const char *key, struct bytes *ret);

#endif
