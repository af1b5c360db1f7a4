#!/bin/sh
# make install, make uninstall.  install.sh install|uninstall SOURCE:PLACE...
# Reads DESTDIR, bindir, sbindir, sysconfdir.
set -e
what=$1
shift

settings=$DESTDIR$sysconfdir/fargate-batchd.json
definitions=$DESTDIR$sysconfdir/fargate-batch.d
credentials=$DESTDIR$sysconfdir/fargate-batchd

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

next_steps() {
    cat <<STEPS
installed. Next, as root:
    systemd-sysusers && journalctl --update-catalog && systemctl daemon-reload
    systemctl enable --now fargate-batchd
Keys: $sysconfdir/fargate-batchd/credentials; definitions: $sysconfdir/fargate-batch.d; then: systemctl reload fargate-batchd
STEPS
}

if [ "$what" = install ]; then
    for pair in "$@"; do
        place=$DESTDIR${pair#*:}
        install -d "${place%/*}"
        put "${pair%%:*}" "$place"
    done
    install -d -m 0755 "$definitions"
    install -d -m 0700 "$credentials"
    [ -e "$settings" ] || install -m 0644 config/fargate-batchd.json "$settings"
    [ -n "$DESTDIR" ] || next_steps
    exit 0
fi

for pair in "$@"; do
    rm -f "$DESTDIR${pair#*:}"
done
for pair in "$@"; do
    folder=$DESTDIR${pair#*:}
    folder=${folder%/*}
    case $folder in
        */fargate-batchd/examples) rmdir "$folder" "${folder%/*}" 2>/dev/null || true ;;
        */fargate-batchd) rmdir "$folder" 2>/dev/null || true ;;
    esac
done
# Only what was never touched.
! cmp -s config/fargate-batchd.json "$settings" || rm -f "$settings"
rmdir "$definitions" "$credentials" 2>/dev/null || true
for left in "$settings" "$definitions" "$credentials"; do
    [ ! -e "$left" ] || echo "left: $left"
done
