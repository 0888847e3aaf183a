package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.virtio.queue.RingBuilder.Piece;
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

/**
 * Calls and kicks are asked for when VIRTIO 1.3 §2.7.7, §2.7.10 and §2.8.10 say so, and only then.
 */
class NotificationPropertyTest {
    private static final int SIZE = 64;
    private static final long EVENT_IDX = VirtioFeatures.RING_EVENT_IDX;
    private static final Piece BYTE = new Piece(RingBuilder.BASE, 1, RingBuilder.WRITE);

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

    private static RingBuilder ring(Layout layout, Arena arena) {
        return RingBuilder.of(layout, arena, SIZE, 4096);
    }

    @Property(tries = 1000)
    void guestIsCalledExactlyWhenTheUsedPositionPassesItsEvent(
            @ForAll Layout layout,
            @ForAll @IntRange(min = 0, max = 0xffff) int start,
            @ForAll("batches") List<Batch> batches) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = ring(layout, arena).startAt(start);
            VirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(ring, queue);
            for (Batch batch : batches) {
                int event =
                        Math.floorMod(ring.usedPosition() + batch.eventDistance(), ring.period());
                ring.wantCallAt(event);
                // Counted out, not computed by the specification's formula.
                boolean passed = false;
                for (int i = 0; i < batch.pushes(); i++) {
                    passed |= ring.usedPosition() == event;
                    serve(ring, queue);
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
            RingBuilder ring = ring(Layout.SPLIT, arena).startAt(start);
            VirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(ring, queue);
            char oldIndex = (char) (start + 1);
            char newIndex = (char) (oldIndex + pushes);
            ring.wantCallAt(event);
            for (int i = 0; i < pushes; i++) {
                serve(ring, queue);
            }
            boolean expected = (char) (newIndex - (char) event - 1) < (char) (newIndex - oldIndex);
            assertThat(queue.shouldNotify()).isEqualTo(expected);
        }
    }

    /** The first call is always made; behind it the queue knows what the guest was told. */
    private void makeCallStateKnown(RingBuilder ring, VirtQueue queue) {
        ring.wantCallAt(ring.usedPosition());
        serve(ring, queue);
        assertThat(queue.shouldNotify()).isTrue();
    }

