package dev.platter.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A virtio-blk driver (VIRTIO 1.3 §5.2): one disk, reached by one or more queues. Each queue is one
 * thread's; the methods here are control methods, called with no queue in use.
 */
public final class VirtioBlkDriver implements AutoCloseable {
    private static final long FEATURES =
            VirtioFeatures.VERSION_1
                    | VirtioFeatures.EVENT_IDX
                    | VirtioFeatures.INDIRECT_DESC
                    | VirtioFeatures.BLK_BLK_SIZE
                    | VirtioFeatures.BLK_FLUSH
                    | VirtioFeatures.BLK_CONFIG_WCE
                    | VirtioFeatures.BLK_MQ;

    /** Header, data and status: every request here has at most three pieces. */
    private static final int INDIRECT_ENTRIES = 4;

    private final FrontEnd frontEnd;
    private final long features;
    private final MemorySegment config;
    private final BlkQueue[] queues;

    private VirtioBlkDriver(FrontEnd frontEnd, long features, byte[] config, BlkQueue[] queues) {
        this.frontEnd = frontEnd;
        this.features = features;
        this.config = MemorySegment.ofArray(config);
        this.queues = queues;
    }

    /**
     * Negotiates, reads the configuration space, sets the queues up and starts them.
     *
     * @param frontEnd stays the caller's, to close after the driver
     * @param queueSize the size of every queue, a power of two
     * @throws IOException if the device refuses
     */
    public static VirtioBlkDriver start(FrontEnd frontEnd, int queueCount, int queueSize)
            throws IOException {
        long features = FEATURES & frontEnd.deviceFeatures();
        byte[] config = frontEnd.config(VirtioBlk.CONFIG_BYTES);
        RingDriver[] rings = new RingDriver[queueCount];
        BlkQueue[] queues = new BlkQueue[queueCount];
        for (int i = 0; i < queueCount; i++) {
            rings[i] =
                    RingDriver.allocate(frontEnd.memory(), features, queueSize, INDIRECT_ENTRIES);
            queues[i] = new BlkQueue(frontEnd, i, rings[i]);
        }
        frontEnd.start(features, rings);
        return new VirtioBlkDriver(frontEnd, features, config, queues);
    }

    /** A queue, counted from 0. */
    public BlkQueue queue(int number) {
        return queues[number];
    }

    /** The disk's capacity. */
    public long capacityBytes() {
        return config.get(Wire.U64, VirtioBlk.CONFIG_CAPACITY_OFFSET) * VirtioBlk.SECTOR_BYTES;
    }

    /** The logical block length: what offsets and lengths are multiples of. */
    public int blockBytes() {
        boolean told = (features & VirtioFeatures.BLK_BLK_SIZE) != 0;
        return told
                ? config.get(Wire.U32, VirtioBlk.CONFIG_BLK_SIZE_OFFSET)
                : VirtioBlk.SECTOR_BYTES;
    }

    /** Whether the device says that it has a volatile cache (VIRTIO 1.3 §5.2.5.1). */
    public boolean writeCache() {
        if ((features & VirtioFeatures.BLK_CONFIG_WCE) != 0) {
            return config.get(Wire.U8, VirtioBlk.CONFIG_WCE_OFFSET) != 0;
        }
        return (features & VirtioFeatures.BLK_FLUSH) != 0;
    }

    /** How many queues the device offers. */
    public int queuesOffered() {
        boolean told = (features & VirtioFeatures.BLK_MQ) != 0;
        return told ? config.get(Wire.U16, VirtioBlk.CONFIG_NUM_QUEUES_OFFSET) & 0xffff : 1;
    }

    /** Stops the queues and gives their memory back. */
    @Override
    public void close() throws IOException {
        frontEnd.reset();
        for (BlkQueue queue : queues) {
            queue.free();
        }
    }
}
