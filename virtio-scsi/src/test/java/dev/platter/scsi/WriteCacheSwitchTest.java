package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.Errno;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MODE SELECT of WCE while writes are in flight on another queue: who waits for what. */
final class WriteCacheSwitchTest {
    private static final int BLOCK = 512;
    private static final byte[] OFF = Initiator.bytes("00000000 0812 00" + "00".repeat(17));
    private static final byte[] ON = Initiator.bytes("00000000 0812 04" + "00".repeat(17));
    private static final byte[] SELECT = Initiator.bytes("15 10 00 00 18 00");

    private final MemoryBackend backend = new MemoryBackend(64);
    private final LogicalUnit unit = new LogicalUnit(backend, LogicalUnitOptions.builder().build());
    private final ScsiTarget target = new ScsiTarget(Map.of(0, unit));
    private final Initiator writer = new Initiator(target);
    private final Initiator switcher = new Initiator(target);

    @BeforeEach
    void seeAttention() {
        writer.run("00 00 00 00 00 00");
        backend.automatic = false;
    }

    @AfterEach
    void close() {
        backend.automatic = true;
        backend.errno = 0;
        writer.finish();
        switcher.finish();
        writer.close();
        switcher.close();
    }

    private static byte[] write(int lba) {
        return Initiator.bytes("2a 00 000000%02x 00 0001 00".formatted(lba));
    }

    private ScsiCommand startWrite(int slot, int lba) {
        byte[] data = new byte[BLOCK];
        Arrays.fill(data, (byte) (lba + 1));
        return writer.start(slot, write(lba), data, 0);
    }

    private void release(String request, int errno) {
        backend.release(
                backend.pending.stream()
                        .filter(r -> r.toString().equals(request))
                        .findFirst()
                        .orElseThrow(),
                errno);
        writer.queue.poll();
        switcher.queue.poll();
    }

    private void release(String request) {
        release(request, 0);
    }

    @Test
    void writeThatCompletesBeforeTheSwitchIsCoveredByTheSwitchsFlush() {
        startWrite(0, 1);
        release("WRITE 512+512");
        assertThat(writer.running[0]).isFalse();
        switcher.start(0, SELECT, OFF, 0);
        assertThat(backend.isStable(BLOCK, BLOCK)).isFalse();
        assertThat(switcher.running[0]).isTrue();
        release("FLUSH");
        assertThat(switcher.running[0]).isFalse();
        assertThat(backend.isStable(BLOCK, BLOCK)).isTrue();
    }

    @Test
    void writeInFlightAtTheSwitchFlushesBeforeItIsAcknowledged() {
        ScsiCommand command = startWrite(0, 1);
        switcher.start(0, SELECT, OFF, 0);
        release("FLUSH");
        assertThat(switcher.running[0]).isFalse();
        release("WRITE 512+512");
        assertThat(writer.running[0]).as("still in flight").isTrue();
        assertThat(backend.isStable(BLOCK, BLOCK)).isFalse();
        release("FLUSH");
        assertThat(writer.running[0]).isFalse();
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isEqualTo(BLOCK);
        assertThat(backend.isStable(BLOCK, BLOCK)).isTrue();
    }

    @Test
    void writeStartedDuringTheSwitchIsDurableByItself() {
        switcher.start(0, SELECT, OFF, 0);
        startWrite(0, 2);
        assertThat(backend.log()).containsExactly("FLUSH", "WRITE 1024+512 FUA");
        release("WRITE 1024+512 FUA");
        assertThat(writer.running[0]).isFalse();
        assertThat(backend.isStable(2 * BLOCK, BLOCK)).isTrue();
    }

    @Test
    void switchOnIsImmediateAndAsksNothing() {
        switcher.start(0, SELECT, OFF, 0);
        release("FLUSH");
        switcher.start(0, SELECT, ON, 0);
        assertThat(switcher.running[0]).isFalse();
        assertThat(unit.writeCacheEnabled()).isTrue();
        startWrite(0, 2);
        assertThat(backend.log()).containsExactly("FLUSH", "WRITE 1024+512");
    }

    @Test
    void failedFlushFailsTheSwitchAndTheCacheIsOnAgain() {
        ScsiCommand command = switcher.start(0, SELECT, OFF, 0);
        assertThat(unit.writeCacheEnabled()).isFalse();
        release("FLUSH", Errno.EIO);
        assertThat(Initiator.outcome(command)).isEqualTo("b/00/06");
        assertThat(unit.writeCacheEnabled()).isTrue();
    }

    @Test
    void failedFlushOfOneSwitchDoesNotUndoAnotherThatSucceeds() {
        ScsiCommand first = switcher.start(0, SELECT, OFF, 0);
        ScsiCommand second = writer.start(7, SELECT, OFF, 0);
        release("FLUSH", Errno.EIO);
        release("FLUSH");
        assertThat(Initiator.outcome(first)).isEqualTo("b/00/06");
        assertThat(Initiator.outcome(second)).isEqualTo("GOOD");
        assertThat(unit.writeCacheEnabled()).isFalse();
    }

    @Test
    void writeWhoseOwnFlushFailsIsNotAcknowledgedAsGood() {
        ScsiCommand command = startWrite(0, 1);
        switcher.start(0, SELECT, OFF, 0);
        release("FLUSH");
        release("WRITE 512+512");
        release("FLUSH", Errno.EIO);
        assertThat(writer.running[0]).isFalse();
        assertThat(Initiator.outcome(command)).isEqualTo("b/00/06");
    }

    @Test
    void writeSameAndUnmapInFlightAreJudgedTwiceToo() {
        writer.start(0, Initiator.bytes("93 01 0000000000000003 00000001 00 00"), new byte[0], 0);
        byte[] list = Initiator.bytes("0016 0010 00000000 0000000000000005 00000001 00000000");
        writer.start(1, Initiator.bytes("42 00 00000000 00 0018 00"), list, 0);
        switcher.start(0, SELECT, OFF, 0);
        release("FLUSH");
        release("ZEROES 1536+512");
        release("DISCARD 2560+512");
        assertThat(writer.running[0]).isTrue();
        assertThat(writer.running[1]).isTrue();
        release("FLUSH");
        release("FLUSH");
        assertThat(writer.running[0]).isFalse();
        assertThat(writer.running[1]).isFalse();
    }

    @Test
    void fuaWriteInFlightAtTheSwitchNeedsNoFlush() {
        writer.start(0, Initiator.bytes("2a 08 00000001 00 0001 00"), new byte[BLOCK], 0);
        switcher.start(0, SELECT, OFF, 0);
        release("FLUSH");
        release("WRITE 512+512 FUA");
        assertThat(writer.running[0]).isFalse();
        assertThat(backend.pending).isEmpty();
    }
}
