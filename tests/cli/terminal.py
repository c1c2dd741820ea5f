#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A user at a terminal, for the tests: runs commands on a pty.

In: a scenario and its arguments. Out: what the scenario's doc says, on stdout; the status is 0
when it came to its end, else an exception tells where it stood.
"""

import os
import pty
import re
import select
import signal
import sys
import time

LIMIT = 60  # seconds; only a failure ever waits that long


class Terminal:
    """A session leader on a pty of its own, and what it has shown."""

    def __init__(self, argv):
        self.shown = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execvp(argv[0], argv)

    def type(self, text):
        os.write(self.fd, text)

    def read_more(self, until):
        if not select.select([self.fd], [], [], max(0, until - time.monotonic()))[0]:
            raise TimeoutError(f"the terminal shows only {self.shown!r}")
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            more = b""
        self.shown += more
        return more

    def expect(self, pattern):
        """Waits until the pattern is shown, forgets everything up to its end, returns the match."""
        until = time.monotonic() + LIMIT
        while not (match := re.search(pattern, self.shown)):
            if not self.read_more(until):
                raise EOFError(f"{pattern!r} never came: {self.shown!r}")
        self.shown = self.shown[match.end():]
        return match

    def finish(self):
        """Reads to the end; the exit code, or minus the signal."""
        until = time.monotonic() + LIMIT
        while self.read_more(until):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def output(file, *argv):
    """Runs argv, what it shows goes to the file; exits with its status."""
    terminal = Terminal(argv)
    code = terminal.finish()
    with open(file, "wb") as out:
        out.write(terminal.shown)
    sys.exit(code if code >= 0 else 128 - code)


def count(key, rounds, *argv):
    """Presses a key in each round, when the job has shown `ready`, then waits for `got`.

    At the end USR1 goes to the first process, and what it shows after `total` is printed.
    """
    terminal = Terminal(argv)
    for _ in range(int(rounds)):
        terminal.expect(rb"ready")
        terminal.type(key.encode().decode("unicode_escape").encode())
        terminal.expect(rb"got")
    terminal.expect(rb"ready")
    os.kill(terminal.pid, signal.SIGUSR1)
    print(terminal.expect(rb"total ([^\r\n]*)\r").group(1).decode())
    print("status", terminal.finish())


def press(key, *argv):
    """Presses a key when the job has shown `ready`; prints how it ends."""
    terminal = Terminal(argv)
    terminal.expect(rb"ready")
    terminal.type(key.encode().decode("unicode_escape").encode())
    print("status", terminal.finish())


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()[0]


def job_control(*argv):
    """The command in an interactive shell: ^Z, fg, ^Z, bg, end. Prints the states and the status.

    The command shows `ready PID PARENT`, and `on N` when it is continued for the Nth time.
    SIGUSR1 to PARENT ends it with status 5.
    """
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"])
    terminal.type(b"PS1='prompt'' '; bind 'set enable-bracketed-paste off'\n")
    terminal.expect(rb"prompt ")
    terminal.type(b" ".join(word.encode() for word in argv) + b"\n")
    pids = terminal.expect(rb"ready (\d+) (\d+)\r").groups()
    pids = [pid.decode() for pid in pids]
    terminal.type(b"\x1a")
    terminal.expect(rb"Stopped")
    terminal.expect(rb"prompt ")
    print("stopped", *map(state, pids))
    terminal.type(b"fg\n")
    terminal.expect(rb"\bon 1\b")
    terminal.type(b"\x1a")
    terminal.expect(rb"Stopped")
    terminal.expect(rb"prompt ")
    print("stopped", *map(state, pids))
    terminal.type(b"bg\n")
    terminal.expect(rb"\bon 2\b")
    terminal.type(b"fg\n")
    terminal.expect(rb"\bfg\r\n[^\r\n]*%s" % re.escape(argv[0].encode()))
    os.kill(int(pids[1]), signal.SIGUSR1)
    terminal.expect(rb"prompt ")
    terminal.type(b"echo status=$?.\n")
    print("status", terminal.expect(rb"status=(\d+)\.").group(1).decode())
    terminal.type(b"exit\n")
    terminal.finish()


if __name__ == "__main__":
    scenarios = {"output": output, "count": count, "press": press, "job-control": job_control}
    scenarios[sys.argv[1]](*sys.argv[2:])
