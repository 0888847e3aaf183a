package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever truthful chains a driver sends come out of the device's side as they went in. */
class ChainPropertyTest {
    private static final int SIZE = 16;

    /** Odd regions, so that slices of the buffer space straddle them. */
    private static final long[] REGIONS = {101, 7, 1, 350, 64, 1013};

    private static final int SPACE = 1536;
    private static final long TABLES_BASE = RingBuilder.BASE + SPACE;
    private static final long FEATURES =
            VirtioFeatures.VERSION_1 | VirtioFeatures.RING_INDIRECT_DESC;

    private RingBuilder ring;
    private TruthfulDriver driver;
    private VirtQueue queue;
    private final DescriptorChain chain = new DescriptorChain(64);

    @Property(tries = 800)
    void chainsComeOutAsTheyWentIn(
            @ForAll Layout layout,
            @ForAll @IntRange(min = 0, max = 4) int oddSize,
            @ForAll("sequences") List<ChainSpec> sequence,
            @ForAll @IntRange(min = 0, max = 0xffff) int start,
            @ForAll @IntRange(min = 1, max = 20) int batch,
            @ForAll Random random) {
        try (Arena arena = Arena.ofConfined()) {
            // Packed rings may have any size; one that is no power of two in every fifth run.
            int size = layout == Layout.PACKED && oddSize == 0 ? 13 : SIZE;
            setUp(layout, arena, size, start);
            fillMemory(random);
            run(allowed(sequence, layout), batch, random);
        }
    }

    @Property(tries = 6)
    void indexWrapsPast65535(
            @ForAll Layout layout,
            @ForAll("sequences") List<ChainSpec> sequence,
            @ForAll Random random) {
        try (Arena arena = Arena.ofConfined()) {
            setUp(layout, arena, SIZE, 0);
            fillMemory(random);
            int rounds = 70_000 / Math.max(1, sequence.size()) + 1;
            ChainSpec one = new ChainSpec(List.of(new ChainSpec.Buffer(3, 5, true)), 1);
            for (int i = 0; i < 66_000; i++) {
                int head = driver.add(one);
                assertThat(queue.pop(chain)).isEqualTo(head);
                queue.push(head, 5);
                assertThat(driver.takeUsed()).isEqualTo(head);
                if (i % (rounds * 10) == 0) {
                    run(allowed(sequence, layout), 3, random);
                }
            }
            run(allowed(sequence, layout), 5, random);
            assertThat(queue.nextAvail()).isEqualTo(ring.standing());
        }
    }

    @Provide
    Arbitrary<List<ChainSpec>> sequences() {
        return ChainGenerators.chains(SPACE, 8).list().ofMinSize(1).ofMaxSize(60);
    }

    private static List<ChainSpec> allowed(List<ChainSpec> sequence, Layout layout) {
        return sequence.stream().map(chain -> chain.in(layout)).toList();
    }

    private void setUp(Layout layout, Arena arena, int size, int start) {
        long[] sizes = java.util.Arrays.copyOf(REGIONS, REGIONS.length + 1);
        sizes[REGIONS.length] = TruthfulDriver.tableBytes(size);
        ring = RingBuilder.of(layout, arena, size, sizes).startAt(start);
        driver = new TruthfulDriver(ring, TABLES_BASE);
        queue = ring.queue(FEATURES);
    }

    private void fillMemory(Random random) {
        byte[] bytes = new byte[SPACE];
        random.nextBytes(bytes);
        ring.guestBytes(RingBuilder.BASE, bytes);
    }

    /** Sends in batches, takes what is there, gives back in any order. */
    private void run(List<ChainSpec> sequence, int batch, Random random) {
        Deque<ChainSpec> toSend = new ArrayDeque<>(sequence);
        Deque<ChainSpec> sent = new ArrayDeque<>();
        Map<Integer, ChainSpec> taken = new HashMap<>();
        while (!toSend.isEmpty() || driver.inFlight() > 0) {
            for (int i = 0; i < batch && canSend(toSend); i++) {
                ChainSpec next = toSend.remove();
                driver.add(next);
                sent.add(next);
            }
            for (int i = 0; i < batch && !sent.isEmpty(); i++) {
                ChainSpec expected = sent.remove();
                taken.put(popAndCheck(expected), expected);
            }
            if (sent.isEmpty()) {
                assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
            }
            giveBack(taken, random);
        }
        assertThat(driver.takeUsed()).isEqualTo(-1);
    }

    private boolean canSend(Deque<ChainSpec> toSend) {
        return !toSend.isEmpty() && driver.hasRoomFor(toSend.peek());
    }

    private int popAndCheck(ChainSpec expected) {
        int head = queue.pop(chain);
        assertThat(head).isBetween(0, ring.size - 1);
        assertThat(chain.head()).isEqualTo(head);
        byte[] readable = driver.contents(expected, false);
        byte[] writable = driver.contents(expected, true);
        assertThat(chain.readableBytes()).isEqualTo(readable.length);
        assertThat(chain.writableBytes()).isEqualTo(writable.length);
        byte[] seen = new byte[readable.length];
        assertThat(chain.copyReadable(0, seen, 0, seen.length)).isEqualTo(seen.length);
        assertThat(seen).isEqualTo(readable);
        byte[] answer = writable.clone();
        for (int i = 0; i < answer.length; i++) {
            answer[i] = (byte) (answer[i] ^ (i + 1));
        }
        assertThat(chain.writeWritable(0, answer, 0, answer.length)).isEqualTo(answer.length);
        assertThat(driver.contents(expected, true)).isEqualTo(answer);
        assertThat(driver.contents(expected, false)).isEqualTo(readable);
        return head;
    }

    private void giveBack(Map<Integer, ChainSpec> taken, Random random) {
        java.util.List<Integer> heads = new java.util.ArrayList<>(taken.keySet());
        java.util.Collections.shuffle(heads, random);
        int count = heads.isEmpty() ? 0 : 1 + random.nextInt(heads.size());
        for (int head : heads.subList(0, count)) {
            int written = (int) taken.remove(head).bytes(true);
            queue.push(head, written);
            assertThat(driver.takeUsed()).isEqualTo(head);
            assertThat(ring.usedBytes()).isEqualTo(written);
        }
    }
}
