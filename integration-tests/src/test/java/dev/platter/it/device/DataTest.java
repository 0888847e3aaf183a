package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.driver.BufferList;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.MemoryRegion;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.ScsiStatus;
import dev.platter.driver.VirtioFeatures;
import dev.platter.driver.VirtioScsi;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Data that goes in comes out, through every read and write command and any shape of buffer. */
class DataTest {
    private static final int BLOCK = 512;
    private static final byte[] NO_DATA = {};

    static Stream<Arguments> attachmentsAndModes() {
        return Stream.of(Attachment.values())
                .flatMap(
                        a ->
                                Stream.of(CacheMode.WRITEBACK, CacheMode.NONE, CacheMode.DIRECTSYNC)
                                        .map(mode -> Arguments.of(a, mode)));
    }

    private static byte[] command(Random random, boolean write, int lba, int count) {
        return switch (random.nextInt(4)) {
            case 0 -> write ? ScsiCommands.write6(lba, count) : ScsiCommands.read6(lba, count);
            case 1 ->
                    write
                            ? ScsiCommands.write10(lba, count, 0)
                            : ScsiCommands.read10(lba, count, 0);
            case 2 ->
                    write
                            ? ScsiCommands.write12(lba, count, 0)
                            : ScsiCommands.read12(lba, count, 0);
            default ->
                    write
                            ? ScsiCommands.write16(lba, count, 0)
                            : ScsiCommands.read16(lba, count, 0);
        };
    }

    /** Cuts a buffer at random places, also odd ones and ones of a single byte. */
    private static BufferList cut(Random random, GuestBuffer buffer) {
        BufferList list = new BufferList();
        int done = 0;
        int size = (int) buffer.sizeBytes();
        while (done < size) {
            int part = list.count() == 15 ? size - done : 1 + random.nextInt(size - done);
            list.add(buffer.slice(done, part));
            done += part;
        }
        return list;
    }

