package dev.platter.linux;

import java.util.Map;

/** File systems by the magic number of {@code fstatfs(2)}. Source: {@code linux/magic.h}. */
public final class FileSystems {
    /** {@code EXT4_SUPER_MAGIC}; ext2 and ext3 have the same. */
    public static final long EXT4 = 0xEF53L;

    /** {@code XFS_SUPER_MAGIC}. */
    public static final long XFS = 0x58465342L;

    /** {@code BTRFS_SUPER_MAGIC}. */
    public static final long BTRFS = 0x9123683EL;

    /** {@code F2FS_SUPER_MAGIC}. */
    public static final long F2FS = 0xF2F52010L;

    /** {@code FUSE_SUPER_MAGIC}. */
    public static final long FUSE = 0x65735546L;

    /** {@code TMPFS_MAGIC}: memory, durable against nothing. */
    public static final long TMPFS = 0x01021994L;

    /** {@code RAMFS_MAGIC}: memory, durable against nothing. */
    public static final long RAMFS = 0x858458F6L;

    /** {@code HUGETLBFS_MAGIC}: memory in huge pages. */
    public static final long HUGETLBFS = 0x958458F6L;

    /** {@code NFS_SUPER_MAGIC}. */
    public static final long NFS = 0x6969L;

    /** {@code SMB2_SUPER_MAGIC}. */
    public static final long SMB2 = 0xFE534D42L;

    /** {@code CIFS_SUPER_MAGIC}. */
    public static final long CIFS = 0xFF534D42L;

    /** {@code CEPH_SUPER_MAGIC}. */
    public static final long CEPH = 0x00C36400L;

    /** {@code OVERLAYFS_SUPER_MAGIC}. */
    public static final long OVERLAYFS = 0x794C7630L;

    /** {@code V9FS_MAGIC}. */
    public static final long V9FS = 0x01021997L;

    /** The magic of ZFS on Linux, which is not in the kernel's headers. */
    public static final long ZFS = 0x2FC12FC1L;

    /** {@code BCACHEFS_SUPER_MAGIC}. */
    public static final long BCACHEFS = 0xCA451A4EL;

    /** The magic of VFAT, {@code MSDOS_SUPER_MAGIC}. */
    public static final long VFAT = 0x4D44L;

    /** {@code EXFAT_SUPER_MAGIC}. */
    public static final long EXFAT = 0x2011BAB0L;

    private static final Map<Long, String> NAMES =
            Map.ofEntries(
                    Map.entry(EXT4, "ext4"),
                    Map.entry(XFS, "xfs"),
                    Map.entry(BTRFS, "btrfs"),
                    Map.entry(F2FS, "f2fs"),
                    Map.entry(FUSE, "fuse"),
                    Map.entry(TMPFS, "tmpfs"),
                    Map.entry(RAMFS, "ramfs"),
                    Map.entry(HUGETLBFS, "hugetlbfs"),
                    Map.entry(NFS, "nfs"),
                    Map.entry(SMB2, "smb2"),
                    Map.entry(CIFS, "cifs"),
                    Map.entry(CEPH, "ceph"),
                    Map.entry(OVERLAYFS, "overlay"),
                    Map.entry(V9FS, "9p"),
                    Map.entry(ZFS, "zfs"),
                    Map.entry(BCACHEFS, "bcachefs"),
                    Map.entry(VFAT, "vfat"),
                    Map.entry(EXFAT, "exfat"));

    private FileSystems() {}

    /**
     * The file system's name as in {@code /proc/filesystems}; a number not known in hexadecimal.
     */
    public static String name(long magic) {
        String name = NAMES.get(magic);
        return name == null ? "0x" + Long.toHexString(magic) : name;
    }

    /** Whether the file system keeps its files in memory, where no flush makes them durable. */
    public static boolean isVolatile(long magic) {
        return magic == TMPFS || magic == RAMFS || magic == HUGETLBFS;
    }
}
