/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. A target is one function from bytes to nothing: whatever the bytes
 * are, it returns 0, or it has found a bug and aborts.
 */
#ifndef IOTAP_FUZZ_H
#define IOTAP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* Takes values off the front of the input. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* 0 behind the end. */
static inline uint8_t input_byte(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint16_t input_u16(struct input *in)
{
	uint16_t low = input_byte(in);

	return (uint16_t)(low | input_byte(in) << 8);
}

static inline uint32_t input_u32(struct input *in)
{
	uint32_t low = input_u16(in);

	return low | (uint32_t)input_u16(in) << 16;
}

/*
 * At most `want` bytes in heap memory of exactly their size, so that a sanitizer sees each byte
 * that is touched beyond them.
 */
static inline void *input_copy(struct input *in, size_t want, size_t *ret_size)
{
	size_t size = want < in->left ? want : in->left;
	void *copy = malloc(size ? size : 1);

	EXPECT(copy);
	memcpy(copy, in->at, size);
	in->at += size;
	in->left -= size;
	*ret_size = size;
	return copy;
}

/* The same with a NUL behind it. */
static inline char *input_string(struct input *in, size_t want)
{
	size_t size = want < in->left ? want : in->left;
	char *copy = malloc(size + 1);

	EXPECT(copy);
	memcpy(copy, in->at, size);
	copy[size] = '\0';
	in->at += size;
	in->left -= size;
	return copy;
}

/* Reads every byte, so that a sanitizer sees what is not there. */
static inline void touch_bytes(const void *data, size_t size)
{
	static volatile uint8_t sum;
	uint8_t all = 0;

	for (size_t i = 0; i < size; i++)
		all ^= ((const uint8_t *)data)[i];
	sum = all;
	(void)sum;
}

#endif
