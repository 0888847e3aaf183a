package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever lies in the rings, nothing throws, nothing runs for ever, and no byte is invented. */
class GarbagePropertyTest {
    private static final int SIZE = 32;
    private static final long[] REGIONS = {4096, 100, 8192};
    private static final long FEATURES =
            VirtioFeatures.VERSION_1
                    | VirtioFeatures.RING_INDIRECT_DESC
                    | VirtioFeatures.RING_EVENT_IDX;

    private final DescriptorChain chain = new DescriptorChain(256);
    private final byte[] scratch = new byte[1 << 16];

    @Property(tries = 2000)
    void randomBytesNeverThrow(@ForAll Random random, @ForAll boolean features) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, REGIONS);
            scribble(ring.descriptors, random);
            scribble(ring.avail, random);
            scribble(ring.used, random);
            for (int i = 0; i < ring.memory.regionCount(); i++) {
                scribble(ring.memory.segment(i), random);
            }
            SplitVirtQueue queue = ring.queue(features ? FEATURES : 0);
            ring.publishAvailIdx(random.nextInt(SIZE + 2));
            drain(queue, random);
        }
    }

    @Property(tries = 2000)
    void nearlyTruthfulRingsNeverThrow(
            @ForAll Random random, @ForAll @IntRange(min = 0, max = 40) int lieInPercent) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, REGIONS);
            long table = RingBuilder.BASE + 4196;
            for (int i = 0; i < SIZE; i++) {
                writeNearlyTruthful(ring, random, lieInPercent, i, -1, table);
                writeNearlyTruthful(ring, random, lieInPercent, i, table, table);
            }
            SplitVirtQueue queue = ring.queue(FEATURES);
            for (int i = 0; i < SIZE; i++) {
                ring.makeAvailable(lies(random, lieInPercent) ? random.nextInt() : i);
            }
            drain(queue, random);
        }
    }

    @Property(tries = 20)
    void guestThatRewritesItsRingsMeanwhileHarmsNothing(@ForAll long seed)
            throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, REGIONS);
            SplitVirtQueue queue = ring.queue(FEATURES);
            long table = RingBuilder.BASE + 4196;
            Thread guest =
                    new Thread(
                            () -> {
                                Random random = new Random(seed);
                                for (int i = 0; i < 20_000; i++) {
                                    int at = random.nextInt(SIZE);
                                    writeNearlyTruthful(ring, random, 1, at, -1, table);
                                    writeNearlyTruthful(ring, random, 1, at, table, table);
                                    ring.makeAvailable(at);
                                }
                            },
                            "guest");
            guest.start();
            while (guest.isAlive()) {
                drain(queue, new Random(seed));
                if (queue.isBroken()) {
                    // Taken up again where the guest is by now, as behind a device reset.
                    int position = ring.availIdx();
                    queue = new SplitVirtQueue(ring.ring(), ring.memory, FEATURES, position, SIZE);
                }
            }
            guest.join();
        }
    }

    private static void scribble(MemorySegment area, Random random) {
        for (long i = 0; i < area.byteSize(); i++) {
            area.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
    }

    /** A descriptor of the ring, or of the indirect table: right for the most part. */
    private static void writeNearlyTruthful(
            RingBuilder ring, Random random, int percent, int index, long inTable, long table) {
        boolean indirect = (inTable < 0 && random.nextInt(4) == 0) || lies(random, percent);
        long address =
                lies(random, percent)
                        ? random.nextLong()
                        : indirect ? table : RingBuilder.BASE + random.nextInt(12_000);
        long length =
                lies(random, percent)
                        ? random.nextLong()
                        : indirect ? 16L * random.nextInt(1, SIZE) : random.nextInt(300);
        int flags =
                (random.nextInt(3) > 0 && !indirect ? RingBuilder.NEXT : 0)
                        | (index > SIZE / 2 ? RingBuilder.WRITE : 0)
                        | (indirect ? RingBuilder.INDIRECT : 0);
        int next = lies(random, percent) ? random.nextInt() : Math.min(index + 1, SIZE - 1);
        int shownFlags = lies(random, percent) ? random.nextInt() : flags;
        if (inTable < 0) {
            ring.descriptor(index, address, length, shownFlags, next);
        } else {
            ring.indirectDescriptor(inTable, index, address, length, shownFlags, next);
        }
    }

    private static boolean lies(Random random, int percent) {
        return random.nextInt(100) < percent;
    }

    /** Takes everything, looks at every byte, gives everything back; a bounded number of times. */
    private void drain(SplitVirtQueue queue, Random random) {
        queue.disableNotifications();
        int taken = 0;
        int head = queue.pop(chain);
        while (head >= 0 && taken < 4 * SIZE) {
            taken++;
            assertThat(head).isBetween(0, SIZE - 1);
            touchEverything();
            queue.push(head, random.nextInt());
            queue.shouldNotify();
            head = queue.pop(chain);
        }
        assertThat(head == VirtQueue.BROKEN).isEqualTo(queue.isBroken());
        assertThat(queue.violation() != null).isEqualTo(queue.isBroken());
        queue.enableNotifications();
    }

    private void touchEverything() {
        assertThat(chain.readableBytes() + chain.writableBytes()).isBetween(0L, 1L << 32);
        for (long at = 0; at < chain.readableBytes(); at += scratch.length) {
            assertThat(chain.copyReadable(at, scratch, 0, scratch.length)).isPositive();
        }
        for (long at = 0; at < chain.writableBytes(); at += scratch.length) {
            assertThat(chain.writeWritable(at, scratch, 0, scratch.length)).isPositive();
        }
    }
}
