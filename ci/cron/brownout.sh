#!/usr/bin/env bash
# Every night on a machine of your own. In its crontab, with your project's folder:
#
#   17 3 * * *  /srv/my-app/node_modules/brownout/ci/cron/brownout.sh /srv/my-app './outages/*.scenario.ts'
#
# What stands behind the folder goes to "brownout run": files and names of scenarios, options.
# With nothing there MSAL alone is tested, by the outages of the library.
# BROWNOUT_WEBHOOK, if it is set there, is told what is new. Reports go to reports/out of the
# project, the last thirty logs to reports/log; cron itself hears only of what failed.
set -euo pipefail

project=${1:?Name the folder of your project: brownout.sh /srv/my-app [scenarios and options of brownout run]}
shift
cd "$project"
export PATH="$PWD/node_modules/.bin:/usr/local/bin:$PATH"

# The installed one: "npx" would run whatever a registry has under this name.
if ! manifest=$(node --print 'require.resolve("brownout/package.json")' 2> /dev/null); then
  echo "brownout is not installed in $PWD. Install it as a development dependency, and commit the lock file." >&2
  exit 2
fi
brownout() { node "${manifest%package.json}bin/brownout.js" "$@"; }

mkdir -p reports/log
log=reports/log/$(date -u +%Y-%m-%dT%H-%M-%SZ).log
find reports/log -name '*.log' -type f | sort -r | tail -n +30 | while read -r old; do rm -f "$old"; done

# A night that takes longer than a day does not meet the next.
exec 9> reports/log/.lock
if ! flock --nonblock 9; then
  echo "brownout: the last run has not ended yet: $project" >&2
  exit 2
fi

code=0
# What it starts does not keep the lock when it outlives this.
brownout run "$@" > "$log" 2>&1 9>&- || code=$?
if [ "$code" != 0 ]; then
  echo "brownout: exit code $code, the whole log is $project/$log" >&2
  tail -n 25 "$log" >&2
fi
exit "$code"
