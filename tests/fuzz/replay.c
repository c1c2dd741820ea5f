/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target over its corpus, one test for each file. In: files and folders named as
 * arguments, by default $IOTAP_SOURCE/tests/fuzz/corpus/FUZZ_NAME. Out: TAP. An input that finds a
 * bug aborts; the last comment before says which it was.
 */
#include <config.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <sys/stat.h>

#include "fuzz.h"

static unsigned done;

static void replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	struct stat about;

	if (!file || fstat(fileno(file), &about) < 0)
		err(1, "%s", path);
	data = malloc(about.st_size ? (size_t)about.st_size : 1);
	if (!data || fread(data, 1, (size_t)about.st_size, file) != (size_t)about.st_size)
		errx(1, "%s: cannot be read", path);
	fclose(file);
	printf("# %s\n", path);
	fflush(stdout);
	EXPECT(LLVMFuzzerTestOneInput(data, (size_t)about.st_size) == 0);
	free(data);
	printf("ok %u - %s\n", ++done, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay(const char *path)
{
	struct dirent **list;
	struct stat about;
	int n;

	if (stat(path, &about) < 0)
		err(1, "%s", path);
	if (!S_ISDIR(about.st_mode)) {
		replay_file(path);
		return;
	}
	n = scandir(path, &list, is_visible, alphasort);
	if (n < 0)
		err(1, "%s", path);
	for (int i = 0; i < n; i++) {
		char *file;

		if (asprintf(&file, "%s/%s", path, list[i]->d_name) < 0)
			err(1, "%s", path);
		replay(file);
		free(file);
		free(list[i]);
	}
	free(list);
}

int main(int argc, char **argv)
{
	const char *source = getenv("IOTAP_SOURCE");
	char *corpus;

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			replay(argv[i]);
	} else {
		if (asprintf(&corpus, "%s/tests/fuzz/corpus/%s", source ? source : ".", FUZZ_NAME) <
		    0)
			err(1, "corpus");
		replay(corpus);
		free(corpus);
	}
	if (!done)
		printf("not ok %u - the corpus is empty\n", ++done);
	printf("1..%u\n", done);
	return 0;
}
