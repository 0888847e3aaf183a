package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.platter.api.device.QueueRing;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What both ring drivers do, against a device that was written from the specification. */
abstract class RingDriverContract {
    static final int SIZE = 8;

    GuestMemory memory;

    @BeforeEach
    void makeMemory() throws IOException {
        memory = GuestMemory.plain(1 << 20);
    }

    @AfterEach
    void freeMemory() {
        memory.close();
    }

    abstract RingDriver ring(GuestMemory in, int size, boolean eventIdx, int indirectEntries);

    /** The feature bit that goes with the layout, or 0. */
    abstract long layoutFeature();

    /** The device's position in a new ring. */
    abstract int start();

    final RingDriver ring(boolean eventIdx, int indirectEntries) {
        return ring(memory, SIZE, eventIdx, indirectEntries);
    }

    final EchoRing device(RingDriver ring, boolean eventIdx) {
        return device(ring, memory, eventIdx);
    }

    private EchoRing device(RingDriver ring, GuestMemory in, boolean eventIdx) {
        QueueRing area =
                new QueueRing(
                        ring.sizeEntries(),
                        ring.descriptorArea().segment(),
                        ring.driverArea().segment(),
                        ring.deviceArea().segment());
        long features = layoutFeature() | (eventIdx ? VirtioFeatures.EVENT_IDX : 0);
        return EchoRing.of(features, area, in.map(), start());
    }

    @Test
    void chainIsLinkedReadablePiecesFirst() {
        RingDriver ring = ring(false, 0);
        EchoRing device = device(ring, false);
        BufferList out = new BufferList().add(0x1000, 16).add(0x2000, 32);
        BufferList in = new BufferList().add(0x3000, 64);

        assertThat(ring.add(out, in, 5)).isTrue();

        assertThat(device.chain(device.pop()))
                .extracting(
                        EchoRing.Descriptor::address,
                        EchoRing.Descriptor::length,
                        EchoRing.Descriptor::writable)
                .containsExactly(
                        tuple(0x1000L, 16, false),
                        tuple(0x2000L, 32, false),
                        tuple(0x3000L, 64, true));
        assertThat(ring.freeDescriptors()).isEqualTo(SIZE - 3);
    }

    @Test
    void indirectRequestTakesOneDescriptor() {
        RingDriver ring = ring(false, 4);
        EchoRing device = device(ring, false);

        ring.add(
                new BufferList().add(0x1000, 16).add(0x2000, 32),
                new BufferList().add(0x3000, 64),
                0);

        assertThat(ring.freeDescriptors()).isEqualTo(SIZE - 1);
        assertThat(device.chain(device.pop()))
                .extracting(EchoRing.Descriptor::address)
                .containsExactly(0x1000L, 0x2000L, 0x3000L);
    }

    @Test
    void requestLongerThanTheIndirectTableGoesDirectly() {
        RingDriver ring = ring(false, 2);

        ring.add(new BufferList().add(1, 1).add(2, 1).add(3, 1), BufferList.EMPTY, 0);

        assertThat(ring.freeDescriptors()).isEqualTo(SIZE - 3);
    }

    @Test
    void requestThatDoesNotFitChangesNothing() {
        RingDriver ring = ring(memory, 2, false, 0);
        BufferList three = new BufferList().add(1, 1).add(2, 1).add(3, 1);

        assertThat(ring.add(three, BufferList.EMPTY, 0)).isFalse();
        assertThat(ring.add(BufferList.EMPTY, BufferList.EMPTY, 0)).isFalse();

        assertThat(ring.freeDescriptors()).isEqualTo(2);
        assertThat(device(ring, false).hasMore()).isFalse();
    }

    @Test
    void kickIsNeededOncePerBatchUntilTheDeviceRefusesByFlag() {
        RingDriver ring = ring(false, 0);
        EchoRing device = device(ring, false);
        BufferList one = new BufferList().add(0, 1);

        assertThat(ring.kickNeeded()).isFalse();
        ring.add(one, BufferList.EMPTY, 0);
        ring.add(one, BufferList.EMPTY, 1);
        assertThat(ring.kickNeeded()).isTrue();
        assertThat(ring.kickNeeded()).isFalse();

        device.refuseKicks();
        ring.add(one, BufferList.EMPTY, 2);
        assertThat(ring.kickNeeded()).isFalse();
    }

    @Test
    void kickIsNeededWhenTheEventPositionIsPassed() {
        RingDriver ring = ring(true, 0);
        EchoRing device = device(ring, true);
        BufferList one = new BufferList().add(0, 1);
        device.wantKick();

        ring.add(one, BufferList.EMPTY, 0);
        assertThat(ring.kickNeeded()).isTrue();
        // The device still asks for position 0, which is behind.
        ring.add(one, BufferList.EMPTY, 1);
        assertThat(ring.kickNeeded()).isFalse();

        device.pop();
        device.pop();
        device.wantKick();
        ring.add(one, BufferList.EMPTY, 2);
        ring.add(one, BufferList.EMPTY, 3);
        assertThat(ring.kickNeeded()).isTrue();
    }

