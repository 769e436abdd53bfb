#!/bin/sh
# Debian's Chromium for the browser journeys: installed where that is allowed, otherwise one line says
# what will not be run (the journeys skip themselves then).
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation) >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 || echo "Không có Chromium: các hành trình trình duyệt (tests/journeys) không được chạy."
exit 0
