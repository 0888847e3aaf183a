package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.BufferList;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.FrontEnd;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.PackedRingDriver;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.RingDriver;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.ScsiStatus;
import dev.platter.driver.SplitRingDriver;
import dev.platter.driver.VirtioScsi;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A guest's nonsense is answered or breaks its own queue, and never harms another disk. */
class HostileGuestTest {
    private static final int RING_SIZE = 64;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final DriverOptions TWO_QUEUES =
            DriverOptions.DEFAULT.withQueueSize(RING_SIZE).withRequestQueues(2);
    private static final byte[] NO_DATA = {};
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int NEXT = 1;
    private static final int WRITE = 2;
    private static final int INDIRECT = 4;

    private static void descriptor(
            MemorySegment table, int index, long address, int length, int flags, int next) {
        long at = 16L * index;
        table.set(U64, at, address);
        table.set(U32, at + 8, length);
        table.set(U16, at + 12, (short) flags);
        table.set(U16, at + 14, (short) next);
    }

    /** Something a driver must not put on a ring; writes it and makes it available. */
    private interface Nonsense {
        void put(RingDriver ring, GuestBuffer scratch);
    }

    private static void publishOne(
            SplitRingDriver ring, long address, int length, int flags, int next) {
        int head = ring.reserve(0);
        descriptor(ring.descriptorArea().segment(), head, address, length, flags, next);
        ring.publish(head);
    }

    private static Stream<Arguments> splitNonsense() {
        return Stream.of(
                named("a loop", (ring, s) -> publishOne(ring, s.guestAddress(), 51, NEXT, 0)),
                named(
                        "a next beyond the table",
                        (ring, s) -> publishOne(ring, s.guestAddress(), 51, NEXT, 9999)),
                named("a head beyond the table", (ring, s) -> ring.publish(RING_SIZE)),
                named("a head of 65535", (ring, s) -> ring.publish(0xffff)),
                named(
                        "an index that jumps",
                        (ring, s) ->
                                ring.setAvailIndex((short) (ring.availIndex() + RING_SIZE + 1))),
                named(
                        "memory that is not there",
                        (ring, s) -> publishOne(ring, 1L << 50, 51, 0, 0)),
                named(
                        "an address that wraps",
                        (ring, s) -> publishOne(ring, -16L, 0xffff_fff0, 0, 0)),
                named(
                        "a request without a response",
                        (ring, s) -> publishOne(ring, s.guestAddress(), 51, 0, 0)),
                named(
                        "a request without a header",
                        (ring, s) -> publishOne(ring, s.guestAddress(), 108, WRITE, 0)),
                named("no bytes", (ring, s) -> publishOne(ring, s.guestAddress(), 0, 0, 0)),
                named(
                        "an indirect table inside an indirect table",
                        (ring, s) -> {
                            descriptor(s.segment(), 0, s.guestAddress(), 16, INDIRECT, 0);
                            publishOne(ring, s.guestAddress(), 16, INDIRECT, 0);
                        }),
                named(
                        "an indirect table of 15 bytes",
                        (ring, s) -> publishOne(ring, s.guestAddress(), 15, INDIRECT, 0)),
                named(
                        "an indirect table of no bytes",
                        (ring, s) -> publishOne(ring, s.guestAddress(), 0, INDIRECT, 0)),
                named(
                        "an indirect table that is not there",
                        (ring, s) -> publishOne(ring, 1L << 50, 64, INDIRECT, 0)),
                named(
                        "an indirect table that loops",
                        (ring, s) -> {
                            descriptor(s.segment(), 0, s.guestAddress(), 8, NEXT, 1);
                            descriptor(s.segment(), 1, s.guestAddress(), 8, NEXT, 0);
                            publishOne(ring, s.guestAddress(), 32, INDIRECT, 0);
                        }),
                named(
                        "readable behind writable",
                        (ring, s) -> {
                            descriptor(s.segment(), 0, s.guestAddress(), 108, WRITE | NEXT, 1);
                            descriptor(s.segment(), 1, s.guestAddress(), 51, 0, 0);
                            publishOne(ring, s.guestAddress(), 32, INDIRECT, 0);
                        }));
    }

    private static Arguments named(String name, BiConsumer<SplitRingDriver, GuestBuffer> put) {
        Nonsense nonsense = (ring, scratch) -> put.accept((SplitRingDriver) ring, scratch);
        return Arguments.of(name, nonsense);
    }

