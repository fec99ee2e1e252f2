#!/usr/bin/env bash
# Every night on a machine of your own. In its crontab, with your project's folder:
#
#   17 3 * * *  /srv/my-app/node_modules/brownout/ci/cron/brownout.sh /srv/my-app './outages/*.scenario.ts'
#
# What stands behind the folder goes to "brownout run": files and names of scenarios, options.
# With nothing there MSAL alone is tested, by the outages of the library. For tests that use Brownout
# write the command that runs them, behind "suite --": brownout.sh /srv/my-app suite -- vitest run outages
#
# Cron mails what is printed: only news, and a night that could not be played. The whole log is in
# reports/log of the project, which keeps the last thirty; reports are in reports/out. Set in the crontab:
#
#   BROWNOUT_WEBHOOK    gets the news, too; so do the channels of reports/channels.json, whose
#                       addresses are in variables that are set in the crontab as well
#   BROWNOUT_HEARTBEAT  a command that is run when the night has ended, with the exit code as $1, such as
#                       'curl -fsS -m 10 https://hc.example/my-app/$1': what watches it notices
#                       when this machine no longer plays at all
set -euo pipefail

project=${1:?Name the folder of your project: brownout.sh /srv/my-app [scenarios and options of brownout run]}
shift
cd "$project"
export PATH="$PWD/node_modules/.bin:/usr/local/bin:$PATH"

# Runs the heartbeat command, and ends.
finish() {
  if [ -n "${BROWNOUT_HEARTBEAT:-}" ]; then
    sh -c "$BROWNOUT_HEARTBEAT" heartbeat "$1" > /dev/null || echo "brownout: the heartbeat command failed" >&2
  fi
  exit "$1"
}

# The installed one: "npx" would run whatever a registry has under this name.
if ! manifest=$(node --print 'require.resolve("brownout/package.json")' 2> /dev/null); then
  echo "brownout is not installed in $PWD. Install it as a development dependency, and commit the lock file." >&2
  finish 2
fi
brownout() { exec node "${manifest%package.json}bin/brownout.js" "$@"; }

log=$PWD/reports/log/$(date -u +%Y-%m-%dT%H-%M-%SZ)-$$.log
# On a full disk, or where nothing may be written, the log is elsewhere.
if ! { mkdir -p reports/log && printf '%65536s\n' "" > "$log" && : > "$log"; } 2> /dev/null; then
  rm -f "$log" 2> /dev/null || true
  log=$(mktemp "${TMPDIR:-/tmp}/brownout-log-XXXXXX") || log=/dev/stderr
  echo "brownout: reports/log cannot be written, on a full disk perhaps: the log is $log" >&2
fi
find reports/log -name '*.log' -type f 2> /dev/null | sort -r | tail -n +31 | while read -r old; do rm -f "$old"; done

# News that is older is of an earlier night.
began=$(mktemp) || began=
trap 'rm -f "$began"' EXIT

# Two nights at once: the second is refused by the lock of the output folder, which says who holds
# it and since when. It needs nothing that only some systems have.
code=0
play=run
if [ "${1:-}" = suite ]; then play=suite && shift; fi
brownout "$play" "$@" > "$log" 2>&1 &
night=$!
# Ended from outside, as by a shutdown, Brownout reports that, and it is mailed.
trap 'kill -TERM "$night" 2> /dev/null || true' TERM INT HUP
wait "$night" || code=$?
while kill -0 "$night" 2> /dev/null; do wait "$night" || code=$?; done
news=reports/out/news.txt
if [ ! -s "$news" ] || ! [ "$news" -nt "$began" ]; then news=; fi
if [ "$code" != 0 ] && [ "$code" != 1 ] && [ "$code" != 3 ]; then
  echo "brownout: the night could not be played, or not to its end (exit code $code)"
  # The message, and what was not finished; at most a screen.
  if [ -f "$log" ]; then
    said=$(awk '/^brownout: |Results go to|^ERROR|^Nothing is said/ { print; on = 1; next }
      on && /^  / { print; next } { on = 0 }' "$log" | head -n 40)
    if [ -n "$said" ]; then echo "$said"; else tail -n 25 "$log"; fi
  fi
fi
if [ -n "$news" ]; then cat "$news"; fi
if [ -n "$news" ] || [ "$code" = 2 ]; then
  printf '\nReports: %s\nLog: %s\n' "$PWD/reports/out" "$log"
fi
finish "$code"
