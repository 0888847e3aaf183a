#!/bin/busybox sh
# The guest's first process: mounts what Linux needs, loads the modules beside it in the order of
# their names, waits for the disks, then runs one command at a time for the host.
#
# Host to guest, one line:  RUN <id> <limit in seconds> <base64 of the script>
# Guest to host:            READY <boot id>                                    once a boot
#                           RESULT <id> <exit status> <0 or 1: timed out> <output bytes>
#                           followed by exactly that many bytes of output
export PATH=/usr/bin:/bin HOME=/root TERM=dumb
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox --install -s /bin
mkdir -p /dev/shm && mount -t tmpfs shm /dev/shm
mkdir -p /etc && ln -sf /proc/mounts /etc/mtab
mkfifo /run/never

for module in /modules/*.ko; do
    case $module in
        *-scsi_mod.ko) insmod "$module" scan=sync ;;
        *) insmod "$module" ;;
    esac || echo "init: cannot load $module"
done

# sd probes its disks in the background: ready means each of them has its block device.
disks_are_probed() {
    for device in /sys/bus/scsi/devices/*:*:*:*; do
        [ -e "$device/type" ] || continue
        [ "$(cat "$device/type")" != 0 ] || [ -e "$device/block" ] || return 1
    done
}
tries=0
until disks_are_probed || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done

for name in /sys/class/virtio-ports/*/name; do
    [ "$(cat "$name")" != dev.platter.commands ] || port=/dev/$(basename "$(dirname "$name")")
done
[ -c "$port" ] || { echo "init: no command port: is virtio_console loaded?"; poweroff -f; }

# In a session of its own, so that a command past its limit is killed with all its children.
run_command() {
    rm -f /run/timed-out
    setsid /usr/bin/sh /run/command </dev/null >/run/output 2>&1 3>&- &
    worker=$!
    (
        read -t "$1" -r _ <>/run/never
        : >/run/timed-out
        kill -9 -"$worker"
    ) 3>&- &
    watchdog=$!
    wait "$worker" 2>/dev/null
    status=$?
    kill "$watchdog" 2>/dev/null
    wait "$watchdog" 2>/dev/null
}

exec 3<>"$port"
echo "READY $(cat /proc/sys/kernel/random/boot_id)" >&3
while read -r word id limit script <&3; do
    [ "$word" = RUN ] || continue
    echo "$script" | base64 -d >/run/command
    run_command "$limit"
    timed_out=0
    [ ! -e /run/timed-out ] || timed_out=1
    echo "RESULT $id $status $timed_out $(stat -c %s /run/output)" >&3
    cat /run/output >&3
done
# The host is gone: nobody will ask for anything more.
poweroff -f
