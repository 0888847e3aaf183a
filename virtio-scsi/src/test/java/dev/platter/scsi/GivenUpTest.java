package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.Extent;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Commands given up before the unit's {@link MediumGate}, behind it, and while a thread of the unit
 * works for them: each ends once, and nobody in line waits for it any more.
 */
final class GivenUpTest {
    private static final int BLOCK = 512;
    private static final int ORDERED = 1;
    private static final String WRITE_3 = "2a 00 00000003 00 0001 00";
    private static final String WRITE_16 = "2a 00 00000010 00 0001 00";
    private static final String COMPARE_AND_WRITE_3 = "89 00 0000000000000003 000000 01 00 00";
    private static final String MODE_SELECT = "15 10 00 00 18 00";

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);

    /** A disk whose host takes its time to tell where there is space. */
    private final MemoryBackend backend =
            new MemoryBackend(64) {
                @Override
                public Extent extentAt(long offsetBytes) {
                    asked.countDown();
                    try {
                        answer.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return new Extent(sizeBytes() - offsetBytes, true);
                }
            };

    private final LogicalUnit unit =
            new LogicalUnit(backend.filled(), LogicalUnitOptions.builder().build());
    private final Initiator one = Initiator.of(unit);
    private final Initiator two = Initiator.of(unit);

    @AfterEach
    void close() {
        answer.countDown();
        backend.automatic = true;
        one.finish();
        two.finish();
        one.close();
        two.close();
    }

    private static ScsiCommand start(Initiator initiator, int slot, String cdb, byte[] out) {
        return initiator.start(slot, Initiator.bytes(cdb), out, 0);
    }

    private static ScsiCommand startOrdered(Initiator initiator, int slot, String cdb) {
        initiator.attribute = ORDERED;
        ScsiCommand command = start(initiator, slot, cdb, new byte[BLOCK]);
        initiator.attribute = 0;
        return command;
    }

    /** What is in block 3, and behind it what is to be there. */
    private byte[] replacement() {
        byte[] both = new byte[2 * BLOCK];
        System.arraycopy(backend.image, 3 * BLOCK, both, 0, BLOCK);
        Arrays.fill(both, BLOCK, both.length, (byte) 0x5A);
        return both;
    }

    private void releaseFirst() {
        backend.release(backend.pending.get(0));
        one.queue.poll();
        two.queue.poll();
    }

    @Test
    void whoWaitsForARangeEndsAtOnceAndAsksTheHostForNothing() {
        backend.automatic = false;
        start(one, 0, WRITE_3, new byte[BLOCK]);
        ScsiCommand waiting = start(two, 0, COMPARE_AND_WRITE_3, replacement());
        ScsiCommand behind = start(two, 1, WRITE_3, new byte[BLOCK]);
        assertThat(backend.log()).containsExactly("WRITE 1536+512");

        two.queue.abort(waiting);
        assertThat(two.running[0]).isFalse();
        assertThat(waiting.aborted()).isTrue();
        two.queue.poll();
        assertThat(backend.log()).containsExactly("WRITE 1536+512", "WRITE 1536+512");

        backend.automatic = true;
        one.finish();
        two.finish();
        assertThat(behind.aborted()).isFalse();
        assertThat(Initiator.outcome(behind)).isEqualTo("GOOD");
        assertThat(backend.requests).hasSize(2);
    }

    @Test
    void anOrderedCommandThatIsGivenUpHoldsNobodyBack() {
        backend.automatic = false;
        start(one, 0, WRITE_3, new byte[BLOCK]);
        ScsiCommand ordered = startOrdered(two, 0, WRITE_16);
        start(two, 1, "2a 00 00000020 00 0001 00", new byte[BLOCK]);
        two.queue.poll();
        assertThat(backend.log()).containsExactly("WRITE 1536+512");
        two.queue.abort(ordered);
        assertThat(ordered.aborted()).isTrue();
        two.queue.poll();
        assertThat(backend.log()).containsExactly("WRITE 1536+512", "WRITE 16384+512");
    }

    @Test
    void whoHoldsARangeWritesNothingMoreAndLetsTheNextIn() {
        byte[] before = backend.image.clone();
        backend.automatic = false;
        ScsiCommand holder = start(one, 0, COMPARE_AND_WRITE_3, replacement());
        ScsiCommand next = start(two, 0, COMPARE_AND_WRITE_3, replacement());
        one.queue.abort(holder);
        assertThat(one.running[0]).isTrue(); // Its read is the backend's.
        releaseFirst();
        assertThat(holder.aborted()).isTrue();
        assertThat(backend.log()).containsExactly("READ 1536+512", "READ 1536+512");
        assertThat(backend.image).isEqualTo(before);
        backend.automatic = true;
        two.finish();
        assertThat(Initiator.outcome(next)).isEqualTo("GOOD");
    }

    /** A command that never began has nothing to take back, whatever its slot did before. */
    @Test
    void aModeSelectGivenUpInLineLeavesTheWriteCacheOff() {
        byte[] cacheOff = Initiator.bytes("00000000 0812 00" + "00".repeat(17));
        start(two, 0, MODE_SELECT, cacheOff);
        two.finish();
        assertThat(Initiator.outcome(two.commands[0])).isEqualTo("GOOD");
        assertThat(unit.writeCacheEnabled()).isFalse();

        backend.automatic = false;
        startOrdered(one, 0, WRITE_3);
        ScsiCommand waiting = start(two, 0, MODE_SELECT, cacheOff);
        assertThat(two.running[0]).isTrue();
        two.queue.abort(waiting);
        assertThat(waiting.aborted()).isTrue();
        assertThat(unit.writeCacheEnabled()).isFalse();
    }

    /** There is no request to cancel: what the unit's thread does is waited for. */
    @Test
    void workInTheBackgroundIsWaitedFor() throws InterruptedException {
        ScsiCommand command =
                one.start(
                        0,
                        Initiator.bytes("9e 12 0000000000000000 000000ff 00 00"),
                        new byte[0],
                        255);
        asked.await();
        one.queue.abort(command);
        one.queue.poll();
        assertThat(one.running[0]).isTrue();
        answer.countDown();
        one.finish();
        assertThat(command.aborted()).isFalse();
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        ScsiCommand ordered = startOrdered(two, 0, WRITE_16);
        two.finish();
        assertThat(Initiator.outcome(ordered)).isEqualTo("GOOD");
    }
}