    /** A request of one descriptor, from the driver and back. */
    private void serve(RingBuilder ring, VirtQueue queue) {
        int head = ring.offer(BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
        queue.push(head, 0);
        assertThat(ring.takeUsed()).isEqualTo(head);
    }

    @Property(tries = 20)
    void firstAnswerIsACallWhereverTheEventLies(
            @ForAll Layout layout, @ForAll @IntRange(min = 0, max = 0xffff) int event) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = ring(layout, arena);
            VirtQueue queue = ring.queue(EVENT_IDX);
            ring.wantCallAt(event);
            serve(ring, queue);
            assertThat(queue.shouldNotify()).isTrue();
        }
    }

    @Property(tries = 4)
    void batchSoLongThatThePositionWentRoundIsAlwaysCalledFor(@ForAll Layout layout) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = ring(layout, arena);
            VirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(ring, queue);
            ring.wantCallAt(ring.usedPosition() + ring.period() / 2);
            for (int i = 0; i < ring.period(); i++) {
                serve(ring, queue);
            }
            assertThat(queue.shouldNotify()).isTrue();
            ring.wantCallAt(ring.usedPosition());
            for (int i = 0; i < ring.period(); i++) {
                serve(ring, queue);
            }
            assertThat(queue.shouldNotify()).isTrue();
        }
    }

    @Property
    void flagDecidesWithoutEventIndex(@ForAll @IntRange(min = 0, max = 0xffff) int flags) {
        try (Arena arena = Arena.ofConfined()) {
            SplitRingBuilder ring = new SplitRingBuilder(arena, SIZE, 4096);
            VirtQueue queue = ring.queue(0);
            ring.availFlags(flags);
            assertThat(queue.shouldNotify()).as("nothing pushed").isFalse();
            serve(ring, queue);
            assertThat(queue.shouldNotify()).isEqualTo((flags & 1) == 0);
        }
    }

    /**
     * 0 is always, 1 never; 2 is a call at a position, which without the feature no driver may ask
     * for, and 3 is reserved: then a call too many does no harm, and one too few would.
     */
    @Property
    void packedEventFlagsDecide(
            @ForAll @IntRange(min = 0, max = 0xffff) int flags, @ForAll boolean eventIdx) {
        try (Arena arena = Arena.ofConfined()) {
            PackedRingBuilder ring = new PackedRingBuilder(arena, SIZE, 4096);
            VirtQueue queue = ring.queue(eventIdx ? EVENT_IDX : 0);
            makeCallStateKnown(ring, queue);
            ring.wantCallAt(ring.usedPosition() + 1);
            ring.driverEventFlags(flags);
            assertThat(queue.shouldNotify()).as("nothing pushed").isFalse();
            serve(ring, queue);
            boolean never = (flags & 3) == 1 || (eventIdx && (flags & 3) == 2);
            assertThat(queue.shouldNotify()).isEqualTo(!never);
            serve(ring, queue);
            assertThat(queue.shouldNotify()).isEqualTo((flags & 3) != 1);
        }
    }

    @Property
    void packedEventOutsideTheRingHarmsNobody(
            @ForAll @IntRange(min = 0, max = 0xffff) int event,
            @ForAll @IntRange(min = 1, max = 200) int requests) {
        try (Arena arena = Arena.ofConfined()) {
            PackedRingBuilder ring = new PackedRingBuilder(arena, 3, 4096);
            VirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(ring, queue);
            ring.driverArea.set(RingBuilder.U16, 0, (short) event);
            ring.driverEventFlags(2);
            for (int i = 0; i < requests; i++) {
                serve(ring, queue);
            }
            boolean called = queue.shouldNotify();
            assertThat(called || requests < ring.period() || (event & 0x7fff) >= 3).isTrue();
        }
    }

    /** A chain's used descriptor passes all its descriptors (VIRTIO 1.3 §2.8.6). */
    @Property(tries = 50)
    void packedEventWithinAChainIsPassedByIt(
            @ForAll @IntRange(min = 0, max = 7) int start,
            @ForAll @IntRange(min = 0, max = 3) int within) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = new PackedRingBuilder(arena, 4, 4096).startAt(start);
            VirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(ring, queue);
            ring.wantCallAt(ring.usedPosition() + within);
            int head = ring.offer(BYTE, BYTE, BYTE);
            assertThat(queue.pop(chain)).isEqualTo(head);
            queue.push(head, 0);
            assertThat(queue.shouldNotify()).isEqualTo(within < 3);
        }
    }

    @Example
    void splitFlagIsIgnoredWithEventIndex() {
        try (Arena arena = Arena.ofConfined()) {
            SplitRingBuilder ring = new SplitRingBuilder(arena, SIZE, 4096);
            VirtQueue queue = ring.queue(EVENT_IDX);
            makeCallStateKnown(ring, queue);
            ring.availFlags(1);
            ring.wantCallAt(1);
            serve(ring, queue);
            assertThat(queue.shouldNotify()).isTrue();
        }
    }

    @Property
    void kicksAreAskedForAtThePositionWhereTheQueueStands(
            @ForAll Layout layout,
            @ForAll @IntRange(min = 0, max = 0xffff) int start,
            @ForAll @IntRange(min = 0, max = SIZE - 1) int taken) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = ring(layout, arena).startAt(start);
            VirtQueue queue = ring.queue(EVENT_IDX);
            takeAll(ring, queue, taken);
            queue.disableNotifications();
            assertThat(queue.enableNotifications()).isTrue();
            assertThat(ring.kickPosition()).isEqualTo((start + taken) % ring.period());
            int before = ring.availPosition();
            ring.offer(BYTE);
            assertThat(ring.kickWanted(before, true)).isTrue();
            assertThat(queue.enableNotifications()).isFalse();
        }
    }

    /** A busy owner does not ask again, and is kicked once in a round of positions at most. */
    @Property(tries = 20)
    void ownerThatIsNotAsleepIsKickedOnceARoundAtMost(@ForAll Layout layout) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = RingBuilder.of(layout, arena, 8, 4096);
            VirtQueue queue = ring.queue(EVENT_IDX);
            queue.enableNotifications();
            int kicks = 0;
            for (int i = 0; i < ring.period(); i++) {
                int before = ring.availPosition();
                queue.disableNotifications();
                serve(ring, queue);
                kicks += ring.kickWanted(before, true) ? 1 : 0;
            }
            assertThat(kicks).isEqualTo(1);
        }
    }

    @Property(tries = 2)
    void kicksAreSwitchedByTheFlagWithoutEventIndex(@ForAll Layout layout) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = ring(layout, arena);
            VirtQueue queue = ring.queue(0);
            queue.disableNotifications();
            assertThat(ring.kicksWanted()).isFalse();
            assertThat(queue.enableNotifications()).isTrue();
            assertThat(ring.kicksWanted()).isTrue();
            ring.offer(BYTE);
            queue.disableNotifications();
            assertThat(queue.enableNotifications()).isFalse();
            assertThat(ring.kicksWanted()).isTrue();
        }
    }

    @Property(tries = 2)
    void ownerMayNotSleepOverWhatItHasNotTakenYet(@ForAll Layout layout) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder ring = ring(layout, arena);
            VirtQueue queue = ring.queue(EVENT_IDX);
            int first = ring.offer(BYTE);
            ring.offer(BYTE);
            assertThat(queue.pop(chain)).isEqualTo(first);
            assertThat(queue.enableNotifications()).isFalse();
        }
    }

    private void takeAll(RingBuilder ring, VirtQueue queue, int count) {
        for (int i = 0; i < count; i++) {
            int head = ring.offer(BYTE);
            assertThat(queue.pop(chain)).isEqualTo(head);
        }
    }
}
