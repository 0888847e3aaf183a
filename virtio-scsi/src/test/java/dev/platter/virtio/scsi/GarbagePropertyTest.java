package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.virtio.queue.VirtioFeatures;
import dev.platter.virtio.scsi.GuestRing.Piece;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever a guest writes, a queue answers or breaks: it never throws, and the disk stays whole.
 */
class GarbagePropertyTest {
    private static final long ALL_FEATURES = Rig.FEATURES | VirtioFeatures.RING_EVENT_IDX | 0b110;

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void randomRingsNeverThrow(@ForAll long seed) {
        Random random = new Random(seed);
        try (Rig rig = new Rig()) {
            List<Driver> drivers = drivers(rig, random);
            for (int round = 0; round < 20; round++) {
                for (Driver driver : drivers) {
                    scribble(driver, random);
                    int capacity = Rig.DISK_BYTES >> round % 2;
                    rig.targets.units().getFirst().unit().capacityChanged(capacity);
                    driver.handler.process();
                    driver.handler.enableKicks();
                }
            }
            assertDrains(drivers);
        }
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void randomRequestsAreAllAnswered(@ForAll long seed) {
        Random random = new Random(seed);
        try (Rig rig = new Rig()) {
            Driver driver = rig.requests(2, ALL_FEATURES);
            int expected = driver.ring.usedIdx();
            for (int i = 0; i < 200; i++) {
                Driver.Parts parts =
                        driver.parts(
                                header(random),
                                new byte[random.nextInt(3) == 0 ? random.nextInt(2048) : 0],
                                random.nextInt(3) == 0 ? random.nextInt(2048) : 0);
                driver.ring.offerIndirect(cut(parts.pieces(), random));
                driver.run();
                expected++;
                assertThat(driver.ring.usedIdx()).isEqualTo(expected);
                assertThat(driver.ring.takeUsed().writtenBytes()).isGreaterThanOrEqualTo(108);
            }
            assertThat(driver.handler.broken()).isFalse();
            assertThat(driver.handler.inFlight()).isZero();
        }
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void randomControlRequestsAreAllAnswered(@ForAll long seed) {
        Random random = new Random(seed);
        try (Rig rig = new Rig()) {
            Driver requests = rig.requests();
            Driver control = rig.control();
            for (int i = 0; i < 50; i++) {
                byte[] request = new byte[24];
                random.nextBytes(request);
                request[0] = (byte) random.nextInt(4);
                request[1] = request[2] = request[3] = 0;
                if (random.nextBoolean()) {
                    request[4] = (byte) random.nextInt(10);
                    request[5] = request[6] = request[7] = 0;
                }
                control.control(request, 5);
                control.run();
                requests.run();
                control.run();
                assertThat(control.ring.takeUsed()).isNotNull();
            }
            assertThat(control.handler.inFlight()).isZero();
            assertThat(control.handler.broken()).isFalse();
        }
    }

    private static List<Driver> drivers(Rig rig, Random random) {
        long features = random.nextBoolean() ? ALL_FEATURES : 0b110;
        List<Driver> drivers = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            drivers.add(new Driver(rig.device, rig.memory, index, 16, features));
        }
        return drivers;
    }

    /** Overwrites parts of the ring, mostly with things that look like parts of a ring. */
    private static void scribble(Driver driver, Random random) {
        for (int i = 0; i < driver.ring.size; i++) {
            if (random.nextInt(4) > 0) {
                describe(driver, i, random);
            }
        }
        fill(driver.ring.avail.asSlice(4), random);
        if (random.nextInt(10) == 0) {
            fill(driver.ring.avail.asSlice(0, 4), random);
        } else {
            for (int i = random.nextInt(driver.ring.size); i > 0; i--) {
                driver.ring.makeAvailable(random.nextInt(driver.ring.size + 1));
            }
        }
        fill(driver.memory.at(GuestMemory.BASE + 0x10_0000, 4096), random);
    }

    private static void describe(Driver driver, int index, Random random) {
        MemorySegment descriptor = driver.ring.descriptors.asSlice(16L * index, 16);
        if (random.nextInt(20) == 0) {
            fill(descriptor, random);
            return;
        }
        descriptor.set(
                ValueLayout.JAVA_LONG, 0, GuestMemory.BASE + 0x10_0000 + random.nextInt(4096));
        descriptor.set(ValueLayout.JAVA_INT, 8, random.nextInt(600));
        descriptor.set(ValueLayout.JAVA_SHORT, 12, (short) random.nextInt(4));
        descriptor.set(ValueLayout.JAVA_SHORT, 14, (short) random.nextInt(driver.ring.size));
    }

    private static byte[] header(Random random) {
        byte[] header = new byte[51];
        random.nextBytes(header);
        if (random.nextInt(4) > 0) {
            header[0] = 1;
            header[1] = (byte) (random.nextBoolean() ? 0 : Rig.OTHER_TARGET);
            header[2] = (byte) (random.nextBoolean() ? 0x40 : 0x41);
            header[3] = (byte) (random.nextBoolean() ? 0 : 44);
        }
        return header;
    }

    private static List<Piece> cut(List<Piece> pieces, Random random) {
        return Driver.split(pieces, 40 + random.nextInt(500));
    }

    private static void fill(MemorySegment segment, Random random) {
        byte[] bytes = new byte[(int) segment.byteSize()];
        random.nextBytes(bytes);
        segment.copyFrom(MemorySegment.ofArray(bytes));
    }

    private static void assertDrains(List<Driver> drivers) {
        for (Driver driver : drivers) {
            driver.handler.stopTaking();
        }
        for (int round = 0; round < 100; round++) {
            drivers.forEach(driver -> driver.handler.process());
        }
        assertThat(drivers).allSatisfy(driver -> assertThat(driver.handler.inFlight()).isZero());
        drivers.forEach(driver -> driver.handler.close());
    }
}
