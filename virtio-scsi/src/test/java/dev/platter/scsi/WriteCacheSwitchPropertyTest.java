package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/**
 * The promise of WCE=0, whatever the order: when GOOD for the switch was delivered, and no switch
 * on overlapped it, every write acknowledged by then is durable; and while it holds, every write is
 * durable when it is acknowledged.
 */
final class WriteCacheSwitchPropertyTest {
    private static final int BLOCK = 512;
    private static final int BLOCKS = 256;

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void nothingAcknowledgedIsVolatileOnceTheCacheIsOff(
            @ForAll boolean writeback,
            @ForAll @Size(max = 80)
                    List<@From(supplier = SwitchStep.Supplier.class) SwitchStep> steps) {
        Run run = new Run(writeback ? CacheMode.WRITEBACK : CacheMode.WRITETHROUGH);
        steps.forEach(run::step);
        run.finish();
    }

    /** One interleaving: two initiators of one unit, and what they have been told. */
    private static final class Run {
        private static final int NO_BLOCK = -1;

        private final MemoryBackend backend = new MemoryBackend(BLOCKS).filled();
        private final Initiator[] initiators = new Initiator[2];
        private final int[][] blockOf = new int[2][Initiator.SLOTS];
        private final int[][] switchesOnAtStart = new int[2][Initiator.SLOTS];
        private final List<Integer> acknowledged = new ArrayList<>();
        private int nextBlock;
        private int switchesOn;
        private boolean promised;

        Run(CacheMode mode) {
            LogicalUnitOptions options = LogicalUnitOptions.builder().cacheMode(mode).build();
            ScsiTarget target = new ScsiTarget(Map.of(0, new LogicalUnit(backend, options)));
            for (int i = 0; i < 2; i++) {
                int queue = i;
                initiators[i] = new Initiator(target);
                initiators[i].run("00 00 00 00 00 00");
                initiators[i].listener = command -> ended(queue, command);
            }
            backend.automatic = false;
            promised = !mode.writeback();
        }

        void step(SwitchStep step) {
            Initiator initiator = initiators[step.queue()];
            int slot = freeSlot(initiator);
            switch (step.action()) {
                case POLL -> initiator.queue.poll();
                case RELEASE -> release(step.pick(), 0);
                case RELEASE_WITH_ERROR -> release(step.pick(), Errno.EIO);
                default -> {
                    if (slot < Initiator.SLOTS && nextBlock < BLOCKS) {
                        start(step.action(), step.queue(), slot);
                    }
                }
            }
        }

        private static int freeSlot(Initiator initiator) {
            int slot = 0;
            while (slot < Initiator.SLOTS && initiator.running[slot]) {
                slot++;
            }
            return slot;
        }

        private void release(int pick, int errno) {
            if (!backend.pending.isEmpty()) {
                backend.release(backend.pending.get(pick % backend.pending.size()), errno);
            }
        }

        private void start(SwitchStep.Action action, int queue, int slot) {
            boolean write = action.compareTo(SwitchStep.Action.SWITCH_OFF) < 0;
            int block = write ? nextBlock++ : NO_BLOCK;
            blockOf[queue][slot] = block;
            if (action == SwitchStep.Action.SWITCH_ON) {
                switchesOn++;
                promised = false;
            }
            switchesOnAtStart[queue][slot] =
                    action == SwitchStep.Action.SWITCH_OFF ? switchesOn : NO_BLOCK;
            String lba = "%08x".formatted(Math.max(block, 0));
            byte[] data = new byte[BLOCK];
            Arrays.fill(data, (byte) 0xA5);
            Initiator initiator = initiators[queue];
            switch (action) {
                case WRITE -> initiator.start(slot, cdb("2a 00 " + lba + " 00 0001 00"), data, 0);
                case FUA_WRITE ->
                        initiator.start(slot, cdb("2a 08 " + lba + " 00 0001 00"), data, 0);
                case ZERO ->
                        initiator.start(
                                slot,
                                cdb("93 01 00000000" + lba + "00000001 00 00"),
                                new byte[0],
                                0);
                case UNMAP -> {
                    byte[] list = cdb("0016 0010 00000000 00000000" + lba + "00000001 00000000");
                    initiator.start(slot, cdb("42 00 00000000 00 0018 00"), list, 0);
                }
                default -> {
                    String wce = action == SwitchStep.Action.SWITCH_ON ? "04" : "00";
                    byte[] page = cdb("00000000 0812" + wce + "00".repeat(17));
                    initiator.start(slot, cdb("15 10 00 00 18 00"), page, 0);
                }
            }
        }

        private static byte[] cdb(String hex) {
            return Initiator.bytes(hex);
        }

        private void ended(int queue, ScsiCommand command) {
            if (command.status() != ScsiStatus.GOOD) {
                return;
            }
            int block = blockOf[queue][command.slot()];
            if (block != NO_BLOCK) {
                acknowledged.add(block);
            }
            if (switchesOnAtStart[queue][command.slot()] == switchesOn && block == NO_BLOCK) {
                promised = true;
                acknowledged.forEach(this::checkDurable);
            } else if (promised && block != NO_BLOCK) {
                checkDurable(block);
            }
        }

        private void checkDurable(int block) {
            assertThat(backend.isStable((long) block * BLOCK, BLOCK))
                    .as("block %s after %s", block, backend.log())
                    .isTrue();
        }

        void finish() {
            backend.automatic = true;
            for (Initiator initiator : initiators) {
                initiator.finish();
                initiator.close();
            }
        }
    }
}
