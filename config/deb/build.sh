#!/bin/sh
# make deb: installs into a folder under build/, and makes a Debian package of it. Reads MAKE, VERSION, REVISION.
set -e
cd "$(dirname "$0")/../.."
for program in dpkg-deb dpkg-shlibdeps; do
    command -v "$program" >/dev/null || {
        echo "no $program; as root: apt-get install -y dpkg-dev" >&2
        exit 1
    }
done
version=$VERSION-${REVISION:-1}
architecture=$(dpkg --print-architecture)
root=build/deb/root
package=build/fargate-batchd_${version}_${architecture}.deb
rm -rf build/deb
mkdir -p "$root/DEBIAN"

# In a subdirectory make would tell of entering and leaving it.
${MAKE:-make} --no-print-directory -s install VERSION="$VERSION" DESTDIR="$PWD/$root" prefix=/usr sysconfdir=/etc \
    zshcompdir=/usr/share/zsh/vendor-completions
rm "$root/etc/fargate-batchd/installed"   # dpkg keeps a list of its own
rmdir "$root/etc/fargate-batch.d"         # postinst makes it: its group is made there, and a package knows no such group
strip --remove-section=.comment --remove-section=.note "$root/usr/sbin/fargate-batchd" "$root/usr/bin/fargate-batchctl"
find "$root/usr/share/man" -type f -exec gzip -9n {} +
install -m 0644 config/deb/copyright "$root/usr/share/doc/fargate-batchd/copyright"
printf 'fargate-batchd (%s) stable; urgency=medium\n\n  * Built from the source tree.\n\n -- %s  %s\n' "$version" \
    'fargate-batchd <root@localhost>' "$(date -R -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}")" |
    gzip -9n > "$root/usr/share/doc/fargate-batchd/changelog.Debian.gz"

# Which libraries, of which version: asked of the programs themselves.
mkdir -p build/deb/debian
printf 'Source: fargate-batchd\n\nPackage: fargate-batchd\nArchitecture: any\n' > build/deb/debian/control
libraries=$(cd build/deb && dpkg-shlibdeps -O root/usr/sbin/fargate-batchd root/usr/bin/fargate-batchctl 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || {
    echo "dpkg-shlibdeps does not know the libraries" >&2
    exit 1
}
sed -e "s|@VERSION@|$version|; s|@ARCHITECTURE@|$architecture|; s|@LIBRARIES@|$libraries|" \
    -e "s|@SIZE@|$(du -sk --exclude=DEBIAN "$root" | cut -f 1)|" config/deb/control > "$root/DEBIAN/control"
for script in postinst prerm postrm; do
    install -m 0755 "config/deb/$script" "$root/DEBIAN/$script"
done
printf '/etc/fargate-batchd.json\n' > "$root/DEBIAN/conffiles"
(cd "$root" && find usr etc -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
rm -rf build/deb
echo "$package"
