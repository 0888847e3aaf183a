package dev.platter.backend.file;

import dev.platter.linux.FileSystems;

/**
 * What an image lies on.
 *
 * @param blockDevice whether the image is a block device itself
 * @param fileSystemMagic the magic number of its file system, of {@link FileSystems}; 0 for a block
 *     device
 * @param fua whether a block device takes FUA writes; false for a file, of whose disk it is not
 *     asked
 */
public record StorageTraits(boolean blockDevice, long fileSystemMagic, boolean fua) {
    /** A file's traits. */
    public static StorageTraits file(long fileSystemMagic) {
        return new StorageTraits(false, fileSystemMagic, false);
    }

    /** A block device's traits. */
    public static StorageTraits device(boolean fua) {
        return new StorageTraits(true, 0, fua);
    }

    /** The file system's name, or {@code block device}. */
    public String displayName() {
        return blockDevice ? "block device" : FileSystems.name(fileSystemMagic);
    }
}
