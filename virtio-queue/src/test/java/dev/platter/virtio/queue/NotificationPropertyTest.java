package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Calls and kicks are asked for when VIRTIO 1.3 §2.7.7 and §2.7.10 say so, and only then. */
class NotificationPropertyTest {
    private static final int SIZE = 64;
    private static final long EVENT_IDX = VirtioFeatures.RING_EVENT_IDX;

    private final DescriptorChain chain = new DescriptorChain(4);

    /** A batch of pushes, and how far before or behind its start the driver's event index lies. */
    record Batch(int pushes, int eventDistance) {}

    @Provide
    Arbitrary<List<Batch>> batches() {
        Arbitrary<Integer> near = Arbitraries.integers().between(-3, SIZE + 3);
        Arbitrary<Integer> anywhere = Arbitraries.integers().between(0, 0xffff);
        return Combinators.combine(
                        Arbitraries.integers().between(0, SIZE), Arbitraries.oneOf(near, anywhere))
                .as(Batch::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(30);
    }

    @Property(tries = 500)
    void guestIsCalledExactlyWhenTheUsedIndexPassesItsEvent(
            @ForAll @IntRange(min = 0, max = 0xffff) int start,
            @ForAll("batches") List<Batch> batches) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096).startAt(start);
            SplitVirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(queue);
            int used = start + 1;
            for (Batch batch : batches) {
                int event = (used + batch.eventDistance()) & 0xffff;
                ring.usedEvent(event);
                // Counted out, not computed by the specification's formula.
                boolean passed = false;
                for (int i = 0; i < batch.pushes(); i++) {
                    queue.push(i % SIZE, 0);
                    passed |= (used & 0xffff) == event;
                    used++;
                }
                assertThat(queue.shouldNotify()).isEqualTo(passed);
                assertThat(queue.shouldNotify()).as("asked twice").isFalse();
            }
        }
    }

    @Property(tries = 200)
    void answerIsThatOfTheSpecificationsFormula(
            @ForAll @IntRange(min = 0, max = 0xffff) int start,
            @ForAll @IntRange(min = 1, max = SIZE) int pushes,
            @ForAll @IntRange(min = 0, max = 0xffff) int event) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096).startAt(start);
            SplitVirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(queue);
            char oldIndex = (char) (start + 1);
            char newIndex = (char) (oldIndex + pushes);
            ring.usedEvent(event);
            for (int i = 0; i < pushes; i++) {
                queue.push(i % SIZE, 0);
            }
            boolean expected = (char) (newIndex - (char) event - 1) < (char) (newIndex - oldIndex);
            assertThat(queue.shouldNotify()).isEqualTo(expected);
        }
    }

    /** The first call is always made; behind it the queue knows what the guest was told. */
    private static void makeCallStateKnown(SplitVirtQueue queue) {
        queue.push(0, 0);
        assertThat(queue.shouldNotify()).isTrue();
    }

    @Example
    void batchSoLongThatTheIndexWentRoundIsAlwaysCalledFor() {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096);
            SplitVirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(queue);
            ring.usedEvent(0x8000);
            for (int i = 0; i < 0x10000; i++) {
                queue.push(0, 0);
            }
            assertThat(queue.shouldNotify()).isTrue();
        }
    }

    @Property
    void flagDecidesWithoutEventIndex(@ForAll @IntRange(min = 0, max = 0xffff) int flags) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096);
            SplitVirtQueue queue = ring.queue(0);
            ring.availFlags(flags);
            assertThat(queue.shouldNotify()).as("nothing pushed").isFalse();
            queue.push(0, 0);
            assertThat(queue.shouldNotify()).isEqualTo((flags & 1) == 0);
        }
    }

    @Example
    void flagIsIgnoredWithEventIndex() {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096);
            SplitVirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(queue);
            ring.availFlags(1);
            ring.usedEvent(1);
            queue.push(0, 0);
            assertThat(queue.shouldNotify()).isTrue();
        }
    }

    @Property
    void kicksAreAskedForAtThePositionWhereTheQueueStands(
            @ForAll @IntRange(min = 0, max = 0xffff) int start,
            @ForAll @IntRange(min = 0, max = SIZE) int taken) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096).startAt(start);
            SplitVirtQueue queue = ring.queue(EVENT_IDX);
            takeAll(ring, queue, taken);
            queue.disableNotifications();
            assertThat(queue.enableNotifications()).isTrue();
            assertThat(ring.availEvent()).isEqualTo((start + taken) & 0xffff);
            assertThat(ring.usedFlags()).isZero();
            ring.makeAvailable(0);
            assertThat(queue.enableNotifications()).isFalse();
        }
    }

    @Example
    void kicksAreSwitchedByTheFlagWithoutEventIndex() {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096);
            SplitVirtQueue queue = ring.queue(0);
            queue.disableNotifications();
            assertThat(ring.usedFlags()).isEqualTo(1);
            assertThat(queue.enableNotifications()).isTrue();
            assertThat(ring.usedFlags()).isZero();
            ring.makeAvailable(0);
            queue.disableNotifications();
            assertThat(queue.enableNotifications()).isFalse();
            assertThat(ring.usedFlags()).isZero();
        }
    }

    @Example
    void ownerMayNotSleepOverWhatItHasNotTakenYet() {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new RingBuilder(arena, SIZE, 4096);
            SplitVirtQueue queue = ring.queue(EVENT_IDX);
            ring.descriptor(0, RingBuilder.BASE, 1, 0, 0);
            ring.makeAvailable(0);
            ring.makeAvailable(0);
            assertThat(queue.pop(chain)).isZero();
            assertThat(queue.enableNotifications()).isFalse();
        }
    }

    private void takeAll(RingBuilder ring, SplitVirtQueue queue, int count) {
        for (int i = 0; i < count; i++) {
            ring.descriptor(i, RingBuilder.BASE, 1, 0, 0);
            ring.makeAvailable(i);
            assertThat(queue.pop(chain)).isEqualTo(i);
        }
    }
}
