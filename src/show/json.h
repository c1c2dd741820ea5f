/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of JSON objects, and objects as lines of output. */
#ifndef IOTAP_SHOW_JSON_H
#define IOTAP_SHOW_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "model.h"
#include "show/output.h"

/*
 * Text under `key`; when it is not UTF-8, each byte that belongs to no character is U+FFFD there,
 * and the bytes stand exactly, in base 64, under key_b64. data NULL: null.
 */
void json_add_text(json_t *object, const char *key, const void *data, size_t len);
void json_add_string(json_t *object, const char *key, const char *text);

/* A list of texts, each of which ends with a NUL; the same for the whole list. */
void json_add_texts(json_t *object, const char *key, const struct bytes *texts);

void json_add_number(json_t *object, const char *key, uint64_t value);
void json_add_bool(json_t *object, const char *key, bool value);
void json_add_null(json_t *object, const char *key);

/* One line; frees the object. Returns 0 or -ENOMEM. */
int json_put_line(json_t *object, struct output *out);

#endif
