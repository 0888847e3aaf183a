package dev.platter.cli.demo;

import java.io.IOException;

/** What the demonstration asks of a guest; disks are numbered as they were attached. */
interface DemoGuest extends AutoCloseable {
    /** Who plays the guest, for the table's heading. */
    String description();

    /**
     * The disk's cache_type as the guest's driver has it: {@code write back}, {@code write
     * through}.
     */
    String cacheType(int disk) throws IOException, InterruptedException;

    /**
     * Switches the disk's cache_type, as writing to {@code /sys/class/scsi_disk/.../cache_type}.
     */
    void switchCacheType(int disk, String cacheType) throws IOException, InterruptedException;

    /** Writes blocks of 4 KiB, one at a time, each synchronous: O_DIRECT and O_DSYNC. */
    void synchronousWrites(int disk, int count) throws IOException, InterruptedException;

    /** Writes one block of 4 KiB with O_DIRECT and no synchronisation. */
    void plainWrite(int disk) throws IOException, InterruptedException;

    /** Times synchronous random writes of 4 KiB at depth 1. */
    Timing timeSynchronousWrites(int disk) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;

    /**
     * A timing.
     *
     * @param medianMicros the median latency of one write, in microseconds
     * @param perSecond writes a second
     */
    record Timing(double medianMicros, double perSecond) {}
}
