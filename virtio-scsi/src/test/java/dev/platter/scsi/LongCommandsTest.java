package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import dev.platter.api.block.Extent;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done in the background: GET LBA STATUS, SANITIZE and EXTENDED COPY. */
final class LongCommandsTest {
    private static final int BLOCK = 512;
    private static final int BLOCKS = 2048;

    private static LogicalUnitOptions.Builder options() {
        return LogicalUnitOptions.builder();
    }

    /** A disk that has space where the map says so, up to the next entry. */
    private static final class SparseBackend extends MemoryBackend {
        private final TreeMap<Long, Boolean> map = new TreeMap<>(Map.of(0L, false));

        SparseBackend() {
            super(BLOCKS);
        }

        @Override
        public Extent extentAt(long offsetBytes) {
            Long end = map.higherKey(offsetBytes);
            long stop = end == null ? sizeBytes() : end;
            return new Extent(stop - offsetBytes, map.floorEntry(offsetBytes).getValue());
        }
    }

    private static String lbaStatus(Initiator initiator, long lba, int allocation) {
        String cdb = "9e 12 %016x %08x 00 00".formatted(lba, allocation);
        ScsiCommand command = initiator.run(cdb, 255);
        return command.status() == 0 ? initiator.received() : Initiator.outcome(command);
    }

    @Test
    void lbaStatusTellsWhereTheHostHasSpace() {
        SparseBackend backend = new SparseBackend();
        backend.map.put(4096L, true);
        backend.map.put(8192L, true);
        backend.map.put(12288L + 100, false);
        try (Initiator initiator = Initiator.of(backend, options().build())) {
            assertThat(lbaStatus(initiator, 0, 255))
                    .isEqualTo(
                            "0000003400000000"
                                    + "0000000000000000 00000008 01000000".replace(" ", "")
                                    + "0000000000000008 00000011 00000000".replace(" ", "")
                                    + "0000000000000019 000007e7 01000000".replace(" ", ""));
            assertThat(lbaStatus(initiator, 9, 24))
                    .isEqualTo("0000001400000000" + "0000000000000009" + "0000001000000000");
            assertThat(lbaStatus(initiator, 9, 8)).isEqualTo("0000001400000000");
            assertThat(lbaStatus(initiator, BLOCKS, 255)).isEqualTo("5/21/00");
        }
        try (Initiator thick = Initiator.of(backend, options().discard(false).build())) {
            assertThat(lbaStatus(thick, 0, 255))
                    .isEqualTo("0000001400000000" + "0000000000000000" + "0000080000000000");
        }
    }

