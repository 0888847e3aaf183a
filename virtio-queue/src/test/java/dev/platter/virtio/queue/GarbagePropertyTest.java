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

    private static final long TABLE = RingBuilder.BASE + 4196;

    private final DescriptorChain chain = new DescriptorChain(256);
    private final byte[] scratch = new byte[1 << 16];

    @Property(tries = 4000)
    void randomBytesNeverThrow(
            @ForAll Layout layout, @ForAll Random random, @ForAll boolean features) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = RingBuilder.of(layout, arena, SIZE, REGIONS);
            scribble(ring.descriptors, random);
            scribble(ring.driverArea, random);
            scribble(ring.deviceArea, random);
            for (int i = 0; i < ring.memory.regionCount(); i++) {
                scribble(ring.memory.segment(i), random);
            }
            VirtQueue queue = ring.queue(features ? FEATURES : 0);
            if (ring instanceof SplitRingBuilder split) {
                split.publishAvailIdx(random.nextInt(SIZE + 2));
            }
            drain(queue, random);
        }
    }

    @Property(tries = 2000)
    void nearlyTruthfulSplitRingsNeverThrow(
            @ForAll Random random, @ForAll @IntRange(min = 0, max = 40) int lieInPercent) {
        try (Arena arena = Arena.ofConfined()) {
            SplitRingBuilder ring = new SplitRingBuilder(arena, SIZE, REGIONS);
            for (int i = 0; i < SIZE; i++) {
                writeNearlyTruthful(ring, random, lieInPercent, i, false);
                writeNearlyTruthful(ring, random, lieInPercent, i, true);
            }
            VirtQueue queue = ring.queue(FEATURES);
            for (int i = 0; i < SIZE; i++) {
                ring.makeAvailable(lies(random, lieInPercent) ? random.nextInt() : i);
            }
            drain(queue, random);
        }
    }

    @Property(tries = 2000)
    void nearlyTruthfulPackedRingsNeverThrow(
            @ForAll Random random, @ForAll @IntRange(min = 0, max = 40) int lieInPercent) {
        try (Arena arena = Arena.ofConfined()) {
            PackedRingBuilder ring = new PackedRingBuilder(arena, SIZE, REGIONS);
            for (int i = 0; i < SIZE; i++) {
                writeNearlyTruthful(ring, random, lieInPercent, i, true);
                putNearlyTruthful(ring, random, lieInPercent);
            }
            drain(ring.queue(FEATURES), random);
        }
    }

    @Property(tries = 40)
    void guestThatRewritesItsRingsMeanwhileHarmsNothing(@ForAll Layout layout, @ForAll long seed)
            throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            RingBuilder ring = RingBuilder.of(layout, arena, SIZE, REGIONS);
            VirtQueue queue = ring.queue(FEATURES);
            Thread guest = new Thread(() -> rewrite(ring, new Random(seed)), "guest");
            guest.start();
            while (guest.isAlive()) {
                drain(queue, new Random(seed));
                if (queue.isBroken()) {
                    // Taken up again where the guest is by now, as behind a device reset.
                    long features = FEATURES | ring.layoutFeature();
                    int position = ring.standing();
                    queue = VirtQueue.of(ring.ring(), ring.memory, features, position, SIZE);
                }
            }
            guest.join();
        }
    }

    private static void rewrite(RingBuilder ring, Random random) {
        for (int i = 0; i < 20_000; i++) {
            int at = random.nextInt(SIZE);
            writeNearlyTruthful(ring, random, 1, at, true);
            if (ring instanceof SplitRingBuilder split) {
                writeNearlyTruthful(ring, random, 1, at, false);
                split.makeAvailable(at);
            } else {
                putNearlyTruthful((PackedRingBuilder) ring, random, 1);
            }
        }
    }

    private static void scribble(MemorySegment area, Random random) {
        for (long i = 0; i < area.byteSize(); i++) {
            area.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
    }

    /** A descriptor: right for the most part. */
    private record Fields(long address, long lengthBytes, int flags, boolean indirect) {
        static Fields of(Random random, int percent, int index, boolean inTable) {
            boolean indirect = (!inTable && random.nextInt(4) == 0) || lies(random, percent);
            long address =
                    lies(random, percent)
                            ? random.nextLong()
                            : indirect ? TABLE : RingBuilder.BASE + random.nextInt(12_000);
            long length =
                    lies(random, percent)
                            ? random.nextLong()
                            : indirect ? 16L * random.nextInt(1, SIZE) : random.nextInt(300);
            int flags =
                    (random.nextInt(3) > 0 && !indirect ? RingBuilder.NEXT : 0)
                            | (index > SIZE / 2 ? RingBuilder.WRITE : 0)
                            | (indirect ? RingBuilder.INDIRECT : 0);
            int shownFlags = lies(random, percent) ? random.nextInt() : flags;
            return new Fields(address, length, shownFlags, indirect);
        }
    }

    /** Writes a descriptor of the table or of a split ring. */
    private static void writeNearlyTruthful(
            RingBuilder ring, Random random, int percent, int index, boolean inTable) {
        Fields fields = Fields.of(random, percent, index, inTable);
        int next = lies(random, percent) ? random.nextInt() : Math.min(index + 1, SIZE - 1);
        long address = fields.address;
        long length = fields.lengthBytes;
        if (ring instanceof PackedRingBuilder packed) {
            packed.indirectDescriptor(TABLE, index, address, length, next, fields.flags);
        } else if (inTable) {
            ((SplitRingBuilder) ring)
                    .indirectDescriptor(TABLE, index, address, length, fields.flags, next);
        } else {
            ((SplitRingBuilder) ring).descriptor(index, address, length, fields.flags, next);
        }
    }

    /** Writes the next descriptor of a packed ring: available, unless its flags lie. */
    private static void putNearlyTruthful(PackedRingBuilder ring, Random random, int percent) {
        int index = ring.availPosition() % SIZE;
        Fields fields = Fields.of(random, percent, index, false);
        int id = lies(random, percent) ? random.nextInt() : index;
        ring.put(fields.address, fields.lengthBytes, id, fields.flags);
    }

    private static boolean lies(Random random, int percent) {
        return random.nextInt(100) < percent;
    }

    /** Takes everything, looks at every byte, gives everything back; a bounded number of times. */
    private void drain(VirtQueue queue, Random random) {
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
