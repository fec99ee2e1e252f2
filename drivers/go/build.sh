#!/bin/sh
# Builds the driver of MSAL Go: drivers/go/build.sh [OUTPUT]. With modules it fetches the version of
# go.mod; GO111MODULE=off takes what is below GOPATH, such as Debian's packages.
# The standard library gets a clock that Brownout moves: time.overlay, and a line in five functions.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/msal-go}
case $out in /*) ;; *) out=$PWD/$out ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"
root=$(go env GOROOT)/src/time

# The line goes behind the head of the function, which must be there once.
insert() {
	[ "$(grep -cxF "$2" "$1")" = 1 ] || {
		echo "build.sh: this version of Go has no line \"$2\": $(go version)" >&2
		exit 1
	}
	awk -v head="$2" -v line="$3" '{ print } $0 == head { print line }' "$1" >"$1.new"
	mv "$1.new" "$1"
}
cp "$root/time.go" "$root/sleep.go" "$work"
insert "$work/time.go" 'func Now() Time {' '	if BrownoutNow != nil { return BrownoutNow() }'
insert "$work/sleep.go" 'func NewTimer(d Duration) *Timer {' '	if BrownoutTimer != nil { return brownoutNewTimer(d) }'
insert "$work/sleep.go" 'func AfterFunc(d Duration, f func()) *Timer {' '	if BrownoutTimer != nil { return brownoutAfterFunc(d, f) }'
insert "$work/sleep.go" 'func (t *Timer) Stop() bool {' '	if kept := brownoutOf(t); kept != nil { return brownoutStop(kept) }'
insert "$work/sleep.go" 'func (t *Timer) Reset(d Duration) bool {' '	if kept := brownoutOf(t); kept != nil { return brownoutReset(kept, d) }'
cat >"$work/overlay.json" <<END
{ "Replace": {
  "$root/time.go": "$work/time.go",
  "$root/sleep.go": "$work/sleep.go",
  "$root/brownout.go": "$here/time.overlay"
} }
END
msal=github.com/AzureAD/microsoft-authentication-library-for-go
[ "${GO111MODULE:-on}" = off ] || [ -e go.sum ] || go mod tidy
folder=$(go list -f '{{.Dir}}' $msal/apps/internal/version)
version=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' "$folder/version.go")
go build -trimpath -overlay "$work/overlay.json" -ldflags "-X main.version=$version" -o "$out" .
echo "Built $out: MSAL Go $version."
