#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line of iotap-run: what is refused, and with which words. Runs no command.

. "${IOTAP_SOURCE:?}/tests/lib.sh"

# refused NAME PATTERN ARG...: status 125, one line on stderr, nothing made, nothing run
refused() {
	local name=$1 pattern=$2
	shift 2
	status_of 125 "$name: status" "$iotap_run" "$@"
	like "$name: words" "iotap-run: $pattern" "$(cat stderr)"
	is "$name: one line" 1 "$(wc -l <stderr)"
	is "$name: nothing on stdout" "" "$(cat stdout)"
	rm -f stdout stderr
	is "$name: no traces" "" "$(ls)"
}

run=(touch ran)

refused "no command" "no command to run: see --help"
refused "no command after --" "no command to run: see --help" -q --
refused "unknown option" "unknown option --colour: see --help" --colour "${run[@]}"
refused "unknown letter" "unknown option -Z: see --help" -qZ "${run[@]}"
refused "an option without its argument" "option --output needs a DIR: see --help" -o
refused "an argument too many" "option --strict takes no value*" --strict=yes "${run[@]}"

refused "a habit of strace" "'trace=write' is not a word of --capture*-e stdout*-e fd=N" \
	-e trace=write "${run[@]}"
refused "another habit of strace" "'signal=none' *-e stdout*" -e signal=none "${run[@]}"
refused "unknown capture word" \
	"unknown word 'tty' in --capture: known are stdout, stderr, *, ttys, all and fd=N" \
	-e stdout,tty "${run[@]}"
refused "an empty capture word" "unknown word '' in --capture*" -e stdout, "${run[@]}"
refused "an empty capture set" "unknown word '' in --capture*" --capture= "${run[@]}"
refused "nothing left to capture" "*leave something to capture" -e 'stdout,!all' "${run[@]}"
refused "a number taken away" "'!fd=3' is not a word of --capture*" -e '!fd=3' "${run[@]}"
for n in "" 64 x -1 99999999999999999999 1x; do
	refused "fd=$n" "'fd=$n' in --capture is no descriptor: write fd=N with N from 0 to 63" \
		-e "fd=$n" "${run[@]}"
done

refused "--wait=all" "'all' is not a word of --wait: say tree or root" --wait=all "${run[@]}"
refused "--on-full=block" "'block' is not a word of --on-full: say wait or drop" \
	--on-full=block "${run[@]}"
for size in "" 0 -1 1 1023K 3G 1T 1MB "1M " 99999999999999999999 17179869185G; do
	refused "--buffer='$size'" "'$size' is not a size for --buffer: say 1M to 2G, as in 256M" \
		"--buffer=$size" "${run[@]}"
done
refused "--output=" "--output is empty: name a directory" --output= "${run[@]}"

refused "control characters in a message" "unknown option --?[[]31m: see --help" \
	"--$(printf '\033')[31m" "${run[@]}"

for option in -h --help; do
	status_of 0 "$option" "$iotap_run" "$option"
	like "$option: the usage" "Usage: iotap-run *" "$(cat stdout)"
	is "$option: stderr" "" "$(cat stderr)"
	check "$option: at most 80 columns" awk 'length > 80 { exit 1 }' stdout
	check "$option: at most 24 lines" [ "$(wc -l <stdout)" -le 24 ]
done
for option in -V --version; do
	status_of 0 "$option" "$iotap_run" "$option"
	like "$option: the words" "iotap-run [0-9]*" "$(cat stdout)"
done
"$iotap_run" --help 2>stderr >/dev/full
is "--help that cannot be written: status" 125 $?
like "--help that cannot be written: words" "iotap-run: cannot write to the standard output: *" \
	"$(cat stderr)"

finish
