/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See probe.h. */
#include <config.h>

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/probe.h"

#define FDS_NEEDED 100 /* 35 for maps, programs and links, 8 for files of streams, and some room */
#define BTF_PATH "/sys/kernel/btf/vmlinux"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

static bool has_capability(const struct __user_cap_data_struct *data, int number)
{
	return data[number / 32].effective >> (number % 32) & 1;
}

/* capabilities(7): CAP_SYS_ADMIN stands for both others. */
static int probe_capabilities(char *ret_reason, size_t reason_size)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	bool bpf, perfmon;

	if (syscall(SYS_capget, &header, data))
		return -errno;
	if (has_capability(data, CAP_SYS_ADMIN))
		return 0;
	bpf = has_capability(data, CAP_BPF);
	perfmon = has_capability(data, CAP_PERFMON);
	if (bpf && perfmon)
		return 0;
	if (bpf || perfmon)
		snprintf(ret_reason, reason_size,
			 "no permission to load BPF programs: %s is missing; run iotap-run as root",
			 bpf ? "CAP_PERFMON" : "CAP_BPF");
	else
		snprintf(ret_reason, reason_size,
			 "no permission to load BPF programs: CAP_BPF and CAP_PERFMON are missing; "
			 "run iotap-run as root");
	return -EPERM;
}

/* With too few descriptors libbpf fails somewhere, and says something else. */
static int probe_descriptors(char *ret_reason, size_t reason_size)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= FDS_NEEDED)
		return 0;
	probe_explain(-EMFILE, ret_reason, reason_size);
	return -EMFILE;
}

int probe_bpf(char *ret_reason, size_t reason_size)
{
	int err;

	if (access(BTF_PATH, R_OK)) {
		err = -errno;
		snprintf(ret_reason, reason_size,
			 "this kernel gives no BTF (" BTF_PATH ": %s); "
			 "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y",
			 strerror(-err));
		return err;
	}
	err = probe_descriptors(ret_reason, reason_size);
	return err ? err : probe_capabilities(ret_reason, reason_size);
}

/*
 * The last line of the verifier's log that says something; what libbpf prints besides is of no use
 * to users.
 */
static char complaint[200];

static void keep_complaint(const char *log)
{
	const char *end = strstr(log, "\nprocessed "), *begin = end;

	if (!end)
		return;
	while (begin > log && begin[-1] != '\n')
		begin--;
	snprintf(complaint, sizeof(complaint), ": %.*s", (int)(end - begin), begin);
}

static int listen_to_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char *text;

	if (level != LIBBPF_WARN || vasprintf(&text, format, arguments) < 0)
		return 0;
	keep_complaint(text);
	free(text);
	return 0;
}

void probe_listen(void)
{
	libbpf_set_print(listen_to_libbpf);
}

void probe_explain(int error, char *ret_reason, size_t reason_size)
{
	if (error == -EPERM)
		snprintf(ret_reason, reason_size,
			 "the kernel refuses BPF programs (%s); look at "
			 "/sys/kernel/security/lockdown "
			 "and at a seccomp filter or container around this shell",
			 strerror(-error));
	else if (error == -EMFILE)
		snprintf(ret_reason, reason_size,
			 "the limit of open files is too low for the BPF programs; raise it, for "
			 "example with ulimit -n 1024");
	else if (error == -ENOMEM)
		snprintf(ret_reason, reason_size,
			 "no memory for the BPF ring buffer; try a smaller one, for example "
			 "--buffer=8M");
	else
		snprintf(ret_reason, reason_size,
			 "the BPF programs do not load on this kernel (%s%s); "
			 "Linux 6.1 or later is needed",
			 strerror(-error), complaint);
}

bool probe_is_realtime(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.version, "PREEMPT_RT");
}