    @ParameterizedTest
    @MethodSource("attachmentsAndModes")
    void diskHoldsWhatRandomCommandsWrote(Attachment attachment, CacheMode mode) throws Exception {
        Random random = new Random(7);
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).cacheMode(mode))) {
            ScsiDisk disk = rig.disk(0);
            RequestQueue queue = rig.driver().requestQueue(0);
            byte[] expected = new byte[(int) TestDisk.DEFAULT_SIZE_BYTES];
            for (int i = 0; i < 300; i++) {
                int count = 1 + random.nextInt(200);
                int lba = random.nextInt((int) disk.blockCount() - count);
                boolean write = random.nextBoolean();
                // Any alignment: with O_DIRECT most of these need a bounce buffer.
                int skew = random.nextInt(512);
                GuestBuffer buffer = rig.memory().allocateSkewed((long) count * BLOCK, 512, skew);
                byte[] data = Patterns.random(i, count * BLOCK);
                BufferList pieces = cut(random, buffer);
                byte[] cdb = command(random, write, lba, count);
                if (write) {
                    buffer.put(data);
                    System.arraycopy(data, 0, expected, lba * BLOCK, data.length);
                }
                ScsiResponse answer =
                        queue.execute(
                                0,
                                0,
                                cdb,
                                write ? pieces : BufferList.EMPTY,
                                write ? BufferList.EMPTY : pieces);
                assertThat(answer.good()).as(answer.toString()).isTrue();
                assertThat(answer.residualBytes()).isZero();
                if (!write) {
                    assertThat(buffer.get(count * BLOCK))
                            .isEqualTo(
                                    Arrays.copyOfRange(
                                            expected, lba * BLOCK, (lba + count) * BLOCK));
                    assertThat(answer.usedLengthBytes()).isEqualTo(108 + count * BLOCK);
                }
                rig.memory().free(buffer);
            }
            disk.flush();
            assertThat(rig.image(0)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyMisalignedBuffersAreBounced(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).cacheMode(CacheMode.NONE))) {
            rig.disk(0);
            RequestQueue queue = rig.driver().requestQueue(0);
            byte[] data = Patterns.random(1, 8192);
            GuestBuffer aligned = rig.memory().allocate(8192, 4096);
            aligned.put(data);
            byte[] write = ScsiCommands.write10(0, 16, 0);
            BufferList whole = BufferList.of(aligned);
            assertThat(queue.execute(0, 0, write, whole, BufferList.EMPTY).good()).isTrue();
            assertThat(rig.statistics(0).bounced()).isZero();

            GuestBuffer skewed = rig.memory().allocateSkewed(8192, 4096, 3);
            byte[] read = ScsiCommands.read10(0, 16, 0);
            BufferList odd = BufferList.of(skewed);
            assertThat(queue.execute(0, 0, read, BufferList.EMPTY, odd).good()).isTrue();
            assertThat(skewed.get(8192)).isEqualTo(data);
            assertThat(rig.statistics(0).bounced()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bufferMayStraddleTwoRegions(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            MemoryRegion low = rig.frontEnd().addMemory(1L << 32, 65536);
            MemoryRegion high = rig.frontEnd().addMemory((1L << 32) + 65536, 65536);
            GuestBuffer end = rig.memory().allocateAt(low, 65536 - 1024, 1024);
            GuestBuffer start = rig.memory().allocateAt(high, 0, 3072);
            byte[] data = Patterns.random(3, 4096);
            disk.write(40, data);

            BufferList straddling = new BufferList().add(end.guestAddress(), 4096);
            ScsiResponse answer =
                    rig.driver()
                            .requestQueue(0)
                            .execute(
                                    0,
                                    0,
                                    ScsiCommands.read10(40, 8, 0),
                                    BufferList.EMPTY,
                                    straddling);

            assertThat(answer.good()).as(answer.toString()).isTrue();
            assertThat(end.get(1024)).isEqualTo(Arrays.copyOf(data, 1024));
            assertThat(start.get(3072)).isEqualTo(Arrays.copyOfRange(data, 1024, 4096));
        }
    }

    static Stream<Arguments> attachmentsAndShapes() {
        long base = VirtioFeatures.VERSION_1;
        return Stream.of(Attachment.values())
                .flatMap(
                        a ->
                                Stream.of(
                                        Arguments.of(a, base, 0),
                                        Arguments.of(a, base | VirtioFeatures.EVENT_IDX, 7),
                                        Arguments.of(a, base | VirtioFeatures.INDIRECT_DESC, 1),
                                        Arguments.of(a, DriverOptions.DEFAULT.features(), 19)));
    }

    @ParameterizedTest
    @MethodSource("attachmentsAndShapes")
    void everyFeatureSetAndHeaderShapeWorks(Attachment attachment, long features, int partBytes)
            throws Exception {
        DriverOptions options =
                DriverOptions.DEFAULT
                        .withQueueSize(256)
                        .withFeatures(features)
                        .withHeaderPartBytes(partBytes);
        try (Rig rig = Rig.start(attachment, options)) {
            assertThat(rig.driver().features()).isEqualTo(attachment.options(options).features());
            ScsiDisk disk = rig.disk(0);
            for (int i = 0; i < 300; i++) {
                byte[] data = Patterns.random(i, 4096);
                disk.write(i * 8L, data);
                assertThat(disk.read(i * 8L, 8)).isEqualTo(data);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestOfManyPiecesGoesInOne(Attachment attachment) throws Exception {
        DriverOptions options = DriverOptions.DEFAULT.withQueueSize(256);
        try (Rig rig = Rig.start(attachment, options)) {
            ScsiDisk disk = rig.disk(0);
            GuestBuffer buffer = rig.memory().allocate(120 * 4096, 4096);
            byte[] data = Patterns.random(5, 120 * 4096);
            buffer.put(data);
            BufferList pieces =
                    new BufferList().addInParts(buffer.guestAddress(), 120 * 4096, 4096);
            ScsiResponse answer =
                    rig.driver()
                            .requestQueue(0)
                            .execute(
                                    0,
                                    0,
                                    ScsiCommands.write10(0, 120 * 8, 0),
                                    pieces,
                                    BufferList.EMPTY);

            assertThat(answer.good()).as(answer.toString()).isTrue();
            assertThat(disk.read(0, 120 * 8)).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @EnumSource
    void verifyComparesTheData(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] data = Patterns.random(1, 4096);
            disk.write(0, data);
            assertThat(disk.execute(ScsiCommands.verify10(0, 8, 1), data, 0).good()).isTrue();
            assertThat(disk.execute(ScsiCommands.verify16(0, 8, 0), NO_DATA, 0).good()).isTrue();

            data[4000] ^= 1;
            assertThat(
                            disk.execute(ScsiCommands.verify16(0, 8, 1), data, 0)
                                    .sensed(ScsiStatus.MISCOMPARE, 0x1d, 0))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rangeBeyondTheEndIsRefusedAndAnEmptyOneAtTheEndIsNot(Attachment attachment)
            throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            long end = disk.blockCount();
            byte[] two = Patterns.random(1, 2 * BLOCK);
            for (byte[] cdb :
                    new byte[][] {
                        ScsiCommands.write10(end - 1, 2, 0),
                        ScsiCommands.write16(end - 1, 2, 0),
                        ScsiCommands.write16(-1L, 2, 0),
                        ScsiCommands.write16(Long.MAX_VALUE, 2, 0)
                    }) {
                assertThat(disk.execute(cdb, two, 0).sensed(ScsiStatus.ILLEGAL_REQUEST, 0x21, 0))
                        .isTrue();
            }
            byte[] nothing = ScsiCommands.read10(end, 0, 0);
            assertThat(disk.execute(nothing, NO_DATA, 0).good()).isTrue();
            byte[] beyond = ScsiCommands.read10(end + 1, 0, 0);
            assertThat(disk.execute(beyond, NO_DATA, 0).sensed(ScsiStatus.ILLEGAL_REQUEST, 0x21, 0))
                    .isTrue();
            assertThat(disk.read(end - 1, 1)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bufferOfAnotherLengthThanTheCommandIsCountedOrRefused(Attachment attachment)
            throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] eight = Patterns.random(1, 8 * BLOCK);
            ScsiResponse longer = disk.execute(ScsiCommands.write10(0, 4, 0), eight, 0);
            assertThat(longer.good()).isTrue();
            assertThat(longer.residualBytes()).isEqualTo(4 * BLOCK);
            assertThat(disk.read(4, 4)).containsOnly(0);
            assertThat(disk.read(0, 4)).isEqualTo(Arrays.copyOf(eight, 4 * BLOCK));

            ScsiResponse shorter = disk.execute(ScsiCommands.write10(100, 16, 0), eight, 0);
            assertThat(shorter.response()).isEqualTo(VirtioScsi.OVERRUN);
            ScsiResponse wrongWay = disk.execute(ScsiCommands.read10(0, 8, 0), eight, 0);
            assertThat(wrongWay.response()).isEqualTo(VirtioScsi.OVERRUN);
            assertThat(disk.read(100, 16)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothDirectionsAtOnceAreRefused(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            ScsiResponse answer =
                    disk.execute(ScsiCommands.write10(0, 1, 0), Patterns.random(1, BLOCK), BLOCK);

            assertThat(answer.response()).isEqualTo(VirtioScsi.FAILURE);
            assertThat(disk.read(0, 1)).containsOnly(0);
        }
    }
}