    private static Stream<Arguments> packedNonsense() {
        return Stream.of(
                packed("an id beyond the ring", (r, s) -> r.put(s.guestAddress(), 1, RING_SIZE, 0)),
                packed("an id of 65535", (r, s) -> r.put(s.guestAddress(), 1, 0xffff, 0)),
                packed(
                        "a chain that goes on where nothing is",
                        (r, s) -> r.put(s.guestAddress(), 51, 0, NEXT)),
                packed(
                        "a chain longer than the ring",
                        (r, s) -> {
                            for (int i = 0; i < RING_SIZE; i++) {
                                r.put(s.guestAddress(), 1, 0, NEXT);
                            }
                        }),
                packed("memory that is not there", (r, s) -> r.put(1L << 50, 51, 0, 0)),
                packed("an address that wraps", (r, s) -> r.put(-16L, 0xffff_fff0, 0, 0)),
                packed("a request without a response", (r, s) -> r.put(s.guestAddress(), 51, 0, 0)),
                packed(
                        "a request without a header",
                        (r, s) -> r.put(s.guestAddress(), 108, 0, WRITE)),
                packed("no bytes", (r, s) -> r.put(s.guestAddress(), 0, 0, 0)),
                packed(
                        "an indirect table inside an indirect table",
                        (r, s) -> {
                            packedDescriptor(s.segment(), 0, s.guestAddress(), 16, INDIRECT);
                            r.put(s.guestAddress(), 16, 0, INDIRECT);
                        }),
                packed(
                        "an indirect table in a chain",
                        (r, s) -> r.put(s.guestAddress(), 16, 0, INDIRECT | NEXT)),
                packed(
                        "an indirect table of 15 bytes",
                        (r, s) -> r.put(s.guestAddress(), 15, 0, INDIRECT)),
                packed(
                        "an indirect table of no bytes",
                        (r, s) -> r.put(s.guestAddress(), 0, 0, INDIRECT)),
                packed(
                        "an indirect table that is not there",
                        (r, s) -> r.put(1L << 50, 64, 0, INDIRECT)),
                packed(
                        "readable behind writable",
                        (r, s) -> {
                            packedDescriptor(s.segment(), 0, s.guestAddress(), 108, WRITE);
                            packedDescriptor(s.segment(), 1, s.guestAddress(), 51, 0);
                            r.put(s.guestAddress(), 32, 0, INDIRECT);
                        }));
    }

    private static Arguments packed(String name, BiConsumer<PackedRingDriver, GuestBuffer> put) {
        Nonsense nonsense = (ring, scratch) -> put.accept((PackedRingDriver) ring, scratch);
        return Arguments.of(name, nonsense);
    }

    private static void packedDescriptor(
            MemorySegment table, int index, long address, int length, int flags) {
        descriptor(table, index, address, length, 0, flags);
    }

    static Stream<Arguments> attachmentsAndNonsense() {
        return Stream.of(Attachment.values())
                .flatMap(
                        a ->
                                (a.packed() ? packedNonsense() : splitNonsense())
                                        .map(n -> Arguments.of(a, n.get()[0], n.get()[1])));
    }

