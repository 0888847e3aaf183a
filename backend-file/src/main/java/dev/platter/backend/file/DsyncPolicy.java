package dev.platter.backend.file;

import dev.platter.linux.FileSystems;
import java.util.Optional;

/**
 * The choice of how durable writes are made, by what the image lies on. {@code RWF_DSYNC} is
 * neither everywhere safe nor everywhere faster:
 *
 * <ul>
 *   <li>ext4, xfs: an overwrite is one FUA command where the disk has FUA; elsewhere write and
 *       flush in one call;
 *   <li>btrfs: by a system call the log is committed twice; by io_uring with {@code O_DIRECT} some
 *       kernels lose the write;
 *   <li>FUSE: the flag is only as good as the file server's treatment of it; with io_uring no
 *       {@code FSYNC} follows;
 *   <li>a raw block device by a system call: a FUA write and a flush besides, or, without FUA, two
 *       flushes. A separate flush costs no more and is shared by all who wait; by io_uring it is
 *       one FUA write.
 * </ul>
 */
public final class DsyncPolicy {
    private DsyncPolicy() {}

    /** Decides for one image; whether the host takes the call at all is for the caller to probe. */
    public static DsyncChoice choose(
            DsyncPreference preference, StorageTraits traits, SubmissionPath path) {
        return switch (preference) {
            case RWF -> DsyncChoice.rwf("dsync=rwf asks for it");
            case RWF_UNSAFE ->
                    DsyncChoice.rwf(
                            danger(traits, path)
                                    .map(why -> "unsafe-dsync=on asks for it, though " + why)
                                    .orElse("dsync=rwf asks for it"));
            case FDATASYNC -> DsyncChoice.fdatasync("dsync=fdatasync asks for it");
            case AUTO -> automatic(traits, path);
        };
    }

    /**
     * Why {@code RWF_DSYNC} must not be trusted with acknowledged writes there, as a clause without
     * a capital or a full stop; or nothing where it may be. Seen to lose them: io_uring on btrfs,
     * past the page cache (Linux 6.1 and 6.18). In memory there is nothing to lose.
     */
    public static Optional<String> danger(StorageTraits traits, SubmissionPath path) {
        long magic = traits.fileSystemMagic();
        if (traits.blockDevice()
                || magic == FileSystems.EXT4
                || magic == FileSystems.XFS
                || FileSystems.isVolatile(magic)) {
            return Optional.empty();
        }
        if (magic == FileSystems.BTRFS) {
            return path == SubmissionPath.IO_URING
                    ? Optional.of("through io_uring and O_DIRECT btrfs loses such writes")
                    : Optional.empty();
        }
        if (magic == FileSystems.FUSE) {
            return Optional.of("a FUSE file server need not heed the flag of a write");
        }
        String name = FileSystems.name(magic);
        return Optional.of(
                isNetwork(magic)
                        ? name + " is a network file system, and what its server does is not known"
                        : "it has not been verified on " + name);
    }

    private static DsyncChoice automatic(StorageTraits traits, SubmissionPath path) {
        if (traits.blockDevice()) {
            return blockDevice(traits.fua(), path);
        }
        long magic = traits.fileSystemMagic();
        String name = FileSystems.name(magic);
        if (magic == FileSystems.EXT4 || magic == FileSystems.XFS) {
            return DsyncChoice.rwf(
                    name
                            + " makes a write durable by itself, with one command if the disk has FUA");
        }
        if (FileSystems.isVolatile(magic)) {
            return DsyncChoice.fdatasync(name + " is memory, which no call makes durable");
        }
        if (magic == FileSystems.BTRFS) {
            return DsyncChoice.fdatasync(
                    "btrfs commits its log twice for RWF_DSYNC, and loses it in some ways of I/O");
        }
        if (magic == FileSystems.FUSE) {
            return DsyncChoice.fdatasync(
                    "not every FUSE file server heeds the flag of a write; each sees the fsync");
        }
        if (isNetwork(magic)) {
            return DsyncChoice.fdatasync(name + " is a network file system");
        }
        return DsyncChoice.fdatasync("RWF_DSYNC has not been verified on " + name);
    }

    private static DsyncChoice blockDevice(boolean fua, SubmissionPath path) {
        if (path == SubmissionPath.IO_URING) {
            return DsyncChoice.rwf("io_uring makes one FUA write, or a write and one flush, of it");
        }
        return DsyncChoice.fdatasync(
                fua
                        ? "on a block device RWF_DSYNC is a FUA write and a flush besides"
                        : "on a block device without FUA RWF_DSYNC flushes twice");
    }

    private static boolean isNetwork(long magic) {
        return magic == FileSystems.NFS
                || magic == FileSystems.SMB2
                || magic == FileSystems.CIFS
                || magic == FileSystems.CEPH
                || magic == FileSystems.V9FS;
    }
}
