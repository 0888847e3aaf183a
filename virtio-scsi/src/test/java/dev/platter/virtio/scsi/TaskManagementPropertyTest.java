package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Commands and functions in any order, on a disk that holds and gives up what it likes: each is
 * answered once, and behind a function's answer none of its tasks is left, nor touches the disk.
 */
class TaskManagementPropertyTest {
    private static final int UNANSWERED = 0x55;
    private static final int BLOCK = 512;
    private static final int[] FUNCTIONS = {
        VirtioScsi.TMF_ABORT_TASK,
        VirtioScsi.TMF_ABORT_TASK_SET,
        VirtioScsi.TMF_CLEAR_TASK_SET,
        VirtioScsi.TMF_I_T_NEXUS_RESET,
        VirtioScsi.TMF_LOGICAL_UNIT_RESET
    };

    /** A command that was sent; each write has a block to itself. */
    private record Sent(Driver driver, Request request, long tag, int block, byte value) {}

    /** A function that was sent, and the commands of its tasks then. */
    private record Function(int number, long response, List<Sent> tasks) {}

    private static final class Guest {
        final Random random;
        final Rig rig;
        final List<Driver> queues;
        final Driver control;
        final Map<Integer, Sent> inFlight = new HashMap<>();
        final List<Function> functions = new ArrayList<>();

        /** Blocks whose write was given up or has failed, and what they held at their end. */
        final Map<Integer, Byte> settled = new HashMap<>();

        int nextBlock;
        int aborted;

        Guest(Rig rig, Random random) {
            this.rig = rig;
            this.random = random;
            queues = List.of(rig.requests(2, Rig.FEATURES), rig.requests(3, Rig.FEATURES));
            control = rig.control();
            rig.disk.cancels = tag -> random.nextInt(3) > 0;
        }

        private int key(Driver driver, int head) {
            return queues.indexOf(driver) * 1000 + head;
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> send();
                case 3 -> manage();
                case 4 -> rig.disk.held = random.nextInt(4) > 0;
                case 5 -> rig.disk.refusesRequests = random.nextInt(4) == 0;
                case 6, 7, 8 -> process(queues.get(random.nextInt(2)));
                default -> control.handler.process();
            }
            collect();
        }

        private void process(Driver driver) {
            driver.handler.process();
        }

        private void send() {
            Driver driver = queues.get(random.nextInt(2));
            if (inFlight.size() > 30) {
                return;
            }
            long tag = random.nextInt(4);
            int block = nextBlock++;
            byte value = (byte) (1 + random.nextInt(100));
            byte[] data = new byte[random.nextInt(3) == 0 ? 0 : BLOCK];
            Arrays.fill(data, value);
            byte[] cdb = data.length > 0 ? Cdbs.write10(block, 1) : Cdbs.verify10(block, 1);
            Request request = driver.send(0, 0, tag, cdb, data, 0);
            inFlight.put(
                    key(driver, request.head()),
                    new Sent(driver, request, tag, data.length > 0 ? block : -1, value));
        }

        private void manage() {
            if (functions.size() > 4) {
                return;
            }
            int number = FUNCTIONS[random.nextInt(FUNCTIONS.length)];
            long tag = random.nextInt(4);
            List<Sent> tasks = new ArrayList<>();
            for (Sent sent : inFlight.values()) {
                if (number != VirtioScsi.TMF_ABORT_TASK || sent.tag == tag) {
                    tasks.add(sent);
                }
            }
            functions.add(new Function(number, control.manage(number, 0, 0, tag), tasks));
        }

        void collect() {
            for (Driver driver : queues) {
                GuestRing.Used used;
                while ((used = driver.ring.takeUsed()) != null) {
                    Sent sent = inFlight.remove(key(driver, used.head()));
                    assertThat(sent).as("answered once").isNotNull();
                    ended(sent);
                }
            }
            while (control.ring.takeUsed() != null) {}
            functions.removeIf(this::answered);
        }

        private void ended(Sent sent) {
            int code = sent.request.code();
            assertThat(code).isIn(VirtioScsi.S_OK, VirtioScsi.S_ABORTED, VirtioScsi.S_RESET);
            if (code != VirtioScsi.S_OK) {
                aborted++;
            }
            if (sent.block >= 0) {
                byte now = content(sent.block);
                if (code == VirtioScsi.S_OK && sent.request.status() == 0) {
                    assertThat(now).isEqualTo(sent.value);
                }
                settled.put(sent.block, now);
            }
        }

        private byte content(int block) {
            return rig.disk.content.get(ValueLayout.JAVA_BYTE, (long) block * BLOCK);
        }

        private boolean answered(Function function) {
            int answer = Byte.toUnsignedInt(rig.memory.read(function.response, 1)[0]);
            if (answer == UNANSWERED) {
                return false;
            }
            assertThat(answer).isEqualTo(VirtioScsi.S_OK);
            assertThat(function.tasks).noneMatch(inFlight::containsValue);
            return true;
        }

        void finish() {
            rig.disk.held = false;
            rig.disk.refusesRequests = false;
            for (int i = 0; i < 4; i++) {
                control.run();
                queues.forEach(Driver::run);
            }
            control.run();
            collect();
            assertThat(inFlight).isEmpty();
            assertThat(functions).isEmpty();
            settled.forEach(
                    (block, value) ->
                            assertThat(content(block)).as("block %d", block).isEqualTo(value));
            assertThat(control.handler.inFlight()).isZero();
        }
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void nothingOfATaskIsLeftBehindTheAnswer(@ForAll long seed) {
        try (Rig rig = new Rig()) {
            Guest guest = new Guest(rig, new Random(seed));
            for (int i = 0; i < 300; i++) {
                guest.step();
            }
            guest.finish();
            assertThat(guest.aborted).isPositive();
        }
    }
}
