package dev.platter.guest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The host's programs that a guest is made of, and whether they are all here. */
public final class GuestTools {
    /**
     * What every guest has beside busybox: the host's shell, for busybox's prefers its own applets
     * to programs; a dd that can write synchronously; file system tools; SCSI utilities.
     */
    public static final List<String> BASIC =
            List.of(
                    "sh",
                    "dd",
                    "mkfs.ext4",
                    "e2fsck",
                    "sg_inq",
                    "sg_vpd",
                    "sg_modes",
                    "sg_readcap",
                    "sg_luns",
                    "sg_sync",
                    "sg_unmap",
                    "sg_write_same",
                    "sg_turs",
                    "sg_requests",
                    "sg_reset",
                    "sg_raw",
                    "sg_dd",
                    "sg_verify",
                    "sg_opcodes",
                    "sg_start");

    /**
     * The I/O generator; its libraries make the initial RAM disk some 85 MB larger and the boot a
     * second longer.
     */
    public static final String FIO = "fio";

    /** libiscsi's SCSI conformance suite. */
    public static final String ISCSI_TEST_CU = "iscsi-test-cu";

    static final String QEMU = "qemu-system-x86_64";
    static final String BUSYBOX = "busybox";

    private GuestTools() {}

    /**
     * What keeps this machine from booting a guest with {@link #BASIC} tools, as one sentence;
     * empty when nothing.
     */
    public static Optional<String> missing() {
        return missing(List.of());
    }

    /** As {@link #missing()}, for a guest that has these programs too. */
    public static Optional<String> missing(Collection<String> extraTools) {
        List<String> absent = new ArrayList<>();
        Stream.of(List.of(QEMU, BUSYBOX), BASIC, extraTools)
                .flatMap(Collection::stream)
                .filter(program -> HostPrograms.find(program).isEmpty())
                .forEach(absent::add);
        if (!absent.isEmpty()) {
            return Optional.of(
                    "the Linux guest needs programs that are not installed ("
                            + String.join(", ", absent)
                            + "): run scripts/install-test-tools");
        }
        try {
            GuestKernel.find();
            return Optional.empty();
        } catch (GuestUnavailableException reason) {
            return Optional.ofNullable(reason.getMessage());
        }
    }
}
