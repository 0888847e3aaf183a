package dev.platter.cli.bench;

/**
 * What is asked of a disk.
 *
 * @param write whether blocks are written, not read
 * @param sequential whether they follow one another; else each is drawn anew, over the whole image
 * @param blockBytes the length of one request
 * @param depth how many requests each queue has in flight
 * @param queues how many queues there are, each with a thread of the guest
 */
public record Load(boolean write, boolean sequential, int blockBytes, int depth, int queues) {
    static final int RANDOM_BLOCK_BYTES = 4096;
    static final int SEQUENTIAL_BLOCK_BYTES = 1 << 20;

    static Load randomRead(int depth) {
        return new Load(false, false, RANDOM_BLOCK_BYTES, depth, 1);
    }

    static Load randomWrite(int depth) {
        return new Load(true, false, RANDOM_BLOCK_BYTES, depth, 1);
    }

    static Load sequentialRead(int depth) {
        return new Load(false, true, SEQUENTIAL_BLOCK_BYTES, depth, 1);
    }

    static Load sequentialWrite(int depth) {
        return new Load(true, true, SEQUENTIAL_BLOCK_BYTES, depth, 1);
    }

    Load withQueues(int count) {
        return new Load(write, sequential, blockBytes, depth, count);
    }

    /** The load in words. */
    String text() {
        String size =
                blockBytes >= 1 << 20 ? (blockBytes >> 20) + " MiB" : blockBytes / 1024 + " KiB";
        return size
                + (sequential ? " sequential " : " random ")
                + (write ? "writes" : "reads")
                + ", depth "
                + depth
                + (queues == 1 ? "" : " on each of " + queues + " queues");
    }
}
