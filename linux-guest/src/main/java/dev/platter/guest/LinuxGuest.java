package dev.platter.guest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A running Linux guest: one QEMU process and a channel on which it runs shell commands for the
 * host, one at a time. All methods may be called by any thread; they wait for one another. Every
 * wait is bounded.
 */
public final class LinuxGuest implements AutoCloseable {
    private static final Duration USUAL_LIMIT = Duration.ofMinutes(1);
    private static final String UNMOUNT_DISKS =
            "for m in $(awk '$1 ~ \"^/dev/\" { print $2 }' /proc/mounts | tac); do"
                    + " umount $m || exit 1; done; sync";
    private static final String LIST_DISKS =
            "cd /sys/class/scsi_disk && for a in *:*:*:*; do [ -e $a ] || continue;"
                    + " echo $a $(tail -c +5 $a/device/vpd_pg80 2>/dev/null); done";

    private final GuestSession session;
    private Duration bootTime;

    LinuxGuest(GuestSession session, Duration bootTime) {
        this.session = session;
        this.bootTime = bootTime;
    }

    /** Describes a guest to boot. */
    public static LinuxGuestBuilder builder() {
        return new LinuxGuestBuilder();
    }

    /**
     * Runs a shell script in the guest.
     *
     * @param limit after which the guest kills it and its children; whole seconds, at least one
     * @throws GuestTimeoutException when it was not over in time
     * @throws GuestException when the guest died or started anew meanwhile
     */
    public Result run(String script, Duration limit) throws IOException {
        return session.run(script, limit);
    }

    /**
     * The output, without white space around it, of a script that must succeed within a minute.
     *
     * @throws GuestException when its exit code is not 0, with what it wrote
     */
    public String output(String script) throws IOException {
        return output(script, USUAL_LIMIT);
    }

    /** As {@link #output(String)} with a limit of the caller's. */
    public String output(String script, Duration limit) throws IOException {
        Result result = run(script, limit);
        String output = result.output().strip();
        if (!result.ok()) {
            throw new GuestException(
                    "'%s' ended with status %d: %s".formatted(script, result.exitCode(), output));
        }
        return output;
    }

    /** The SCSI disks of this moment, in no particular order. */
    public List<GuestDisk> disks() throws IOException {
        List<GuestDisk> disks = new ArrayList<>();
        for (String line : output(LIST_DISKS).lines().toList()) {
            String address = line.strip().replaceFirst(" .*", "");
            disks.add(new GuestDisk(this, address, line.substring(address.length()).strip()));
        }
        return disks;
    }

    /** The disk at this target and LUN of the guest's first controller that has one there. */
    public GuestDisk disk(int target, int lun) throws IOException {
        return disk(
                disk -> disk.target() == target && disk.lun() == lun,
                "at target " + target + ", LUN " + lun);
    }

    /** The disk with this unit serial number. */
    public GuestDisk disk(String serial) throws IOException {
        return disk(disk -> disk.serial().equals(serial), "with serial number " + serial);
    }

    private GuestDisk disk(Predicate<GuestDisk> wanted, String which) throws IOException {
        List<GuestDisk> disks = disks();
        return disks.stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow(
                        () ->
                                new GuestException(
                                        "the guest has no disk " + which + "; it has " + disks));
    }

    /**
     * Reboots in good order, with disks unmounted and shut down, on the same QEMU process; returns
     * when the guest takes commands again. The guest must have been built with {@link
     * LinuxGuestBuilder#allowReboot()}.
     */
    public void reboot(Duration limit) throws IOException {
        output(UNMOUNT_DISKS, limit);
        bootTime = session.restart("reboot -f", limit);
    }

    /**
     * As the reset button: nothing is unmounted, synchronised or shut down. Otherwise as {@link
     * #reboot}.
     */
    public void reset(Duration limit) throws IOException {
        bootTime = session.restart("echo b > /proc/sysrq-trigger", limit);
    }

    /**
     * Migrates the running guest, with whatever runs in it, to a QEMU of its own. This guest is
     * then to be closed; its QEMU is paused and never runs it again.
     *
     * @param destination the same machine, attached to the disks by sockets of its own
     * @return the guest where it is now
     */
    public LinuxGuest migrateTo(LinuxGuestBuilder destination, Duration limit)
            throws IOException, GuestUnavailableException {
        GuestSession target = GuestSession.incoming(destination);
        try {
            target.receive(session, limit);
            return new LinuxGuest(target, bootTime);
        } catch (IOException | RuntimeException failed) {
            target.close();
            throw failed;
        }
    }

    /** Unmounts the disks, powers off and waits until QEMU has ended by itself. */
    public void shutdown(Duration limit) throws IOException {
        output(UNMOUNT_DISKS, limit);
        session.end("poweroff -f", limit);
    }

    /** How long the last boot or reboot took. */
    public Duration bootTime() {
        return bootTime;
    }

    /** QEMU's process number. */
    public long pid() {
        return session.pid();
    }

    /** Everything the guest's kernel and init have printed in this boot and those before. */
    public String console() {
        return session.console();
    }

    /** Ends the guest at once, as if its power were cut; harmless after {@link #shutdown}. */
    @Override
    public void close() {
        session.close();
    }
}
