package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.CacheMode;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever a guest sends gets a defined answer and harms nothing but what it addresses. */
final class CommandFuzzTest {
    private static final int BLOCKS = 64;
    private static final int BLOCK = 512;
    private static final List<CacheMode> MODES =
            List.of(CacheMode.WRITEBACK, CacheMode.DIRECTSYNC, CacheMode.UNSAFE);

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void anyCommandEndsOnceAndTouchesOnlyWhatItAddresses(
            @ForAll @Size(min = 1, max = 8)
                    List<@From(supplier = FuzzedCommand.Supplier.class) FuzzedCommand> commands,
            @ForAll @IntRange(max = 2) int mode,
            @ForAll boolean discard,
            @ForAll boolean smallTransfers) {
        MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        int maxTransfer = smallTransfers ? 1024 : 1 << 20;
        backend.limits = new BlockLimits(BLOCK, maxTransfer, BLOCK, 0, 4096, 2048, true);
        LogicalUnitOptions options =
                LogicalUnitOptions.builder().cacheMode(MODES.get(mode)).discard(discard).build();
        try (Initiator initiator = Initiator.of(backend, options)) {
            for (FuzzedCommand command : commands) {
                byte[] before = backend.image.clone();
                ScsiCommand ended =
                        initiator.start(0, command.cdb(), command.out(), command.inBytes());
                initiator.finish();
                awaitSanitize(initiator);
                checkAnswer(initiator, ended, command);
                checkImage(before, backend.image, command, ended);
            }
        }
    }

    /** With IMMED it goes on behind the status. */
    private static void awaitSanitize(Initiator initiator) {
        while (initiator.unit().sanitize().isRunning()) {
            Thread.onSpinWait();
        }
    }

    private static void checkAnswer(Initiator initiator, ScsiCommand ended, FuzzedCommand command) {
        assertThat(initiator.running[0]).isFalse();
        assertThat(ended.status())
                .isIn(ScsiStatus.GOOD, ScsiStatus.CHECK_CONDITION, ScsiStatus.RESERVATION_CONFLICT);
        boolean failed = ended.status() != ScsiStatus.GOOD;
        if (ended.status() == ScsiStatus.CHECK_CONDITION) {
            // Fixed format, or descriptor format without or with an INFORMATION descriptor.
            assertThat(ended.senseLengthBytes()).isIn(18, 8, 20);
        } else {
            assertThat(ended.senseLengthBytes()).isZero();
        }
        assertThat(ended.transferredBytes())
                .isBetween(0L, (long) Math.max(command.out().length, command.inBytes()));
        if (failed || ended.overrun()) {
            assertThat(ended.transferredBytes()).isZero();
        }
        OpCode opCode = OpCode.find(command.cdb());
        boolean in =
                opCode != null
                        && switch (opCode.transfer()) {
                            case ALLOCATION, FIXED_IN, BLOCKS_IN -> true;
                            default -> false;
                        };
        if (command.inBytes() > 0) {
            int untouchedFrom = in ? (int) ended.transferredBytes() : 0;
            byte[] data = initiator.dataIn(0);
            for (int i = untouchedFrom; i < data.length; i++) {
                assertThat(data[i]).isEqualTo((byte) 0xEE);
            }
        }
    }

    private static void checkImage(
            byte[] before, byte[] after, FuzzedCommand command, ScsiCommand ended) {
        BitSet addressed = addressed(command);
        boolean may = ended.status() == ScsiStatus.GOOD && !ended.overrun();
        // A WRITE AND VERIFY whose comparison fails has written all the same.
        int key = ended.sense()[(ended.sense()[0] & 0xFF) == 0x72 ? 1 : 2] & 0xF;
        boolean miscompared =
                ended.status() == ScsiStatus.CHECK_CONDITION && key == SenseKey.MISCOMPARE;
        for (int block = 0; block < BLOCKS; block++) {
            int from = block * BLOCK;
            if (!addressed.get(block) || !(may || miscompared)) {
                boolean same = Arrays.equals(before, from, from + BLOCK, after, from, from + BLOCK);
                assertThat(same).as("block %s of %s", block, command).isTrue();
            }
        }
    }

    /** The blocks a command may change, worked out without the code under test. */
    private static BitSet addressed(FuzzedCommand command) {
        BitSet blocks = new BitSet();
        byte[] cdb = command.cdb();
        switch (cdb[0] & 0xFF) {
            case 0x0A -> {
                long count = number(cdb, 4, 1);
                add(blocks, number(cdb, 1, 3) & 0x1FFFFF, count == 0 ? 256 : count);
            }
            case 0x2A, 0x2E, 0x41 -> add(blocks, number(cdb, 2, 4), number(cdb, 7, 2));
            case 0xAA, 0xAE -> add(blocks, number(cdb, 2, 4), number(cdb, 6, 4));
            case 0x89 -> add(blocks, number(cdb, 2, 8), number(cdb, 13, 1));
            case 0x48 -> blocks.set(0, BLOCKS);
            case 0x8A, 0x8B, 0x8E, 0x93, 0x9C -> add(blocks, number(cdb, 2, 8), number(cdb, 10, 4));
            case 0x42 -> {
                for (int at = 8; at + 16 <= command.out().length; at += 16) {
                    add(blocks, number(command.out(), at, 8), number(command.out(), at + 8, 4));
                }
            }
            default -> {}
        }
        return blocks;
    }

    private static long number(byte[] bytes, int offset, int length) {
        return new BigInteger(1, Arrays.copyOfRange(bytes, offset, offset + length)).longValue();
    }

    private static void add(BitSet blocks, long lba, long count) {
        if (lba >= 0 && lba <= BLOCKS && count <= BLOCKS - lba) {
            blocks.set((int) lba, (int) (lba + count));
        }
    }
}