    @Test
    void blockEraseLeavesZeroesAndOneFlush() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        try (Initiator initiator = Initiator.of(backend, options().build())) {
            assertThat(initiator.outcome("48 02 00 00 00 00 00 0000 00")).isEqualTo("GOOD");
        }
        assertThat(backend.image).containsOnly(0);
        assertThat(backend.stable).containsOnly(0);
        assertThat(backend.log()).endsWith("FLUSH").contains("ZEROES 0+1048576 UNMAP");
    }

    @Test
    void overwriteRepeatsThePatternInEachBlock() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        byte[] list = Initiator.bytes("82 00 0003 a1b2c3");
        try (Initiator initiator = Initiator.of(backend, options().build())) {
            assertThat(initiator.outcome("48 01 00 00 00 00 00 0007 00", list)).isEqualTo("GOOD");
        }
        byte[] block = new byte[BLOCK];
        byte[] pattern = Initiator.bytes("5e4d3c"); // the second pass, inverted
        for (int i = 0; i < BLOCK; i++) {
            block[i] = pattern[i % 3];
        }
        for (int at = 0; at < backend.image.length; at += BLOCK) {
            assertThat(Arrays.equals(backend.image, at, at + BLOCK, block, 0, BLOCK)).isTrue();
        }
        assertThat(backend.stable).isEqualTo(backend.image);
    }

    @ParameterizedTest
    @CsvSource({
        "48 02 00 00 00 00 00 0004 00, 00000000, 5/24/00",
        "48 01 00 00 00 00 00 0004 00, 01000000, 5/24/00",
        "48 01 00 00 00 00 00 0205 00, 01000201, 5/24/00",
        "48 01 00 00 00 00 00 0005 00, 0000000100, 5/26/00",
        "48 01 00 00 00 00 00 0005 00, 2100000100, 5/26/00",
        "48 01 00 00 00 00 00 0005 00, 0100000000, 5/26/00",
        "48 01 00 00 00 00 00 0005 00, 0100000200, 5/26/00",
        "48 01 00 00 00 00 00 0005 00, 01000001, OVERRUN",
        "48 03 00 00 00 00 00 0000 00, 00, 5/24/00",
        "48 1f 00 00 00 00 00 0004 00, 00000000, 5/24/00",
        "48 1f 00 00 00 00 00 0000 00, 00, GOOD"
    })
    void wrongSanitizeTouchesNothing(String cdb, String list, String outcome) {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        byte[] out =
                Arrays.copyOf(
                        Initiator.bytes(list),
                        list.startsWith("01000201") ? 600 : list.length() / 2);
        try (Initiator initiator = Initiator.of(backend, options().build())) {
            assertThat(initiator.outcome(cdb, out)).isEqualTo(outcome);
        }
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void whileItRunsTheMediumIsNotReadyAndProgressIsShown() throws Exception {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        try (Initiator initiator = Initiator.of(backend, options().build())) {
            backend.automatic = false;
            assertThat(initiator.outcome("48 82 00 00 00 00 00 0000 00")).isEqualTo("GOOD");
            assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo("2/04/1b");
            assertThat(initiator.outcome("00 00 00 00 00 00")).isEqualTo("2/04/1b");
            assertThat(initiator.outcome("48 82 00 00 00 00 00 0000 00")).isEqualTo("2/04/1b");
            initiator.run("03 00 00 00 12 00", 18);
            assertThat(initiator.received()).startsWith("7000020000").contains("041b00800000");
            assertThat(initiator.outcome("12 00 00 00 24 00", 36)).isEqualTo("GOOD");
            synchronized (backend) {
                backend.automatic = true;
            }
            while (initiator.unit().sanitize().isRunning()) {
                Thread.sleep(1);
            }
            assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
        }
    }

    @Test
    void aUnitThatStopsGivesItsSanitizeUp() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        backend.limits = new BlockLimits(BLOCK, 1 << 20, BLOCK, 0, 4096, BLOCK, true);
        LogicalUnit unit = new LogicalUnit(backend, options().build());
        try (Initiator initiator = Initiator.of(unit)) {
            assertThat(initiator.outcome("48 82 00 00 00 00 00 0000 00")).isEqualTo("GOOD");
        }
        unit.stop();
        assertThat(unit.sanitize().isRunning()).isFalse();
        assertThat(backend.queues).allMatch(queue -> queue.closed);
    }

    /** What was read before is not written back behind it. */
    @Test
    void aCopyDoesNotOutliveASanitize() throws Exception {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        LogicalUnit unit = new LogicalUnit(backend, options().wwn(ONE).build());
        try (Initiator one = Initiator.of(unit);
                Initiator two = Initiator.of(unit)) {
            backend.automatic = false;
            byte[] list =
                    Initiator.bytes(
                            "%02x 00 %04x 00000000 %08x 00000000".formatted(7, 32, 28)
                                    + target(ONE)
                                    + segment(0, 0, 700, 10, 1000));
            one.start(
                    0,
                    Initiator.bytes("83 00 0000000000000000 %08x 00 00".formatted(list.length)),
                    list,
                    0);
            awaitPending(backend);
            two.start(0, Initiator.bytes("48 02 00 00 00 00 00 0000 00"), new byte[0], 0);
            synchronized (backend) {
                backend.automatic = true;
            }
            two.finish();
            one.finish();
            assertThat(Initiator.outcome(two.commands[0])).isEqualTo("GOOD");
            // It was through before, or was given up behind.
            assertThat(Initiator.outcome(one.commands[0])).isIn("GOOD", "a/0d/02");
            assertThat(backend.image).containsOnly(0);
        }
    }

    /** It wants the blocks of the copy for itself, when the copy has ended. */
    @Test
    void anOrderedCompareAndWriteWaitsForACopyThatGoesOn() throws Exception {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        LogicalUnit unit = new LogicalUnit(backend, options().wwn(ONE).build());
        try (Initiator one = Initiator.of(unit);
                Initiator two = Initiator.of(unit)) {
            backend.automatic = false;
            byte[] list =
                    Initiator.bytes(
                            "%02x 00 %04x 00000000 %08x 00000000".formatted(7, 32, 28)
                                    + target(ONE)
                                    + segment(0, 0, 700, 10, 1000));
            byte[] copy =
                    Initiator.bytes("83 00 0000000000000000 %08x 00 00".formatted(list.length));
            one.start(0, copy, list, 0);
            awaitPending(backend);
            two.attribute = 1;
            byte[] compare = new byte[2 * BLOCK];
            System.arraycopy(backend.image, 11 * BLOCK, compare, 0, BLOCK);
            byte[] cdb = Initiator.bytes("89 00 00000000000003e9 000000 01 00 00");
            two.start(0, cdb, compare, 0);
            synchronized (backend) {
                backend.automatic = true;
            }
            one.finish();
            two.finish();
            assertThat(Initiator.outcome(one.commands[0])).isEqualTo("GOOD");
            assertThat(Initiator.outcome(two.commands[0])).isEqualTo("GOOD");
        }
    }

    private static void awaitPending(MemoryBackend backend) throws Exception {
        boolean pending = false;
        while (!pending) {
            Thread.sleep(1);
            synchronized (backend) {
                pending = !backend.pending.isEmpty();
            }
        }
    }

    @Test
    void aFailedSanitizeIsToldByItsStatus() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        backend.errno = Errno.EIO;
        backend.failAfter = 0;
        try (Initiator initiator = Initiator.of(backend, options().build())) {
            assertThat(initiator.outcome("48 02 00 00 00 00 00 0000 00")).isEqualTo("b/00/06");
            backend.errno = 0;
            assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo("3/31/03");
            assertThat(initiator.outcome("48 1f 00 00 00 00 00 0000 00")).isEqualTo("GOOD");
            assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
        }
    }

    private static String target(long wwn) {
        return "e4 00 0000 01 03 00 08 %016x".formatted(wwn) + "00".repeat(12) + "00 000200";
    }

    private static String segment(int source, int target, int blocks, long from, long to) {
        return "02 00 0018 %04x %04x 0000 %04x %016x %016x"
                .formatted(source, target, blocks, from, to);
    }

    private static String copy(Initiator initiator, String targets, String segments) {
        String list =
                "%02x 00 %04x 00000000 %08x 00000000"
                                .formatted(
                                        7,
                                        Initiator.bytes(targets).length,
                                        Initiator.bytes(segments).length)
                        + targets
                        + segments;
        byte[] bytes = Initiator.bytes(list);
        return initiator.outcome(
                "83 00 0000000000000000 %08x 00 00".formatted(bytes.length), bytes);
    }

    private static final long ONE = 0x5000000000000001L;
    private static final long TWO = 0x5000000000000002L;

    @Test
    void blocksAreCopiedWithinAUnit() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        byte[] expected = backend.image.clone();
        System.arraycopy(expected, 10 * BLOCK, expected, 1000 * BLOCK, 700 * BLOCK);
        try (Initiator initiator = Initiator.of(backend, options().wwn(ONE).build())) {
            assertThat(copy(initiator, target(ONE), segment(0, 0, 700, 10, 1000)))
                    .isEqualTo("GOOD");
            assertThat(backend.image).isEqualTo(expected);
            initiator.run("84 00 07 00000000000000 000000ff 00 00", 255);
            assertThat(initiator.received()).isEqualTo("0000000881000100" + "00057800");
            assertThat(initiator.outcome("84 00 08 00000000000000 000000ff 00 00", 255))
                    .isEqualTo("5/24/00");
        }
    }

    @Test
    void blocksAreCopiedBetweenUnitsAsDurablyAsTheTargetsModeSays() {
        MemoryBackend from = new MemoryBackend(BLOCKS).filled();
        MemoryBackend to = new MemoryBackend(BLOCKS);
        LogicalUnit source = new LogicalUnit(from, options().wwn(ONE).build());
        LogicalUnit destination =
                new LogicalUnit(to, options().wwn(TWO).cacheMode(CacheMode.WRITETHROUGH).build());
        UnitDirectory directory = new UnitDirectory();
        directory.add(source);
        directory.add(destination);
        try (Initiator initiator = Initiator.of(source)) {
            assertThat(copy(initiator, target(ONE) + target(TWO), segment(0, 1, 16, 8, 4)))
                    .isEqualTo("GOOD");
            assertThat(to.isStable(4 * BLOCK, 16 * BLOCK)).isTrue();
            assertThat(Arrays.copyOfRange(to.stable, 4 * BLOCK, 20 * BLOCK))
                    .isEqualTo(Arrays.copyOfRange(from.image, 8 * BLOCK, 24 * BLOCK));
            directory.remove(destination);
            assertThat(copy(initiator, target(ONE) + target(TWO), segment(0, 1, 16, 8, 4)))
                    .isEqualTo("a/0d/02");
        }
    }

    @Test
    void wrongListsCopyNothing() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        try (Initiator initiator = Initiator.of(backend, options().wwn(ONE).build())) {
            String good = segment(0, 0, 1, 0, 1);
            assertThat(copy(initiator, "e0" + target(ONE).substring(2), good)).isEqualTo("5/26/07");
            assertThat(copy(initiator, target(ONE), "04" + good.substring(2))).isEqualTo("5/26/09");
            assertThat(copy(initiator, target(ONE).repeat(17), good)).isEqualTo("5/26/06");
            assertThat(copy(initiator, target(ONE), good.repeat(65))).isEqualTo("5/26/08");
            assertThat(copy(initiator, target(ONE).repeat(17), good.repeat(65)))
                    .isEqualTo("5/1a/00");
            assertThat(copy(initiator, target(TWO), good)).isEqualTo("a/0d/02");
            assertThat(copy(initiator, "e4 20" + target(ONE).substring(5), good))
                    .isEqualTo("a/0d/02");
            assertThat(copy(initiator, target(ONE), segment(0, 1, 1, 0, 1))).isEqualTo("a/08/04");
            assertThat(copy(initiator, target(ONE), segment(0, 0, 2, 0, BLOCKS - 1)))
                    .isEqualTo("a/00/00");
            assertThat(initiator.outcome("83 00 0000000000000000 00000000 00 00"))
                    .isEqualTo("GOOD");
            assertThat(initiator.outcome("83 00 0000000000000000 0000000f 00 00", new byte[16]))
                    .isEqualTo("5/1a/00");
        }
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void aReservedTargetIsNotCopiedTo() {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        LogicalUnit source = new LogicalUnit(backend, options().wwn(ONE).build());
        LogicalUnit other = new LogicalUnit(new MemoryBackend(64), options().wwn(TWO).build());
        UnitDirectory directory = new UnitDirectory();
        directory.add(source);
        directory.add(other);
        try (Initiator copier = Initiator.of(source, new InitiatorPort("copier"));
                Initiator owner = Initiator.of(other, new InitiatorPort("owner"))) {
            Reserved.out(owner, 0, 0, 0, 1);
            Reserved.out(owner, 1, 1, 1, 0);
            assertThat(copy(copier, target(ONE) + target(TWO), segment(0, 1, 1, 0, 0)))
                    .isEqualTo("a/0d/02");
            assertThat(copy(copier, target(ONE) + target(TWO), segment(1, 0, 1, 0, 0)))
                    .isEqualTo("GOOD");
        }
    }
}
