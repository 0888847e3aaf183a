package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** READ, WRITE, VERIFY and what they have in common. */
final class ReadWriteTest {
    private static final int BLOCK = 512;
    private final MemoryBackend backend = new MemoryBackend(600).filled();
    private Initiator initiator = Initiator.of(backend, LogicalUnitOptions.builder().build());

    @AfterEach
    void close() {
        initiator.close();
    }

    private void with(CacheMode mode) {
        initiator.close();
        backend.requests.clear();
        initiator = Initiator.of(backend, LogicalUnitOptions.builder().cacheMode(mode).build());
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (i * 13 + 5);
        }
        return data;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08 000003 02 00",
                "28 00 00000003 00 0002 00",
                "a8 00 00000003 00000002 00 00",
                "88 00 0000000000000003 00000002 00 00"
            })
    void readsTheAddressedBlocks(String cdb) {
        ScsiCommand command = initiator.run(cdb, 2 * BLOCK);
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isEqualTo(2 * BLOCK);
        assertThat(initiator.dataIn(0))
                .isEqualTo(Arrays.copyOfRange(backend.image, 3 * BLOCK, 5 * BLOCK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0a 000003 02 00",
                "2a 00 00000003 00 0002 00",
                "2e 00 00000003 00 0002 00",
                "aa 00 00000003 00000002 00 00",
                "ae 00 00000003 00000002 00 00",
                "8a 00 0000000000000003 00000002 00 00",
                "8e 00 0000000000000003 00000002 00 00"
            })
    void writesTheAddressedBlocksAndNoOthers(String cdb) {
        byte[] expected = backend.image.clone();
        byte[] data = data(2 * BLOCK);
        System.arraycopy(data, 0, expected, 3 * BLOCK, data.length);
        ScsiCommand command = initiator.run(cdb, data);
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isEqualTo(data.length);
        assertThat(backend.image).isEqualTo(expected);
    }

    @Test
    void sixByteLengthOfZeroIs256Blocks() {
        ScsiCommand command = initiator.run("08 000001 00 00", 256 * BLOCK);
        assertThat(command.transferredBytes()).isEqualTo(256 * BLOCK);
    }

    @Test
    void longerLengthOfZeroTransfersNothing() {
        ScsiCommand command = initiator.run("2a 00 00000001 00 0000 00", data(BLOCK));
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isZero();
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void bufferLongerThanTheTransferMovesOnlyTheTransfer() {
        byte[] expected = backend.image.clone();
        byte[] data = data(4 * BLOCK);
        System.arraycopy(data, 0, expected, 0, 2 * BLOCK);
        ScsiCommand command = initiator.run("2a 00 00000000 00 0002 00", data);
        assertThat(command.transferredBytes()).isEqualTo(2 * BLOCK);
        assertThat(backend.image).isEqualTo(expected);

        initiator.run("28 00 00000000 00 0001 00", 2 * BLOCK);
        byte[] tail = Arrays.copyOfRange(initiator.dataIn(0), BLOCK, 2 * BLOCK);
        assertThat(tail).containsOnly(0xEE);
    }

    @ParameterizedTest
    @CsvSource({
        "28 00 00000000 00 0002 00, 0, 1023",
        "28 00 00000000 00 0002 00, 1024, 0",
        "2a 00 00000000 00 0002 00, 1023, 0",
        "2a 00 00000000 00 0002 00, 0, 1024",
        "2f 02 00000000 00 0002 00, 1023, 0"
    })
    void shortBufferOrWrongDirectionIsAnOverrunAndDoesNothing(String cdb, int out, int in) {
        ScsiCommand command = initiator.run(cdb, new byte[out], in);
        assertThat(command.overrun()).isTrue();
        assertThat(command.transferredBytes()).isZero();
        assertThat(backend.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "28 00 00000257 00 0001 00, 1024, GOOD",
        "28 00 00000258 00 0000 00, 1024, GOOD",
        "28 00 00000259 00 0000 00, 1024, 5/21/00",
        "28 00 00000257 00 0002 00, 1024, 5/21/00",
        "28 00 ffffffff 00 ffff 00, 1024, 5/21/00",
        "88 00 ffffffffffffffff 00000001 00 00, 1024, 5/21/00",
        "88 00 7fffffffffffffff 00000001 00 00, 1024, 5/21/00",
        "88 00 8000000000000000 00000000 00 00, 1024, 5/21/00",
        "28 20 00000000 00 0001 00, 1024, 5/24/00",
        "88 20 0000000000000000 00000001 00 00, 1024, 5/24/00",
        "c0 00 00 00 00 00, 0, 5/20/00",
        "28 00 00000000 00 0001 04, 1024, 5/24/00",
        "9e 13 0000000000000000 00000000 00 00, 1024, 5/24/00"
    })
    void wrongCommandsAreAnsweredBySenseData(String cdb, int in, String outcome) {
        assertThat(initiator.outcome(cdb, in)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "2a 00 00000257 00 0001 00, GOOD",
        "2a 00 00000257 00 0002 00, 5/21/00",
        "2a 20 00000257 00 0002 00, 5/24/00",
        "2e 04 00000000 00 0001 00, 5/24/00",
        "2e 06 00000000 00 0001 00, 5/24/00",
        "2f 00 00000258 00 0001 00, 5/21/00",
        "2f 04 00000000 00 0001 00, 5/24/00",
        "2f 20 00000000 00 0001 00, 5/24/00",
        "35 00 00000258 00 0001 00, 5/21/00",
        "35 02 00000000 00 0000 00, GOOD",
        "91 00 0000000000000000 00000000 00 00, GOOD",
        "91 00 0000000000000259 00000000 00 00, 5/21/00",
        "1b 00 00 00 00 00, GOOD",
        "1b 00 00 00 01 00, GOOD",
        "1b 00 00 00 30 00, GOOD"
    })
    void commandsWithDataOutAreChecked(String cdb, String outcome) {
        assertThat(initiator.outcome(cdb, new byte[2 * BLOCK])).isEqualTo(outcome);
    }

    @Test
    void writesToReadOnlyDiskAreRefusedBeforeAnythingElse() {
        backend.readOnly = true;
        byte[] data = new byte[BLOCK];
        assertThat(initiator.outcome("2a 20 ffffffff 00 0001 00", data)).isEqualTo("7/27/00");
        assertThat(initiator.outcome("41 20 ffffffff 00 0001 00", data)).isEqualTo("7/27/00");
        assertThat(initiator.outcome("42 01 00000000 00 0018 00", data)).isEqualTo("7/27/00");
        assertThat(initiator.outcome("2e 00 00000000 00 0001 00", data)).isEqualTo("7/27/00");
        assertThat(initiator.outcome("35 00 00000000 00 0000 00")).isEqualTo("GOOD");
        assertThat(backend.requests).isEmpty();
        assertThat(initiator.outcome("28 08 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
        assertThat(backend.log()).containsExactly("READ 0+512");
    }

    @Test
    void fuaGoesToTheBackendWhenTheCacheIsOn() {
        initiator.run("2a 00 00000000 00 0001 00", data(BLOCK));
        initiator.run("2a 08 00000001 00 0001 00", data(BLOCK));
        initiator.run("0a 080002 01 00", data(BLOCK));
        assertThat(backend.log())
                .startsWith("WRITE 0+512", "WRITE 512+512 FUA")
                .doesNotContain("WRITE 1024+512 FUA");
    }

    @Test
    void everyWriteIsDurableWhenTheCacheIsOff() {
        with(CacheMode.WRITETHROUGH);
        initiator.run("2a 00 00000000 00 0001 00", data(BLOCK));
        initiator.run("93 01 0000000000000002 00000001 00 00");
        initiator.run("93 09 0000000000000003 00000001 00 00");
        initiator.run("41 00 00000004 00 0001 00", data(BLOCK));
        initiator.run(
                "42 00 00000000 00 0018 00",
                Initiator.bytes("0016 0010 00000000 0000000000000005 00000001 00000000"));
        assertThat(backend.log())
                .containsExactly(
                        "WRITE 0+512 FUA",
                        "ZEROES 1024+512 FUA",
                        "ZEROES 1536+512 FUA UNMAP",
                        "WRITE 2048+512 FUA",
                        "DISCARD 2560+512 FUA");
        assertThat(backend.stable).isEqualTo(backend.image);
    }

    @Test
    void unsafeModeStripsFuaAndAnswersFlushesItself() {
        with(CacheMode.UNSAFE);
        initiator.run("2a 08 00000000 00 0001 00", data(BLOCK));
        assertThat(initiator.outcome("35 00 00000000 00 0000 00")).isEqualTo("GOOD");
        assertThat(initiator.outcome("28 08 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
        assertThat(initiator.outcome("1b 00 00 00 00 00")).isEqualTo("GOOD");
        assertThat(backend.log()).containsExactly("WRITE 0+512", "READ 0+512");
    }

    @Test
    void fuaReadFlushesFirst() {
        assertThat(initiator.outcome("28 08 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
        assertThat(backend.log()).containsExactly("FLUSH", "READ 0+512");
    }

    @Test
    void transferBeyondTheBackendsMaximumIsSplit() {
        backend.limits = new BlockLimits(512, 1300, 512, 0, 4096, 1 << 20, true);
        with(CacheMode.WRITETHROUGH);
        byte[] data = data(5 * BLOCK);
        assertThat(initiator.outcome("2a 00 00000001 00 0005 00", data)).isEqualTo("GOOD");
        assertThat(backend.log())
                .containsExactly("WRITE 512+1024 FUA", "WRITE 1536+1024 FUA", "WRITE 2560+512 FUA");
        initiator.run("28 00 00000001 00 0005 00", 5 * BLOCK);
        assertThat(initiator.dataIn(0)).isEqualTo(data);
    }

    @Test
    void errorOfTheBackendBecomesSenseDataAndStopsTheCommand() {
        backend.limits = new BlockLimits(512, 512, 512, 0, 4096, 1 << 20, true);
        with(CacheMode.WRITEBACK);
        backend.errno = Errno.ENOSPC;
        backend.failAfter = 1;
        ScsiCommand command = initiator.run("2a 00 00000000 00 0003 00", data(3 * BLOCK));
        assertThat(Initiator.outcome(command)).isEqualTo("7/27/07");
        assertThat(command.transferredBytes()).isZero();
        assertThat(backend.requests).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "33, STATUS 40", "52, STATUS 24", "19, 4/44/00", "121, 4/44/00", "12, 4/44/00",
        "61, 3/11/00", "123, 2/3a/00", "22, 5/24/00", "28, 7/27/07", "122, 7/27/07",
        "30, 7/27/00", "5, b/00/06", "11, b/00/06", "9999, b/00/06"
    })
    void errnoHasItsSense(int errno, String outcome) {
        backend.errno = errno;
        assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo(outcome);
    }

    @Test
    void senseDataIsFixedFormat() {
        ScsiCommand command = initiator.run("ff");
        assertThat(command.senseLengthBytes()).isEqualTo(18);
        assertThat(Arrays.copyOf(command.sense(), 18))
                .isEqualTo(Initiator.bytes("70 00 05 00000000 0a 00000000 20 00 00000000"));
    }

    @Test
    void refusedRequestIsSubmittedAgain() {
        backend.refuseNext = true;
        assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
    }

    @Test
    void verifyComparesWithTheMedium() {
        byte[] same = Arrays.copyOfRange(backend.image, BLOCK, 3 * BLOCK);
        byte[] other = same.clone();
        other[BLOCK + 17] ^= 1;
        for (String cdb :
                List.of(
                        "2f 02 00000001 00 0002 00",
                        "af 02 00000001 00000002 00 00",
                        "8f 02 0000000000000001 00000002 00 00")) {
            assertThat(initiator.outcome(cdb, same)).isEqualTo("GOOD");
            assertThat(initiator.outcome(cdb, other)).isEqualTo("e/1d/00");
        }
        assertThat(initiator.outcome("2f 00 00000001 00 0002 00")).isEqualTo("GOOD");
        assertThat(backend.log()).startsWith("FLUSH", "READ 512+1024");
    }

    @Test
    void verifyOfLongRangeComparesAllOfIt() {
        byte[] data = Arrays.copyOfRange(backend.image, 0, 500 * BLOCK);
        assertThat(initiator.outcome("2f 02 00000000 00 01f4 00", data)).isEqualTo("GOOD");
        data[data.length - 1] ^= 1;
        assertThat(initiator.outcome("2f 02 00000000 00 01f4 00", data)).isEqualTo("e/1d/00");
    }

    @Test
    void verifyWithOneBlockComparesEachBlockWithIt() {
        byte[] block = data(BLOCK);
        initiator.run("41 00 00000001 00 0005 00", block);
        assertThat(initiator.outcome("2f 06 00000001 00 0005 00", block)).isEqualTo("GOOD");
        assertThat(initiator.outcome("2f 06 00000001 00 0006 00", block)).isEqualTo("e/1d/00");
        assertThat(initiator.outcome("2f 06 00000000 00 0006 00", block)).isEqualTo("e/1d/00");
    }

    @Test
    void writeAndVerifyWritesDurablyAndReadsBack() {
        byte[] data = data(BLOCK);
        assertThat(initiator.outcome("2e 02 00000001 00 0001 00", data)).isEqualTo("GOOD");
        assertThat(backend.log()).containsExactly("WRITE 512+512 FUA", "READ 512+512");
    }

    @Test
    void moreVerifiesThanScratchBuffersAllEnd() {
        backend.automatic = false;
        for (int slot = 0; slot < Initiator.SLOTS; slot++) {
            initiator.start(slot, Initiator.bytes("2f 00 00000001 00 0002 00"), new byte[0], 0);
        }
        assertThat(initiator.queue.inFlight()).isEqualTo(Initiator.SLOTS);
        assertThat(backend.pending).hasSize(4);
        backend.automatic = true;
        initiator.finish();
        for (ScsiCommand command : initiator.commands) {
            assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        }
    }
}
