#!/bin/sh
# /etc/xrdp/reconnectwm.sh: run as the person each time a station comes back to a running session.
# Sticks in the station; see startwm.sh.
[ -x /usr/bin/vdi-agent ] && exec /usr/bin/vdi-agent drives