    /** Waits until the device has answered something on the ring, or given the queue up. */
    private static void awaitReaction(FrontEnd frontEnd, int queue, RingDriver ring) {
        frontEnd.kick(queue);
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (!frontEnd.broken(queue) && !ring.hasUsed()) {
            assertThat(System.nanoTime()).as("reaction of the device").isLessThan(deadline);
            frontEnd.awaitCall(queue, TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("attachmentsAndNonsense")
    void badRingBreaksItsQueueAloneUntilTheNextDriver(
            Attachment attachment, String name, Nonsense nonsense) throws Exception {
        try (Rig rig = Rig.start(attachment, TWO_QUEUES, TestDisk.at(0, 0), TestDisk.at(1, 0))) {
            rig.disk(0);
            ScsiDisk other = rig.disk(1, 1).probe();
            byte[] data = Patterns.random(1, 4096);
            other.write(0, data);
            GuestBuffer scratch = rig.memory().allocate(4096, 4096);
            RingDriver ring = rig.driver().requestQueue(0).ring();

            nonsense.put(ring, scratch);
            awaitReaction(rig.frontEnd(), VirtioScsi.FIRST_REQUEST_QUEUE, ring);

            assertThat(other.read(0, 8)).isEqualTo(data);
            other.write(8, data);
            rig.driver().reset();
            assertThat(rig.disk(0).read(0, 8)).containsOnly(0);
            assertThat(rig.disk(1).read(8, 8)).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @EnumSource
    void dataBufferThatIsNotThereFailsOrBreaksAndHarmsNobody(Attachment attachment)
            throws Exception {
        try (Rig rig = Rig.start(attachment, TWO_QUEUES, TestDisk.at(0, 0), TestDisk.at(1, 0))) {
            rig.disk(0);
            ScsiDisk other = rig.disk(1, 1).probe();
            RequestQueue queue = rig.driver().requestQueue(0);
            BufferList nowhere = new BufferList().add(1L << 50, 4096);
            byte[] cdb = ScsiCommands.read10(0, 8, 0);
            assertThat(queue.submit(0, 0, cdb, BufferList.EMPTY, nowhere)).isNotNegative();
            awaitReaction(rig.frontEnd(), VirtioScsi.FIRST_REQUEST_QUEUE, queue.ring());
            int slot = queue.pollAny();
            if (slot >= 0) {
                assertThat(queue.good(slot)).isFalse();
            }

            assertThat(other.read(0, 8)).containsOnly(0);
            rig.driver().reset();
            assertThat(rig.disk(0).read(0, 8)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void missingTargetsAndUnitsAreAnswered(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            RequestQueue queue = rig.driver().requestQueue(0);
            byte[] ready = ScsiCommands.testUnitReady();
            assertThat(queue.execute(9, 0, ready, NO_DATA, 0).response())
                    .isEqualTo(VirtioScsi.BAD_TARGET);
            assertThat(
                            queue.execute(0, 5, ready, NO_DATA, 0)
                                    .sensed(ScsiStatus.ILLEGAL_REQUEST, 0x25, 0))
                    .isTrue();
            ScsiResponse inquiry = queue.execute(0, 5, ScsiCommands.inquiry(36), NO_DATA, 36);
            assertThat(inquiry.good()).isTrue();
            assertThat(inquiry.dataIn()[0]).isEqualTo((byte) 0x7f);
        }
    }

    @ParameterizedTest
    @EnumSource
    void malformedLunFieldsAreBadTargets(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            RequestQueue queue = rig.driver().requestQueue(0);
            for (long field : new long[] {0, 2, 0xffff_ffffL, 0x00_80_00_01L, -1}) {
                int slot =
                        queue.submit(
                                field,
                                ScsiCommands.testUnitReady(),
                                BufferList.EMPTY,
                                BufferList.EMPTY);
                assertThat(queue.awaitAny(WAIT_NANOS)).isEqualTo(slot);
                assertThat(queue.response(slot)).isEqualTo(VirtioScsi.BAD_TARGET);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void randomCommandsAreAllAnsweredAndTouchOneDiskOnly(Attachment attachment) throws Exception {
        Random random = new Random(11);
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0), TestDisk.at(1, 0))) {
            ScsiDisk other = rig.disk(1);
            byte[] data = Patterns.random(1, 1 << 20);
            other.write(0, data);
            RequestQueue queue = rig.driver().requestQueue(0);
            for (int i = 0; i < 3000; i++) {
                byte[] cdb = new byte[32];
                random.nextBytes(cdb);
                if (random.nextBoolean()) {
                    // Known operations with wild fields.
                    byte[] known = {
                        0x00,
                        0x03,
                        0x08,
                        0x0a,
                        0x12,
                        0x15,
                        0x1a,
                        0x1b,
                        0x25,
                        0x28,
                        0x2a,
                        0x2e,
                        0x2f,
                        0x35,
                        0x41,
                        0x42,
                        0x55,
                        0x5a,
                        (byte) 0x88,
                        (byte) 0x8a,
                        (byte) 0x8f,
                        (byte) 0x91,
                        (byte) 0x93,
                        (byte) 0x9e,
                        (byte) 0xa0,
                        (byte) 0xa8
                    };
                    cdb[0] = known[random.nextInt(known.length)];
                }
                byte[] out =
                        random.nextInt(3) == 0
                                ? Patterns.random(i, 1 + random.nextInt(2048))
                                : NO_DATA;
                int in = random.nextInt(3) == 0 ? random.nextInt(2048) : 0;
                ScsiResponse answer = queue.execute(0, 0, cdb, out, in);
                assertThat(answer.response()).isBetween(VirtioScsi.OK, VirtioScsi.FAILURE);
                if (answer.status() == ScsiStatus.CHECK_CONDITION) {
                    assertThat(answer.senseKey()).isNotNegative();
                }
            }
            assertThat(other.read(0, data.length / 512)).isEqualTo(data);
            rig.disk(0).read(0, 8);
        }
    }
}
