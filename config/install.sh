#!/bin/sh
# make install, make uninstall.  install.sh install|uninstall SOURCE:PLACE...
# Reads DESTDIR, bindir, sbindir, sysconfdir.
set -e
what=$1
shift

settings=$sysconfdir/fargate-batchd.json
definitions=$sysconfdir/fargate-batch.d
credentials=$sysconfdir/fargate-batchd
# What was put where, also by installs to other prefixes: uninstall need not be told any. Beside the keys, because
# sysconfdir stays the same whatever the prefix.
list=$DESTDIR$credentials/installed

mode_of() {
    case $1 in
        build/*) echo 0755 ;;
        *) echo 0644 ;;
    esac
}

# The unit names the programs and the credentials by their places.
put() {
    case $1 in
        *.service)
            sed -e "s|/usr/sbin/fargate|$sbindir/fargate|; s|/usr/bin/fargate|$bindir/fargate|" \
                -e "s|aws:/etc/|aws:$sysconfdir/|; s|=-/etc/|=-$sysconfdir/|" "$1" > "$2.new"
            chmod 0644 "$2.new"
            mv "$2.new" "$2"
            ;;
        *) install -m "$(mode_of "$1")" "$1" "$2" ;;
    esac
}

# listed [SOURCE:PLACE...]: the list as it is, and these places.
listed() {
    [ ! -e "$list" ] || sed '/^#/d' "$list"
    for pair in "$@"; do
        printf '%s\n' "${pair#*:}"
    done
}

keep_list() {
    { echo '# What make install put on this machine; make uninstall removes it, and then this list.'
      listed "$@" | LC_ALL=C sort -u; } > "$list.new"
    chmod 0644 "$list.new"
    mv "$list.new" "$list"
}

# The daemon's user, and the folder that it alone may read beside root: definitions may hold secrets. One that is there
# already is the administrator's.
make_definitions() {
    [ ! -e "$DESTDIR$definitions" ] && [ ! -L "$DESTDIR$definitions" ] || return 0
    install -d -m 0750 "$DESTDIR$definitions"
    [ ! "$user" ] || chgrp fargate-batchd "$definitions"
}

# make_user SYSUSERS: whether the user is there; with DESTDIR, or for who is not root, it is not for us to make.
make_user() {
    [ -z "$DESTDIR" ] && [ "$(id -u)" -eq 0 ] || return 1
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers "$1"
    fi
    getent group fargate-batchd >/dev/null
}

# Where systemd runs, it learns of unit and catalog at once.
tell_systemd() {
    if [ "$user" ] && [ -d /run/systemd/system ]; then
        journalctl --update-catalog
        systemctl daemon-reload
    fi
}

next_steps() {
    echo 'installed. Next, as root:'
    [ "$user" ] || cat <<STEPS
    systemd-sysusers $1
    chgrp fargate-batchd $definitions
STEPS
    [ "$user" ] && [ -d /run/systemd/system ] || echo '    journalctl --update-catalog && systemctl daemon-reload'
    cat <<STEPS
    systemctl enable --now fargate-batchd
Keys: $credentials/credentials; definitions: $definitions; then: systemctl reload fargate-batchd
STEPS
}

if [ "$what" = install ]; then
    install -d -m 0700 "$DESTDIR$credentials"
    keep_list "$@"
    for pair in "$@"; do
        place=$DESTDIR${pair#*:}
        install -d "${place%/*}"
        put "${pair%%:*}" "$place"
        case $place in
            */sysusers.d/*) sysusers=$place ;;
        esac
    done
    user=
    ! make_user "$sysusers" || user=made
    make_definitions
    tell_systemd
    [ -e "$DESTDIR$settings" ] || install -m 0644 config/fargate-batchd.json "$DESTDIR$settings"
    [ -n "$DESTDIR" ] || next_steps "$sysusers"
    exit 0
fi

# A package's files are the package's, and a service that runs is stopped by who knows when.
packaged=
if [ -z "$DESTDIR" ]; then
    packaged=$(dpkg-query -L fargate-batchd 2>/dev/null || true)
fi
is_packaged() {
    [ -n "$packaged" ] && printf '%s\n' "$packaged" | grep -qxF "$1"
}

places=$(listed "$@" | LC_ALL=C sort -u)
unit=$(printf '%s\n' "$places" | grep '/fargate-batchd\.service$' | head -n 1)
if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ] && ! is_packaged "$unit" &&
    { systemctl -q is-active fargate-batchd || systemctl -q is-enabled fargate-batchd 2>/dev/null; }; then
    echo "the service is enabled or runs; first, as root: systemctl disable --now fargate-batchd" >&2
    exit 1
fi

# A folder of ours goes with the last that is in it.
remove_folder() {
    is_packaged "$1" || rmdir "$DESTDIR$1" 2>/dev/null || true
}

removed=0 kept=0
while read -r place; do
    if is_packaged "$place"; then
        kept=$((kept + 1))
    elif [ -e "$DESTDIR$place" ] || [ -L "$DESTDIR$place" ]; then
        rm -f "$DESTDIR$place"
        removed=$((removed + 1))
    fi
    folder=${place%/*}
    case $folder in
        */fargate-batchd/examples) remove_folder "$folder" && remove_folder "${folder%/*}" ;;
        */fargate-batchd) remove_folder "$folder" ;;
    esac
done <<PLACES
$places
PLACES
# Only what was never touched.
if cmp -s config/fargate-batchd.json "$DESTDIR$settings" && ! is_packaged "$settings"; then
    rm -f "$DESTDIR$settings"
fi
rm -f "$list"
# A package does not list it, because its own script makes it.
[ -n "$packaged" ] || remove_folder "$definitions"
remove_folder "$credentials"
echo "$removed files removed"
[ "$removed$kept" != 00 ] || echo "there was none; one that was installed before there was a list: name its prefix (prefix=/usr)"
[ "$kept" -eq 0 ] || echo "left: $kept files of the package fargate-batchd (apt-get remove fargate-batchd)"

left() {
    if [ -e "$DESTDIR$1" ]; then
        echo "left: $1 ($2)"
    fi
}
left "$settings" "settings"
left "$definitions" "definitions"
left "$credentials" "keys"
left /etc/default/fargate-batchd "environment of the service"
left /etc/systemd/system/fargate-batchd.service.d "drop-ins of the unit"
left /var/lib/fargate-batchd "state of the service: what was served, held plans, approvals"
if [ -z "$DESTDIR" ] && [ -z "$packaged" ] && getent passwd fargate-batchd >/dev/null; then
    echo "left: the user fargate-batchd (userdel fargate-batchd)"
fi
