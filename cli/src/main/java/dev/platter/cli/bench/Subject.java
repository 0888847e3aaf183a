package dev.platter.cli.bench;

import java.util.List;

/** What serves a disk, and how it is set up. */
sealed interface Subject {
    /** How many disks one server has; the load goes to the first. */
    int disks();

    /**
     * {@code platter serve}.
     *
     * @param build which Platter, by its name
     * @param cache the cache mode's name
     * @param backend the backend's name
     * @param dsync how durable writes are made
     * @param switchedOn further options of a disk that are {@code on}, such as {@code sqpoll}
     */
    record Platter(
            String build,
            String cache,
            String backend,
            String dsync,
            int disks,
            List<String> switchedOn)
            implements Subject {}

    /**
     * A {@code qemu-storage-daemon} with a vhost-user-blk export.
     *
     * @param peerRoot whether it is the one of the peer root, not the system's
     * @param aio how it asks the host: {@code io_uring} or {@code threads}
     * @param direct whether it bypasses the page cache
     * @param writethrough whether each write is durable when it ends
     */
    record StorageDaemon(
            boolean peerRoot, String aio, boolean direct, boolean writethrough, int disks)
            implements Subject {}

    /**
     * fio's psync engine on the bare file: what the host gives without a server.
     *
     * @param fdatasync whether a {@code fdatasync} follows each write
     */
    record BareFile(boolean direct, boolean fdatasync) implements Subject {
        @Override
        public int disks() {
            return 1;
        }
    }
}
