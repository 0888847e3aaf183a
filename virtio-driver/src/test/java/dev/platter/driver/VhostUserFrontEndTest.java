package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.driver.VhostUserOptions.Dialect;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VhostUserFrontEndTest {
    private static final long VERSION_1 = 1L << 32;
    private static final long PROTOCOL = 1L << 30;
    private static final long MQ = 1;
    private static final long REPLY_ACK = 1 << 3;
    private static final long RESET_DEVICE = 1 << 13;
    private static final long MEM_SLOTS = 1 << 15;

    @TempDir private Path folder;
    private GuestMemory memory;
    private FakeBackEnd backEnd;

    @BeforeEach
    void start() throws Exception {
        memory = GuestMemory.shared(1 << 20);
        backEnd =
                new FakeBackEnd(
                        folder.resolve("s"),
                        VERSION_1 | PROTOCOL,
                        MQ | REPLY_ACK | RESET_DEVICE | MEM_SLOTS);
    }

    @AfterEach
    void stop() throws Exception {
        backEnd.close();
        memory.close();
    }

    private VhostUserFrontEnd connect(VhostUserOptions options) throws IOException {
        return VhostUserFrontEnd.connect(folder.resolve("s"), memory, options);
    }

    private static VhostUserOptions options() {
        return VhostUserOptions.forRequestQueues(1);
    }

    /** Rings of which the control queue's is missing, as firmware leaves it. */
    private RingDriver[] firmwareRings() {
        return new RingDriver[] {null, null, new SplitRingDriver(memory, 16, false, 0)};
    }

    @Test
    void connectSequenceIsQemus() throws IOException {
        try (FrontEnd frontEnd = connect(options())) {
            assertThat(frontEnd.deviceFeatures()).isEqualTo(VERSION_1);
            // Behind the reset stands a request with a reply, so all messages have arrived.
            frontEnd.reset();
            assertThat(backEnd.take())
                    .containsExactly(
                            "GET_FEATURES",
                            "GET_PROTOCOL_FEATURES",
                            "SET_PROTOCOL_FEATURES 0xa009",
                            "GET_QUEUE_NUM",
                            "GET_MAX_MEM_SLOTS",
                            "SET_OWNER",
                            "GET_FEATURES",
                            "SET_VRING_CALL 0 +1fd",
                            "SET_VRING_ERR 0 +1fd",
                            "SET_VRING_CALL 1 +1fd",
                            "SET_VRING_ERR 1 +1fd",
                            "SET_VRING_CALL 2 +1fd",
                            "SET_VRING_ERR 2 +1fd",
                            "RESET_DEVICE",
                            "GET_FEATURES");
        }
    }

    @Test
    void startAndStopSetUpOnlyTheRingsThatExistAndEnableAll() throws IOException {
        try (FrontEnd frontEnd = connect(options())) {
            backEnd.bases.put(2, 77);
            RingDriver[] rings = firmwareRings();
            frontEnd.start(VERSION_1, rings);
            frontEnd.stop();

            assertThat(backEnd.take().stream().dropWhile(m -> !m.startsWith("SET_FEATURES")))
                    .containsExactly(
                            "SET_FEATURES 0x140000000",
                            "SET_FEATURES 0x140000000",
                            "ADD_MEM_REG 0x0 +1fd ack",
                            "SET_VRING_NUM 2 16",
                            "SET_VRING_BASE 2 0",
                            "SET_VRING_ADDR 2",
                            "SET_VRING_KICK 2 +1fd",
                            "SET_VRING_ENABLE 0 1",
                            "SET_VRING_ENABLE 1 1",
                            "SET_VRING_ENABLE 2 1",
                            "SET_VRING_CALL 0 +1fd",
                            "SET_VRING_CALL 1 +1fd",
                            "SET_VRING_CALL 2 +1fd",
                            "SET_VRING_ENABLE 0 0",
                            "SET_VRING_ENABLE 1 0",
                            "SET_VRING_ENABLE 2 0",
                            "GET_VRING_BASE 2");
            assertThat(rings[2].resumePosition()).isEqualTo(77);
        }
    }

    @Test
    void newerFrontEndAsksForAcknowledgements() throws IOException {
        try (FrontEnd frontEnd = connect(options().withDialect(Dialect.QEMU_10))) {
            frontEnd.start(VERSION_1, firmwareRings());

            assertThat(backEnd.take())
                    .contains(
                            "SET_VRING_KICK 2 +1fd ack",
                            "SET_VRING_ENABLE 2 1 ack",
                            "SET_VRING_CALL 2 +1fd ack")
                    .doesNotContain("SET_VRING_ADDR 2 ack");
        }
    }

    @Test
    void withoutMemorySlotsTheWholeTableIsSentAgain() throws IOException {
        try (FrontEnd frontEnd = connect(options().withMemorySlots(false))) {
            frontEnd.start(VERSION_1, firmwareRings());
            MemoryRegion region = frontEnd.addMemory(1L << 32, 4096);
            frontEnd.removeMemory(region);
            frontEnd.stop();

            assertThat(backEnd.take())
                    .contains("SET_MEM_TABLE 1 +1fd ack", "SET_MEM_TABLE 2 +2fd ack")
                    .doesNotContain("ADD_MEM_REG 0x0 +1fd ack", "GET_MAX_MEM_SLOTS");
        }
    }

    @Test
    void memorySlotsCarryOnlyTheDifference() throws IOException {
        try (FrontEnd frontEnd = connect(options())) {
            frontEnd.start(VERSION_1, firmwareRings());
            frontEnd.stop();
            backEnd.take();
            frontEnd.start(VERSION_1, firmwareRings());
            MemoryRegion region = frontEnd.addMemory(1L << 32, 4096);
            frontEnd.removeMemory(region);
            frontEnd.stop();

            assertThat(backEnd.take().stream().filter(m -> m.contains("MEM")))
                    .containsExactly(
                            "ADD_MEM_REG 0x100000000 +1fd ack", "REM_MEM_REG 0x100000000 ack");
        }
    }

    @Test
    void memoryAndEventFdsAreTheSameOnBothSides() throws IOException {
        try (FrontEnd frontEnd = connect(options())) {
            frontEnd.start(VERSION_1, firmwareRings());
            frontEnd.stop();
            GuestBuffer buffer = memory.allocate(8, 8);
            buffer.put(new byte[] {42});
            assertThat(backEnd.regions.get(0L).segment().get(Wire.U8, buffer.guestAddress()))
                    .isEqualTo((byte) 42);

            frontEnd.kick(2);
            assertThat(backEnd.eventFds.get("SET_VRING_KICK 2").drain()).isEqualTo(1);
            assertThat(frontEnd.awaitCall(2, 0)).isFalse();
            backEnd.eventFds.get("SET_VRING_CALL 2").signal();
            assertThat(frontEnd.awaitCall(2, TimeUnit.SECONDS.toNanos(10))).isTrue();
            assertThat(frontEnd.broken(2)).isFalse();
            backEnd.eventFds.get("SET_VRING_ERR 2").signal();
            assertThat(frontEnd.broken(2)).isTrue();
        }
    }

    @Test
    void reconnectStartsAtTheUsedIndex() throws IOException {
        try (VhostUserFrontEnd frontEnd = connect(options())) {
            RingDriver[] rings = firmwareRings();
            frontEnd.start(VERSION_1, rings);
            rings[2].deviceArea().segment().set(Wire.U16, 2, (short) 9);
            frontEnd.reconnect();
            frontEnd.start(VERSION_1, rings);
            frontEnd.stop();

            List<String> messages = backEnd.take();
            assertThat(messages).contains("SET_VRING_BASE 2 0", "SET_VRING_BASE 2 9");
            assertThat(messages.stream().filter(m -> m.startsWith("ADD_MEM_REG"))).hasSize(2);
        }
    }

    @Test
    void refusalIsReportedWithTheRequest() throws IOException {
        backEnd.refusedRequest = VhostUser.ADD_MEM_REG;
        try (FrontEnd frontEnd = connect(options())) {
            assertThatThrownBy(() -> frontEnd.start(VERSION_1, firmwareRings()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused request 37");
        }
    }

    @Test
    void tooFewQueuesAreReported() {
        backEnd.queueLimit = 1;
        assertThatThrownBy(() -> connect(VhostUserOptions.forRequestQueues(2)))
                .hasMessageContaining("offers 1 queues");
    }

    @Test
    void missingBackEndIsReported() {
        assertThatThrownBy(
                        () ->
                                VhostUserFrontEnd.connect(
                                        folder.resolve("nobody"), memory, options()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no vhost-user back-end");
    }
}
