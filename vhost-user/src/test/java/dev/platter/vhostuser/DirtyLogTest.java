package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.longs;
import static dev.platter.vhostuser.TestGuest.GUEST_ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Descriptors;
import dev.platter.linux.LinuxException;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log of a migration, as QEMU turns it on and off under running queues. */
class DirtyLogTest extends ServedDevice {
    private static final int QUEUES = EchoDevice.QUEUES;
    private static final long LOG_ALL = 1L << 26;
    private static final int PAGE_BYTES = 4096;
    private static final long LOG_BYTES =
            (GUEST_ADDRESS + TestGuest.SIZE_BYTES) / PAGE_BYTES / Byte.SIZE;

    /** The pages of queue 2: its used ring and its buffers. */
    private static final int USED = (int) ((GUEST_ADDRESS + 2 * 0x4000 + 0x2000) / PAGE_BYTES);

    private static final int BUFFERS = USED + 1;

    /** A log as a front-end has it. */
    private record Log(int fd, MappedFile file) implements AutoCloseable {
        static Log create(long sizeBytes) throws LinuxException {
            int fd = Memory.memfd("dirty-log", sizeBytes);
            return new Log(fd, Memory.map(fd, 0, sizeBytes, true));
        }

        BitSet takeAndClear() {
            BitSet pages = BitSet.valueOf(file.segment().toArray(JAVA_BYTE));
            file.segment().fill((byte) 0);
            return pages;
        }

        @Override
        public void close() {
            file.close();
            Descriptors.close(fd);
        }
    }

    private static void setLogBase(RawFrontEnd frontEnd, Log log, long sizeBytes) {
        frontEnd.send(RawFrontEnd.SET_LOG_BASE, RawFrontEnd.VERSION, longs(sizeBytes, 0), log.fd());
        assertThat(frontEnd.reply(RawFrontEnd.SET_LOG_BASE).getLong()).isZero();
    }

    @Test
    void whatIsWrittenIsMarkedFromTheFeatureOnToItsEnd() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                Log log = Log.create(LOG_BYTES);
                RawFrontEnd frontEnd = start(guest)) {
            assertThat(frontEnd.get(RawFrontEnd.GET_FEATURES) & LOG_ALL).isEqualTo(LOG_ALL);
            setLogBase(frontEnd, log, LOG_BYTES);
            guest.roundTrip(2);
            assertThat(log.takeAndClear().cardinality()).as("not asked for yet").isZero();

            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES | LOG_ALL));
            frontEnd.barrier();
            for (int i = 0; i < 3; i++) {
                guest.roundTrip(2);
                assertThat(log.takeAndClear().stream()).containsExactly(USED, BUFFERS);
            }
            assertThat(device.queue(2).setup.features() & LOG_ALL)
                    .as("the transport's own feature")
                    .isZero();

            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES));
            frontEnd.barrier();
            guest.roundTrip(2);
            assertThat(log.takeAndClear().cardinality()).isZero();
        }
    }

    @Test
    void logIsReplacedUnderLoadAndNothingIsLostBetween() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES | LOG_ALL));
            for (int i = 0; i < 20; i++) {
                try (Log log = Log.create(LOG_BYTES + PAGE_BYTES * (i % 3L))) {
                    setLogBase(frontEnd, log, LOG_BYTES);
                    guest.kick(2);
                    int expected = 2 * i + 1;
                    Await.until("used", () -> guest.used(2) == expected);
                    // At the end of this the queue rests: whatever it used it has marked.
                    frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
                    frontEnd.barrier();
                    assertThat(log.takeAndClear().stream()).containsExactly(USED, BUFFERS);
                    guest.kick(2);
                    Await.until("used", () -> guest.used(2) == expected + 1);
                }
            }
            assertThat(guest.echoes(2)).isEqualTo(40);
        }
    }

    @Test
    void requestInFlightWhenLoggingStartsIsMarked() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                Log log = Log.create(LOG_BYTES);
                RawFrontEnd frontEnd = start(guest)) {
            setLogBase(frontEnd, log, LOG_BYTES);
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES | LOG_ALL));
            frontEnd.barrier();
            device.holding = true;
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 1);
            assertThat(log.takeAndClear().cardinality()).isZero();
            device.release();
            assertThat(frontEnd.stopVring(2)).isEqualTo(1);
            assertThat(log.takeAndClear().stream()).containsExactly(USED, BUFFERS);
        }
    }

    @Test
    void shortLogEndsBeforeGuestMemoryAndHarmsNothing() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                Log log = Log.create(PAGE_BYTES);
                RawFrontEnd frontEnd = start(guest)) {
            setLogBase(frontEnd, log, PAGE_BYTES);
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES | LOG_ALL));
            frontEnd.barrier();
            guest.roundTrip(2);
            assertThat(log.takeAndClear().cardinality()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"4097, 0", "0, 0", "-1, 0", "4096, 1", "4096, 4096", "1, -4096", "4096, -4096"})
    void logThatDoesNotLieInItsFileEndsTheSession(long sizeBytes, long offsetBytes)
            throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                Log log = Log.create(PAGE_BYTES);
                RawFrontEnd frontEnd = start(guest)) {
            frontEnd.send(
                    RawFrontEnd.SET_LOG_BASE,
                    RawFrontEnd.VERSION,
                    longs(sizeBytes, offsetBytes),
                    log.fd());
            frontEnd.expectClosed();
        }
    }

    @Test
    void logNeedsItsDescriptorAndItsFeature() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                Log log = Log.create(PAGE_BYTES);
                RawFrontEnd frontEnd = start(guest)) {
            frontEnd.set(RawFrontEnd.SET_PROTOCOL_FEATURES, longs(PROTOCOL_FEATURES & ~(1L << 1)));
            frontEnd.send(
                    RawFrontEnd.SET_LOG_BASE, RawFrontEnd.VERSION, longs(PAGE_BYTES, 0), log.fd());
            frontEnd.expectClosed();
        }
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            frontEnd.send(RawFrontEnd.SET_LOG_BASE, RawFrontEnd.VERSION, longs(PAGE_BYTES, 0));
            frontEnd.expectClosed();
        }
    }
}
