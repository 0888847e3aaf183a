package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InProcessDriverTest {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final EchoDevice device = new EchoDevice();
    private GuestMemory memory;

    @BeforeEach
    void makeMemory() throws IOException {
        memory = GuestMemory.plain(4 << 20);
    }

    @AfterEach
    void freeMemory() {
        memory.close();
    }

    private FrontEnd frontEnd(boolean threads) {
        return threads
                ? InProcessFrontEnd.threaded(device, memory)
                : InProcessFrontEnd.inline(device, memory);
    }

    private static DriverOptions options(boolean packed) {
        long features = DriverOptions.DEFAULT.features();
        return DriverOptions.DEFAULT.withFeatures(
                packed ? features | VirtioFeatures.RING_PACKED : features);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void commandReachesTheDeviceWithItsAddressCdbAndData(boolean threads, boolean packed)
            throws IOException {
        try (FrontEnd frontEnd = frontEnd(threads);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, options(packed))) {
            byte[] cdb = ScsiCommands.write10(5, 1, 0);
            byte[] data = {1, 2, 3, 4};

            ScsiResponse answer = driver.execute(3, 2, cdb, data, 200);

            assertThat(answer.good()).isTrue();
            byte[] sent = answer.dataIn();
            assertThat(Arrays.copyOf(sent, 4)).containsExactly(1, 3, 0x40, 2);
            assertThat(Arrays.copyOfRange(sent, 19, 29)).isEqualTo(cdb);
            assertThat(Arrays.copyOfRange(sent, 29, 51)).containsOnly(0);
            assertThat(Arrays.copyOfRange(sent, 51, 55)).isEqualTo(data);
            assertThat(answer.usedLengthBytes()).isEqualTo(108 + 51 + 4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void headersMayBeCutIntoSmallDescriptors(int partBytes) throws IOException {
        DriverOptions options =
                DriverOptions.DEFAULT.withQueueSize(256).withHeaderPartBytes(partBytes);
        try (FrontEnd frontEnd = frontEnd(false);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, options)) {
            assertThat(driver.execute(0, 0, ScsiCommands.testUnitReady(), new byte[0], 51).good())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, 1",
        "false, false, 1",
        "true, true, -2147385343",
        "false, true, -2147385343"
    })
    void stoppedQueuesGoOnWhereTheyStopped(boolean threads, boolean packed, int position)
            throws IOException {
        try (FrontEnd frontEnd = frontEnd(threads);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, options(packed))) {
            byte[] ready = ScsiCommands.testUnitReady();
            driver.execute(0, 0, ready, new byte[0], 0);
            driver.stop();
            driver.restart();

            assertThat(device.setups.getLast().nextAvail()).isEqualTo(position);
            assertThat(driver.execute(0, 0, ready, new byte[0], 0).good()).isTrue();
        }
    }

    @Test
    void resetStartsAnewWithFreshRings() throws IOException {
        try (FrontEnd frontEnd = frontEnd(true);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            byte[] ready = ScsiCommands.testUnitReady();
            driver.execute(0, 0, ready, new byte[0], 0);
            driver.reset();

            assertThat(device.resets).hasValue(1);
            assertThat(device.setups.getLast().nextAvail()).isZero();
            assertThat(driver.execute(0, 0, ready, new byte[0], 0).good()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void memoryAddedWhileRunningIsUsable(boolean threads) throws IOException {
        try (FrontEnd frontEnd = frontEnd(threads);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            MemoryRegion region = frontEnd.addMemory(1L << 32, 8192);
            GuestBuffer in = memory.allocateAt(region, 0, 51);
            driver.requestQueue(0)
                    .execute(
                            0,
                            0,
                            ScsiCommands.testUnitReady(),
                            BufferList.EMPTY,
                            BufferList.of(in));
            assertThat(in.get(1)).containsExactly(1);
            assertThat(device.memoryChanges).hasValue(3);

            frontEnd.removeMemory(region);
            assertThat(device.memoryChanges).hasValue(6);
        }
    }

    @Test
    void controlQueueAnswers() throws IOException {
        try (FrontEnd frontEnd = frontEnd(true);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            assertThat(driver.control().taskManagement(VirtioScsi.QUERY_TASK, 0, 0, 1))
                    .isEqualTo(VirtioScsi.FUNCTION_SUCCEEDED);
        }
    }

    @Test
    void eventsAreDecodedAndTheirBuffersGoBack() throws IOException {
        device.nextEvent.set(new byte[] {3, 0, 0, (byte) 0x80, 1, 5, 0x41, 2, 0, 0, 0, 0, 42, 9});
        try (FrontEnd frontEnd = frontEnd(true);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            ScsiEvent event =
                    new ScsiEvent(VirtioScsi.EVENT_PARAMETER_CHANGE, true, 5, 0x102, 0x092a);
            assertThat(driver.events().await(WAIT_NANOS)).contains(event);
            assertThat(driver.events().poll()).isEmpty();

            for (int i = 0; i < 20; i++) {
                device.nextEvent.set(new byte[] {1});
                frontEnd.kick(VirtioScsi.EVENT_QUEUE);
                assertThat(driver.events().await(WAIT_NANOS)).isPresent();
            }
        }
    }

    @Test
    void queueThatTheDeviceRefusesFailsTheStart() {
        FrontEnd frontEnd = frontEnd(true);
        assertThatThrownBy(
                        () ->
                                VirtioScsiDriver.start(
                                        frontEnd, DriverOptions.DEFAULT.withRequestQueues(20)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no queue 8");
    }

    @Test
    void submitSaysFullWhenAllDescriptorsAreTaken() throws IOException {
        try (FrontEnd frontEnd = frontEnd(true);
                VirtioScsiDriver driver =
                        VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT.withQueueSize(8))) {
            RequestQueue queue = driver.requestQueue(0);
            byte[] cdb = ScsiCommands.testUnitReady();
            for (int i = 0; i < 8; i++) {
                assertThat(queue.submit(0, 0, cdb, BufferList.EMPTY, BufferList.EMPTY))
                        .isNotNegative();
            }
            assertThat(queue.submit(0, 0, cdb, BufferList.EMPTY, BufferList.EMPTY))
                    .isEqualTo(RequestQueue.FULL);
            for (int i = 0; i < 8; i++) {
                assertThat(queue.awaitAny(WAIT_NANOS)).isNotNegative();
            }
            assertThat(queue.inFlight()).isZero();
        }
    }
}
