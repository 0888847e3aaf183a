package dev.platter.it.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.cli.serve.DiskServer;
import dev.platter.cli.serve.DiskSpec;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One server with two sockets: two initiators contend for one disk. */
class TwoSocketsTest {
    private static final int BLOCK = 512;
    private static final String WRITE = "2a 00 00000000 00 0001 00";
    private static final int LOGICAL_UNIT_RESET = 5;
    private static final int CONFLICT = 0x18;
    private static final int MISCOMPARE = 0x0E;

    @TempDir Path folder;

    private DiskServer server;
    private final List<AutoCloseable> closers = new ArrayList<>();
    private final List<VirtioScsiDriver> drivers = new ArrayList<>();
    private ScsiDisk one;
    private ScsiDisk two;

    @BeforeEach
    void start() throws Exception {
        DiskSpec spec = DiskSpec.parse("file=" + folder.resolve("disk") + ",size=16M");
        server =
                DiskServer.start(
                        List.of(folder.resolve("one"), folder.resolve("two")), List.of(spec), 1);
        one = connect("one");
        two = connect("two");
    }

    private ScsiDisk connect(String socket) throws Exception {
        GuestMemory memory = GuestMemory.shared(4 << 20);
        closers.add(0, memory);
        VhostUserFrontEnd frontEnd =
                VhostUserFrontEnd.connect(
                        folder.resolve(socket), memory, VhostUserOptions.forRequestQueues(1));
        closers.add(0, frontEnd);
        VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT);
        drivers.add(driver);
        return driver.disk(0, 0).probe();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closer : closers) {
            closer.close();
        }
        closers.clear();
        drivers.clear();
        server.close();
    }

    private static ScsiResponse run(ScsiDisk disk, String cdb, byte[] out) throws IOException {
        return disk.execute(HexFormat.of().parseHex(cdb.replace(" ", "")), out, 0);
    }

    private static void reserveOut(ScsiDisk disk, int action, int type, long key, long actionKey)
            throws IOException {
        ByteBuffer list = ByteBuffer.allocate(24).putLong(key).putLong(actionKey);
        list.put(20, (byte) 1); // APTPL
        ScsiResponse answer =
                run(disk, "5f %02x %02x 00 00 00000018 00".formatted(action, type), list.array());
        assertThat(answer.good()).as(answer.toString()).isTrue();
    }

    @Test
    void aReservationOfOneShutsTheOtherOutAlsoAfterARestart() throws Exception {
        reserveOut(one, 0, 0, 0, 0x11);
        reserveOut(one, 1, 1, 0x11, 0);
        assertThat(run(one, WRITE, new byte[BLOCK]).good()).isTrue();
        assertThat(run(two, WRITE, new byte[BLOCK]).status()).isEqualTo(CONFLICT);
        assertThat(folder.resolve("disk.reservations")).exists();
        stop();
        start();
        assertThat(run(two, WRITE, new byte[BLOCK]).status()).isEqualTo(CONFLICT);
        assertThat(run(one, WRITE, new byte[BLOCK]).good()).isTrue();
        reserveOut(two, 0, 0, 0, 0x22);
        reserveOut(two, 5, 1, 0x22, 0x11);
        assertThat(run(two, WRITE, new byte[BLOCK]).good()).isTrue();
        // The first answer is the unit attention, registrations preempted.
        assertThat(run(one, WRITE, new byte[BLOCK]).good()).isFalse();
        assertThat(run(one, WRITE, new byte[BLOCK]).status()).isEqualTo(CONFLICT);
        ByteBuffer list = ByteBuffer.allocate(24).putLong(0x22);
        assertThat(run(two, "5f 03 00 00 00 00000018 00", list.array()).good()).isTrue();
        assertThat(run(one, WRITE, new byte[BLOCK]).good()).isTrue();
    }

    @Test
    void aResetOfTheUnitIsToldToBoth() throws Exception {
        assertThat(run(two, "00 00 00 00 00 00", new byte[0]).good()).isTrue();
        assertThat(drivers.get(0).control().taskManagement(LOGICAL_UNIT_RESET, 0, 0, 0)).isZero();
        assertThat(run(one, "00 00 00 00 00 00", new byte[0]).sensed(6, 0x29, 0)).isTrue();
        assertThat(run(two, "00 00 00 00 00 00", new byte[0]).sensed(6, 0x29, 0)).isTrue();
        assertThat(run(two, "00 00 00 00 00 00", new byte[0]).good()).isTrue();
    }

    /** Both count in one block by COMPARE AND WRITE; none of the counts is lost. */
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void compareAndWriteIsAtomicAcrossSockets() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> first = threads.submit(counter(one));
            Future<Integer> second = threads.submit(counter(two));
            int counted = first.get() + second.get();
            assertThat(counted).isPositive();
            byte[] image = Files.readAllBytes(folder.resolve("disk"));
            assertThat(ByteBuffer.wrap(image).getInt(0)).isEqualTo(counted);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Integer> counter(ScsiDisk disk) {
        return () -> {
            int counted = 0;
            for (int i = 0; i < 200; i++) {
                byte[] block = disk.read(0, 1);
                ByteBuffer both = ByteBuffer.allocate(2 * BLOCK).put(block).put(block);
                both.putInt(BLOCK, both.getInt(0) + 1);
                ScsiResponse answer =
                        run(disk, "89 00 0000000000000000 000000 01 00 00", both.array());
                if (answer.good()) {
                    counted++;
                } else {
                    assertThat(answer.sense()[2]).isEqualTo((byte) MISCOMPARE);
                }
            }
            return counted;
        };
    }
}
