package dev.platter.conformance.trial;

import dev.platter.api.block.BackendException;

/**
 * One step of a workload; any sequence of them makes sense.
 *
 * @param queue on which queue
 * @param block the first block, counted round the disk
 * @param blocks how many, cut at the end of the disk
 * @param fua whether a change carries FUA; in a write-through mode all do
 */
public record Step(Action action, int queue, int block, int blocks, boolean fua, Shape shape) {
    /** What to do. */
    public enum Action {
        /** Submits a write. */
        WRITE,

        /** Submits a write of zeroes. */
        ZERO,

        /** Submits a write of zeroes that may release space. */
        ZERO_UNMAP,

        /** Submits a discard. */
        DISCARD,

        /** Submits a read. */
        READ,

        /** Submits a flush. */
        FLUSH,

        /** Waits for a completion of the queue. */
        AWAIT,

        /** Waits until nothing is in flight. */
        DRAIN
    }

    /** Does it. */
    void run(TrialDisk disk) throws BackendException {
        TrialQueue on = disk.queue(queue);
        int first = block % disk.blocks();
        int count = Math.min(blocks, disk.blocks() - first);
        boolean durable = fua || disk.alwaysDurable();
        switch (action) {
            case WRITE -> on.write(first, count, durable, shape);
            case ZERO -> on.zero(first, count, durable, false);
            case ZERO_UNMAP -> on.zero(first, count, durable, true);
            case DISCARD -> on.discard(first, count, durable);
            case READ -> on.read(first, count, shape);
            case FLUSH -> on.flush();
            case AWAIT -> on.await();
            case DRAIN -> disk.drain();
        }
    }
}