    @Test
    void enableCallsSeesWhatWasUsedBefore() {
        for (boolean eventIdx : new boolean[] {false, true}) {
            RingDriver ring = ring(eventIdx, 0);
            EchoRing device = device(ring, eventIdx);
            ring.add(new BufferList().add(0, 1), BufferList.EMPTY, 7);
            assertThat(ring.enableCalls()).isTrue();
            device.use(device.pop(), 9);

            assertThat(device.callWanted()).isTrue();
            assertThat(ring.enableCalls()).isFalse();
            assertThat(ring.poll()).isEqualTo(7);
            assertThat(ring.usedLengthBytes()).isEqualTo(9);
            assertThat(ring.poll()).isEqualTo(RingDriver.NOTHING);
        }
    }

    @Test
    void disabledCallsAreRefusedByFlag() {
        RingDriver ring = ring(false, 0);
        EchoRing device = device(ring, false);
        ring.disableCalls();
        ring.add(new BufferList().add(0, 1), BufferList.EMPTY, 0);
        device.use(device.pop(), 0);

        assertThat(device.callWanted()).isFalse();
    }

    /**
     * Whatever is added in whatever order and used in whatever order, each token comes back once,
     * and no descriptor is lost, also when the 16-bit indexes wrap.
     */
    @Property(tries = 60)
    void everyTokenComesBackOnceAndNoDescriptorIsLost(
            @ForAll long seed, @ForAll boolean eventIdx, @ForAll @IntRange(max = 4) int indirect)
            throws IOException {
        Random random = new Random(seed);
        try (GuestMemory own = GuestMemory.plain(1 << 16)) {
            RingDriver ring = ring(own, 16, eventIdx, indirect);
            EchoRing device = device(ring, own, eventIdx);
            Map<Integer, byte[]> inFlight = new HashMap<>();
            ArrayDeque<Integer> taken = new ArrayDeque<>();
            GuestBuffer[] buffers = new GuestBuffer[16];
            Arrays.setAll(buffers, i -> own.allocate(64, 1));
            for (int step = 0; step < 3000; step++) {
                int token = random.nextInt(16);
                if (random.nextBoolean() && !inFlight.containsKey(token)) {
                    byte[] bytes = new byte[1 + random.nextInt(32)];
                    random.nextBytes(bytes);
                    buffers[token].put(bytes);
                    BufferList out = new BufferList();
                    out.addInParts(
                            buffers[token].guestAddress(), bytes.length, 1 + random.nextInt(16));
                    BufferList in = BufferList.of(buffers[token].slice(32, 32));
                    if (ring.add(out, in, token)) {
                        inFlight.put(token, bytes);
                    }
                } else if (random.nextBoolean()) {
                    int head = device.pop();
                    if (head >= 0) {
                        taken.add(head);
                    }
                } else if (!taken.isEmpty()) {
                    int head = random.nextBoolean() ? taken.pollFirst() : taken.pollLast();
                    List<EchoRing.Descriptor> chain = device.chain(head);
                    device.use(head, device.writeAll(chain, device.readAll(chain)));
                }
                int ended = random.nextInt(4) == 0 ? ring.poll() : RingDriver.NOTHING;
                if (ended != RingDriver.NOTHING) {
                    byte[] sent = inFlight.remove(ended);
                    assertThat(sent).isNotNull();
                    assertThat(ring.usedLengthBytes()).isEqualTo(sent.length);
                    assertThat(buffers[ended].slice(32, 32).get(sent.length)).isEqualTo(sent);
                }
            }
            for (int head = device.pop(); head >= 0; head = device.pop()) {
                taken.add(head);
            }
            taken.forEach(head -> device.use(head, 0));
            while (ring.poll() != RingDriver.NOTHING) {
                // Collect the rest.
            }
            assertThat(ring.freeDescriptors()).isEqualTo(16);
        }
    }

    @Test
    void usedRequestThatIsNotInFlightIsAnError() {
        RingDriver ring = ring(false, 0);
        EchoRing device = device(ring, false);
        device.use(3, 0);

        assertThatThrownBy(ring::poll)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("head 3");
    }

    @Test
    void positionsWrap() {
        RingDriver ring = ring(memory, 4, true, 0);
        EchoRing device = device(ring, true);
        BufferList one = new BufferList().add(0, 1);
        for (int i = 0; i < 70_000; i++) {
            assertThat(ring.add(one, BufferList.EMPTY, 1)).isTrue();
            device.use(device.pop(), i & 1);
            assertThat(ring.poll()).isEqualTo(1);
            assertThat(ring.usedLengthBytes()).isEqualTo(i & 1);
        }
        assertThat(ring.hasUsed()).isFalse();
        assertThat(ring.usedPosition()).isEqualTo(device.position());
    }

    /** A device that died is followed by one that goes on behind what the first has used. */
    @Test
    void usedPositionIsBehindWhatTheDeviceUsed() {
        RingDriver ring = ring(false, 0);
        EchoRing device = device(ring, false);
        BufferList two = new BufferList().add(0, 1).add(1, 1);
        assertThat(ring.usedPosition()).isEqualTo(start());
        for (int token = 0; token < 3; token++) {
            ring.add(two, BufferList.EMPTY, token);
            device.use(device.pop(), 0);
        }
        assertThat(ring.usedPosition()).isEqualTo(device.position());
        assertThat(ring.poll()).isZero();
        assertThat(ring.poll()).isEqualTo(1);
        assertThat(ring.usedPosition()).isEqualTo(device.position());
    }
}
