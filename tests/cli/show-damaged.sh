#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run directories that are damaged: what is good is shown, what is not is said, nothing crashes.
. "${IOTAP_SOURCE:?}/tests/lib.sh"
export TZ=UTC0

make_run=$IOTAP_BUILD/tests/prog/make-run
"$make_run" job job || exit 99
"$iotap_show" --prefix=none job >whole

fresh() {
	rm -rf copy
	cp -a job copy
}

# shown NAME PATTERN: status 0, all of the text, and a message like this
shown() {
	status_of 0 "$1" "$iotap_show" --prefix=none copy
	like "$1: message" "$2" "$(cat stderr)"
}

fresh
rm copy/run.json
shown "without run.json" "iotap-show: copy: run.json *"
same "without run.json: the text" whole stdout
"$iotap_show" --stream=2 copy >stdout 2>stderr
is "without run.json: times" "0.060000 100 job.sh stderr: warning" "$(cat stdout)"
like "without run.json: a word about times" "*run.json does not say when the run started*" "$(cat stderr)"
fresh
echo '{' >copy/run.json
shown "with a damaged run.json" "iotap-show: copy: run.json *"
same "with a damaged run.json: the text" whole stdout

fresh
rm copy/index/timeline
shown "without a time line" "iotap-show: copy: index/timeline *"
# Without times each stream stands whole; the order is that of the streams.
cat >wanted <<'END'
hello
world
tail
warning
GET / HTTP/1.0
END
head -n 5 stdout | tr -d '\r' >got
same "without a time line: the text" wanted got
is "without a time line: every byte" "$(sort whole | sha256sum)" "$(sort stdout | sha256sum)"

fresh
truncate -s -40 copy/index/timeline
shown "with a time line cut short" "iotap-show: copy: index/timeline *"
is "with a time line cut short: every byte" "$(sort whole | sha256sum)" "$(sort stdout | sha256sum)"

fresh
rm copy/index/processes
shown "without processes" "iotap-show: copy: index/processes *"
same "without processes: the text" whole stdout
fresh
rm copy/index/streams
status_of 0 "without streams" "$iotap_show" --processes --json copy
is "without streams: the processes" '[100,101,102]' "$(jq -s -c 'map(.pid)' stdout)"
like "without streams: message" "iotap-show: copy: index/streams *" "$(cat stderr)"

fresh
truncate -s 9 copy/100-job.sh.stdout
shown "with a stream file cut short" "*"
is "with a stream file cut short: the text" "hello wor [3 bytes missing] [4 bytes missing] " \
	"$(grep -a -e hello -e wor -e missing stdout | tr '\n' ' ')"
fresh
rm copy/101-curl.fd5.sent
shown "without a stream file" "*"
is "without a stream file: the text" "[18 bytes missing]" "$(grep -a missing stdout)"
is "without a stream file: the rest" "$(grep -a -v -e GET whole | sed 's/^\r$//' | grep -a -c .)" \
	"$(grep -a -v missing stdout | sed 's/^\r$//' | grep -a -c .)"
fresh
rm copy/100-job.sh.stdout
ln -s /etc/passwd copy/100-job.sh.stdout
shown "with a symbolic link for a stream file" "*"
is "with a symbolic link: nothing of its target" 0 "$(grep -a -c root: stdout)"

# nothing NAME DIR PATTERN: status 2 and a message
nothing() {
	status_of 2 "$1" "$iotap_show" "$2"
	like "$1: message" "iotap-show: $2: $3" "$(cat stderr)"
	is "$1: no output" "" "$(cat stdout)"
}
mkdir empty
nothing "an empty directory" empty "is not a run directory*"
nothing "a directory that is not there" nowhere "there is no such directory*"
: >file
nothing "a file" file "is not a directory*"
mkdir other
echo hello >other/file
nothing "a directory of other things" other "is not a run directory*"
fresh
rm -r copy/index copy/run.json
nothing "a run directory without index and run.json" copy "is not a run directory*"
status_of 2 "one of two is not there" "$iotap_show" --streams --json nowhere job
is "one of two is not there: the other one is shown" 6 "$(wc -l <stdout)"

# Cut at every byte, changed at every byte: it ends by itself with status 0 or 2.
crashes=
try() {
	local status

	"$iotap_show" "$1" copy >/dev/null 2>&1
	status=$?
	case $status$1 in
	[02]--* | 1--verify) ;;
	*) crashes="$crashes $2:$1:$status" ;;
	esac
}
for file in processes streams timeline; do
	size=$(stat -c %s job/index/$file)
	fresh
	for ((i = size - 1; i >= 0; i -= 13)); do
		truncate -s "$i" copy/index/$file
		try --format=text "$file cut at $i"
		try --verify "$file cut at $i"
	done
	for ((i = 0; i < size; i += 5)); do
		cp job/index/$file copy/index/$file
		printf '\377' | dd of=copy/index/$file bs=1 seek="$i" conv=notrunc status=none
		try --format=json "$file changed at $i"
		try --raw "$file changed at $i"
	done
done
is "no damage crashes it" "" "$crashes"

# Numbers that cannot be, in records whose check sums are right.
rm -rf copy
"$make_run" absurd copy || exit 99
crashes=
for list in format=text json raw streams processes holes timeline summary verify; do
	try --$list "absurd numbers"
done
is "absurd numbers do not crash it" "" "$crashes"
like "absurd numbers are said to make no sense" "*records that make no sense*" \
	"$("$iotap_show" --summary copy 2>&1 >/dev/null)"

finish
