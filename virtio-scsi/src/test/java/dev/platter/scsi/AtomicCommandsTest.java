package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.IoFlags;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** COMPARE AND WRITE and ORWRITE, alone and beside commands of another queue. */
final class AtomicCommandsTest {
    private static final int BLOCK = 512;
    private static final String WRITE_3 = "2a 00 00000003 00 0001 00";
    private final MemoryBackend backend = new MemoryBackend(600).filled();
    private final LogicalUnit unit =
            new LogicalUnit(backend, LogicalUnitOptions.builder().dpofua(true).build());
    private final Initiator one = Initiator.of(unit);
    private final Initiator two = Initiator.of(unit);

    @AfterEach
    void close() {
        backend.automatic = true;
        one.finish();
        two.finish();
        one.close();
        two.close();
    }

    private static String compareAndWrite(int lba, int blocks) {
        return "89 00 %016x 000000 %02x 00 00".formatted(lba, blocks);
    }

    /** What is on the disk, and behind it what is to be there. */
    private byte[] buffer(int lba, int blocks, int fill) {
        byte[] buffer = new byte[2 * blocks * BLOCK];
        System.arraycopy(backend.image, lba * BLOCK, buffer, 0, blocks * BLOCK);
        Arrays.fill(buffer, blocks * BLOCK, buffer.length, (byte) fill);
        return buffer;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 128})
    void equalBlocksAreReplaced(int blocks) {
        byte[] buffer = buffer(3, blocks, 0x5A);
        byte[] expected = backend.image.clone();
        Arrays.fill(expected, 3 * BLOCK, (3 + blocks) * BLOCK, (byte) 0x5A);
        ScsiCommand command = one.run(compareAndWrite(3, blocks), buffer);
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isEqualTo(buffer.length);
        assertThat(backend.image).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 1000, 1023})
    void theFirstDifferenceIsInTheInformationField(int offset) {
        byte[] before = backend.image.clone();
        byte[] buffer = buffer(3, 2, 0x5A);
        buffer[offset] ^= 1;
        ScsiCommand command = one.run(compareAndWrite(3, 2), buffer);
        assertThat(Initiator.outcome(command)).isEqualTo("e/1d/00");
        assertThat(command.sense()[0] & 0xFF).isEqualTo(0xF0);
        assertThat(Cdb.u32(command.sense(), 3)).isEqualTo(offset);
        assertThat(backend.image).isEqualTo(before);
    }

    @Test
    void theInformationFieldHasADescriptorOfItsOwn() {
        byte[] descriptorSense = Initiator.bytes("00000000 0a0a0610 0000000000000000");
        assertThat(one.outcome("15 10 00 00 10 00", descriptorSense)).isEqualTo("GOOD");
        assertThat(two.outcome("00 00 00 00 00 00")).isEqualTo("GOOD");
        byte[] buffer = buffer(3, 1, 0x5A);
        buffer[7] ^= 1;
        ScsiCommand command = one.run(compareAndWrite(3, 1), buffer);
        assertThat(command.senseLengthBytes()).isEqualTo(20);
        byte[] sense = Arrays.copyOf(command.sense(), 20);
        assertThat(sense)
                .isEqualTo(Initiator.bytes("72 0e 1d 00 000000 0c 00 0a 80 00 0000000000000007"));
        assertThat(Initiator.outcome(one.run("28 00 00000258 00 0001 00", BLOCK)))
                .isEqualTo("d 5/21/00");
    }

    @ParameterizedTest
    @CsvSource({
        "89 00 0000000000000003 000000 00 00 00, 0, GOOD",
        "89 00 0000000000000003 000000 01 00 00, 1023, OVERRUN",
        "89 20 0000000000000003 000000 01 00 00, 1024, 5/24/00",
        "89 00 0000000000000000 000000 81 00 00, 1024, 5/24/00",
        "89 00 0000000000000258 000000 01 00 00, 1024, 5/21/00",
        "89 00 ffffffffffffffff 000000 01 00 00, 1024, 5/21/00",
        "8b 00 0000000000000258 00000001 00 00, 512, 5/21/00",
        "8b 20 0000000000000000 00000001 00 00, 512, 5/24/00",
        "8b 00 0000000000000000 00000002 00 00, 1023, OVERRUN",
        "8b 00 0000000000000000 00000000 00 00, 0, GOOD",
        "9c 00 0000000000000000 0000 0001 00 00, 512, 5/20/00"
    })
    void wrongOnesAreRefusedAndChangeNothing(String cdb, int bytes, String outcome) {
        byte[] before = backend.image.clone();
        assertThat(one.outcome(cdb, new byte[bytes])).isEqualTo(outcome);
        assertThat(backend.image).isEqualTo(before);
    }

    @Test
    void theWriteIsDurableAsTheCommandAndTheModeSay() {
        one.run(compareAndWrite(3, 1), buffer(3, 1, 1));
        one.run("89 08 0000000000000003 000000 01 00 00", buffer(3, 1, 2));
        one.run("8b 08 0000000000000003 00000001 00 00", new byte[BLOCK]);
        assertThat(backend.log())
                .containsExactly(
                        "READ 1536+512",
                        "WRITE 1536+512",
                        "READ 1536+512",
                        "WRITE 1536+512 FUA",
                        "READ 1536+512",
                        "WRITE 1536+512 FUA");
    }

    @Test
    void orWriteOrs() {
        byte[] bits = new byte[300 * BLOCK];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) (i * 5);
        }
        byte[] expected = backend.image.clone();
        for (int i = 0; i < bits.length; i++) {
            expected[7 * BLOCK + i] |= bits[i];
        }
        ScsiCommand command = one.run("8b 00 0000000000000007 0000012c 00 00", bits);
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(backend.image).isEqualTo(expected);
    }

    /**
     * Two queues, each on a thread of its own, count in one block by COMPARE AND WRITE, and write
     * another with plain writes: no count is lost.
     */
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void twoQueuesCountWithoutLosingOne() throws Exception {
        MemoryBackend disk = new MemoryBackend(8);
        LogicalUnit counted = new LogicalUnit(disk, LogicalUnitOptions.builder().build());
        int rounds = 1000;
        Callable<Integer> counter =
                () -> {
                    int done = 0;
                    try (Initiator initiator = Initiator.of(counted)) {
                        for (int i = 0; i < rounds; i++) {
                            initiator.run("28 00 00000002 00 0001 00", BLOCK);
                            byte[] both = Arrays.copyOf(initiator.dataIn(0), 2 * BLOCK);
                            Cdb.putU32(both, BLOCK, Cdb.u32(both, 0) + 1);
                            initiator.start(1, Initiator.bytes(WRITE_3), new byte[BLOCK], 0);
                            String outcome =
                                    Initiator.outcome(initiator.run(compareAndWrite(2, 1), both));
                            initiator.finish();
                            assertThat(outcome).isIn("GOOD", "e/1d/00");
                            done += outcome.equals("GOOD") ? 1 : 0;
                        }
                    }
                    return done;
                };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> first = threads.submit(counter);
            Future<Integer> second = threads.submit(counter);
            int done = first.get() + second.get();
            assertThat(done).isGreaterThan(rounds / 10);
            assertThat(Cdb.u32(disk.image, 2 * BLOCK)).isEqualTo(done);
        } finally {
            threads.shutdownNow();
        }
    }

    private void start(Initiator initiator, int slot, String cdb, byte[] out) {
        initiator.start(slot, Initiator.bytes(cdb), out, 0);
    }

    private void pollBoth() {
        for (int i = 0; i < 4; i++) {
            one.queue.poll();
            two.queue.poll();
        }
    }

    @Test
    void aWriteInFlightElsewhereIsWaitedFor() {
        backend.automatic = false;
        start(one, 0, "2a 00 00000003 00 0001 00", new byte[BLOCK]);
        start(two, 0, compareAndWrite(3, 1), buffer(3, 1, 9));
        pollBoth();
        assertThat(backend.log()).containsExactly("WRITE 1536+512");
        assertThat(two.queue.mustPoll()).isTrue();
        backend.release(backend.pending.get(0));
        pollBoth();
        assertThat(backend.log()).containsExactly("WRITE 1536+512", "READ 1536+512");
        backend.automatic = true;
        two.finish();
        assertThat(Initiator.outcome(two.commands[0])).isEqualTo("e/1d/00");
    }

    @Test
    void overlappingCommandsWaitAndOthersDoNot() {
        byte[] buffer = buffer(3, 2, 9);
        backend.automatic = false;
        start(one, 0, compareAndWrite(3, 2), buffer);
        start(two, 0, "2a 00 00000004 00 0001 00", new byte[BLOCK]);
        start(two, 1, "2a 00 00000005 00 0001 00", new byte[BLOCK]);
        two.start(2, Initiator.bytes("28 00 00000002 00 0002 00"), new byte[0], 2 * BLOCK);
        pollBoth();
        assertThat(backend.log()).containsExactly("READ 1536+1024", "WRITE 2560+512");
        backend.release(backend.pending.get(0));
        one.queue.poll();
        pollBoth();
        assertThat(backend.log()).contains("WRITE 1536+1024").hasSize(3);
        assertThat(two.running[0]).isTrue();
        backend.automatic = true;
        one.finish();
        two.finish();
        assertThat(Initiator.outcome(one.commands[0])).isEqualTo("GOOD");
        byte[] read = two.dataIn(2);
        assertThat(Arrays.copyOfRange(read, BLOCK, 2 * BLOCK)).containsOnly(9);
    }

    @Test
    void ofTwoOnTheSameBlocksOneMiscompares() {
        byte[] buffer = buffer(3, 1, 9);
        start(one, 0, compareAndWrite(3, 1), buffer);
        start(two, 0, compareAndWrite(3, 1), buffer);
        one.finish();
        two.finish();
        assertThat(Initiator.outcome(one.commands[0])).isEqualTo("GOOD");
        assertThat(Initiator.outcome(two.commands[0])).isEqualTo("e/1d/00");
    }

    /**
     * A host that writes 1 to 8 KiB atomically; what it is given is a power of two, in its place.
     */
    @ParameterizedTest
    @CsvSource({
        "9c 00 0000000000000000 0000 0002 00 00, GOOD",
        "9c 08 0000000000000010 0000 0010 00 00, GOOD",
        "9c 00 0000000000000000 0000 0000 00 00, GOOD",
        "9c 00 0000000000000000 0000 0001 00 00, 5/24/00",
        "9c 00 0000000000000001 0000 0002 00 00, 5/24/00",
        "9c 00 0000000000000000 0000 0003 00 00, 5/24/00",
        "9c 00 0000000000000000 0000 0020 00 00, 5/24/00",
        "9c 00 0000000000000000 0002 0002 00 00, 5/24/00",
        "9c 20 0000000000000000 0000 0002 00 00, 5/24/00",
        "9c 00 0000000000000258 0000 0002 00 00, 5/21/00"
    })
    void atomicWritesAreHandedToAHostThatHasThem(String cdb, String outcome) {
        MemoryBackend host =
                new MemoryBackend(600) {
                    @Override
                    public AtomicWriteLimits atomicWrites() {
                        return new AtomicWriteLimits(1024, 8192);
                    }
                };
        try (Initiator initiator = Initiator.of(host, LogicalUnitOptions.builder().build())) {
            initiator.run("12 01 b0 00ff 00", 255);
            assertThat(initiator.received().substring(88, 112))
                    .isEqualTo("00000010" + "00000002" + "00000002");
            assertThat(initiator.outcome(cdb, new byte[32 * BLOCK])).isEqualTo(outcome);
            boolean written = outcome.equals("GOOD") && !cdb.endsWith("0000 0000 00 00");
            assertThat(host.requests).hasSize(written ? 1 : 0);
            boolean fua = cdb.startsWith("9c 08");
            assertThat(host.requests)
                    .allMatch(
                            request -> request.flags == (IoFlags.ATOMIC | (fua ? IoFlags.FUA : 0)));
        }
    }

    /** SAM-5 §8.9: 1 is ORDERED, 2 is HEAD OF QUEUE. */
    @Test
    void anOrderedCommandWaitsForTheEarlierAndHoldsTheLater() {
        backend.automatic = false;
        start(one, 0, "2a 00 00000003 00 0001 00", new byte[BLOCK]);
        ScsiCommand ordered = two.commands[0];
        startWith(two, 0, "2a 00 00000010 00 0001 00", 1);
        start(two, 1, "2a 00 00000020 00 0001 00", new byte[BLOCK]);
        startWith(two, 2, "2a 00 00000030 00 0001 00", 2);
        pollBoth();
        assertThat(backend.log()).containsExactly("WRITE 1536+512", "WRITE 24576+512");
        backend.release(backend.pending.get(0));
        backend.release(backend.pending.get(0));
        pollBoth();
        assertThat(backend.log()).hasSize(3).endsWith("WRITE 8192+512");
        backend.release(backend.pending.get(0));
        pollBoth();
        assertThat(backend.log()).hasSize(4).endsWith("WRITE 16384+512");
        assertThat(Initiator.outcome(ordered)).isEqualTo("GOOD");
    }

    private static void startWith(Initiator initiator, int slot, String cdb, int attribute) {
        initiator.attribute = attribute;
        initiator.start(slot, Initiator.bytes(cdb), new byte[BLOCK], 0);
        initiator.attribute = 0;
    }

    /** ACA, and what is no attribute at all, are a wrong message (SAM-5 §5.7). */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 255, -1})
    void unknownTaskAttributesAreRefused(int attribute) {
        startWith(one, 0, "00 00 00 00 00 00", attribute);
        assertThat(Initiator.outcome(one.commands[0])).isEqualTo("b/49/00");
    }
}
