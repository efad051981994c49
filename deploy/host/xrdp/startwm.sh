#!/bin/sh
# /etc/xrdp/startwm.sh: a person's desktop. The session lives as long as this script.
umask 077
cd "$HOME" 2>/dev/null || cd /
log="$HOME/.vdi-session.log"
( : > "$log" ) 2>/dev/null || log=/dev/null
exec > "$log" 2>&1
[ -r /etc/profile ] && . /etc/profile
[ -r "$HOME/.profile" ] && . "$HOME/.profile"

# What the person's profile says: the agent has checked it.
settings="/run/vdi-desktops/$(id -un)"
if [ -r "$settings" ]; then
  while IFS='=' read -r key value; do
    case $key in
      language)
        # The host's own locale of that language, the tag's country first.
        for locale in $(locale -a | grep -i "^$(echo "$value" | tr - _)[_.].*utf-\?8$"; locale -a | grep -i "^${value%%-*}_.*utf-\?8$"); do
          export LANG="$locale"
          break
        done
        export LANGUAGE="$(echo "$value" | tr - _)" ;;
      # Letters of programs that ask the screen for its resolution, as GTK, Qt and xterm do.
      dpi) echo "Xft.dpi: $value" | xrdb -nocpp -merge ;;
      contrast) [ "$value" = high ] && export GTK_THEME=HighContrast ;;
    esac
  done < "$settings"
fi
# Accents: with no locale at all, shells drop them.
export LANG="${LANG:-C.UTF-8}"

# The agent (root) asks the X server for how long nobody has touched keyboard or mouse; nobody else is let in by this.
xhost +si:localuser:root

# What is played here is heard at the station, where the host has a sound service.
command -v pactl > /dev/null && [ -x /usr/bin/vdi-agent ] && /usr/bin/vdi-agent sound &

# Sticks in the station (reconnectwm.sh says it at each further connection).
[ -x /usr/bin/vdi-agent ] && /usr/bin/vdi-agent drives &

# The person's own desktop, where there is one.
[ -x "$HOME/.vdi-session" ] && exec "$HOME/.vdi-session"

xsetroot -solid '#1d4f6e'
# The window manager first: programs that appear before it is ready stay invisible. The agent ends it last.
openbox &
wm=$!
for i in $(seq 100); do
  xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 0x && break
  sleep 0.05
done
xterm -u8 -T "$(id -un) · $(hostname)" -fa Monospace -fs 12 -geometry 70x14+60+60 -e sh -c \
  'echo "host $(hostname) user $(id -un) display $DISPLAY"; echo "session started $(date -u +%T) shell pid $$"; exec "${SHELL:-/bin/sh}"' &
wait $wm
