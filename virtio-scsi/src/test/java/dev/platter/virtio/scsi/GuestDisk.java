package dev.platter.virtio.scsi;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.Broken;
import dev.platter.conformance.Fault;
import dev.platter.conformance.memory.MemoryMedia;
import dev.platter.conformance.memory.MemoryMedium;
import dev.platter.conformance.memory.ReferenceBackend;
import dev.platter.conformance.model.DurabilityModel;
import dev.platter.conformance.model.History;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.model.Promises;
import dev.platter.conformance.model.Stamps;
import dev.platter.conformance.model.Violation;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.scsi.ScsiTarget;
import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A guest with two request queues and a control queue on a disk that can lose its power, recording
 * what it was told. What it sends and expects is written from SBC-4 and SPC-5, not from the device.
 */
final class GuestDisk implements AutoCloseable {
    static final int BLOCKS = 16;
    private static final int BLOCK_BYTES = 512;
    private static final int QUEUES = 2;
    private static final int MOST_IN_FLIGHT = 6;
    private static final int REFUSED = -22;
    private static final int FAILED = -5;
    private static final int GIVEN_UP = -125;
    private static final int CHECK_CONDITION = 2;
    private static final int UNANSWERED = 0x55;
    private static final int FUA_BIT = 0x08;

    /** A command that the guest waits for. */
    private record Sent(Operation operation, Request request, int queue, long tag) {}

    private final Arena arena = Arena.ofShared();
    private final GuestMemory memory = new GuestMemory(arena);
    private final MemoryMedium medium;
    private final DiskSpoiler spoiler;
    private final VirtioScsiDevice device;
    private final Driver[] queues = new Driver[QUEUES];
    private final Driver control;
    private final List<Sent> inFlight = new ArrayList<>();
    private final CacheMode mode;
    private final long seed;
    private final History history = History.of(BLOCKS);
    private long nextTag = 1;

    GuestDisk(CacheMode mode, DiskSpoiler spoiler, long seed) throws Exception {
        this.mode = mode;
        this.seed = seed;
        this.spoiler = spoiler;
        medium = new MemoryMedia().create((long) BLOCKS * BLOCK_BYTES, seed);
        spoiler.over(ReferenceBackend.open(medium.location(), mode));
        LogicalUnit unit =
                new LogicalUnit(
                        spoiler, LogicalUnitOptions.builder().cacheMode(mode).dpofua(true).build());
        device = new VirtioScsiDevice(Map.of(0, new ScsiTarget(Map.of(0, unit))), QUEUES);
        control = new Driver(device, memory, 0, 16, VirtioFeatures.VERSION_1);
        startQueues();
    }

    private void startQueues() {
        for (int i = 0; i < QUEUES; i++) {
            queues[i] = new Driver(device, memory, 2 + i, 64, VirtioFeatures.VERSION_1);
        }
        // Takes the unit attention that a new driver finds.
        queues[0].send(Cdbs.TEST_UNIT_READY);
        queues[0].run();
        queues[0].ring.takeUsed();
    }

    /** Arms a power cut, and faults where wanted. */
    void arm(SplittableRandom random, int steps, boolean faults) {
        medium.armPowerCut(random.nextInt(2 * steps + 2), random.nextLong());
        if (faults) {
            int nth = 1 + random.nextInt(3);
            medium.inject(Fault.fail(Fault.Target.SYNC, nth, 5));
            medium.inject(Fault.fail(Fault.Target.WRITE, 3 + random.nextInt(steps + 1), 5));
        }
    }

    boolean powered() {
        return medium.powered();
    }

    void run(GuestStep step) {
        while (inFlight.size() >= MOST_IN_FLIGHT) {
            process(step.queue());
            process(1 - step.queue());
        }
        int count = Math.min(step.blocks(), BLOCKS - step.block());
        switch (step.action()) {
            case PROCESS -> process(step.queue());
            case DRAIN -> drain();
            case ABORT -> manage(step, VirtioScsi.TMF_ABORT_TASK, oldestTag());
            case LOGICAL_UNIT_RESET -> manage(step, VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0);
            case NEXUS_RESET -> manage(step, VirtioScsi.TMF_I_T_NEXUS_RESET, 0);
            case NEW_DRIVER -> newDriver();
            default -> command(step, count);
        }
    }

    private long oldestTag() {
        return inFlight.isEmpty() ? 0 : inFlight.getFirst().tag;
    }

    private void command(GuestStep step, int count) {
        boolean flag = step.flag();
        int block = step.block();
        switch (step.action()) {
            case WRITE -> {
                Operation write = history.write(block, count, flag);
                send(step, write, cdb10(0x2A, flag ? FUA_BIT : 0, block, count), stamped(write), 0);
            }
            case WRITE_AND_VERIFY -> {
                Operation write = history.write(block, count, true);
                send(step, write, cdb10(0x2E, 0, block, count), stamped(write), 0);
            }
            case WRITE_SAME -> {
                Operation zero = history.zero(block, count, false);
                byte[] cdb = new byte[16];
                ByteBuffer.wrap(cdb)
                        .put(0, (byte) 0x93)
                        .put(1, (byte) (0x01 | (flag ? 0x08 : 0)))
                        .putLong(2, block)
                        .putInt(10, count);
                send(step, zero, cdb, new byte[0], 0);
            }
            case UNMAP -> {
                Operation unmap = history.unmap(block, count, false);
                byte[] list = new byte[24];
                ByteBuffer.wrap(list)
                        .putShort(0, (short) 22)
                        .putShort(2, (short) 16)
                        .putLong(8, block)
                        .putInt(16, count);
                send(step, unmap, new byte[] {0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0}, list, 0);
            }
            case READ -> {
                Operation read = history.read(block, count, flag);
                byte[] cdb = cdb10(0x28, flag ? FUA_BIT : 0, block, count);
                send(step, read, cdb, new byte[0], count * BLOCK_BYTES);
            }
            case VERIFY -> {
                Operation verify = history.read(block, count, true);
                send(step, verify, cdb10(0x2F, 0, block, count), new byte[0], 0);
            }
            case SYNCHRONIZE_CACHE -> {
                Operation flush = history.flush(block, count);
                byte[] cdb = cdb10(0x35, flag ? 0x02 : 0, block, count);
                send(step, flush, cdb, new byte[0], 0);
            }
            case SYNCHRONIZE_TO_THE_END -> {
                Operation flush = history.flush(block, 0);
                send(step, flush, cdb10(0x35, 0, block, 0), new byte[0], 0);
            }
            case CACHE_OFF, CACHE_ON -> {
                boolean on = step.action() == GuestStep.Action.CACHE_ON;
                send(step, history.switchTo(on), new byte[] {0x15, 0x10, 0, 0, 24, 0}, page(on), 0);
            }
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    private static byte[] cdb10(int operation, int flags, int block, int count) {
        return ByteBuffer.allocate(10)
                .put((byte) operation)
                .put((byte) flags)
                .putInt(2, block)
                .putShort(7, (short) count)
                .array();
    }

    /** A mode parameter list with the caching page. */
    private static byte[] page(boolean writeCache) {
        byte[] list = new byte[24];
        list[4] = 0x08;
        list[5] = 0x12;
        list[6] = (byte) (writeCache ? 0x04 : 0);
        return list;
    }

    private static byte[] stamped(Operation write) {
        byte[] data = new byte[write.blocks() * BLOCK_BYTES];
        for (int i = 0; i < write.blocks(); i++) {
            long block = (long) write.block() + i;
            int at = i * BLOCK_BYTES;
            Stamps.fill(MemorySegment.ofArray(data), at, BLOCK_BYTES, block, write.id());
        }
        return data;
    }

    private void send(GuestStep step, Operation operation, byte[] cdb, byte[] out, int inBytes) {
        long tag = nextTag++;
        spoiler.lastStarted = step.action();
        byte[] taken = spoiler.cdb(step, cdb);
        Request request = queues[step.queue()].send(0, 0, tag, taken, out, inBytes);
        inFlight.add(new Sent(operation, request, step.queue(), tag));
        // The device takes it from the ring, in the order in which the guest has sent.
        queues[step.queue()].handler.process();
        collect(step.queue());
    }

    private void process(int queue) {
        queues[queue].handler.process();
        collect(queue);
    }

    private void drain() {
        while (!inFlight.isEmpty()) {
            process(0);
            process(1);
        }
    }

    private void collect(int queue) {
        GuestRing.Used used = queues[queue].ring.takeUsed();
        while (used != null) {
            int head = used.head();
            Iterator<Sent> all = inFlight.iterator();
            while (all.hasNext()) {
                Sent sent = all.next();
                if (sent.queue == queue && sent.request.head() == head) {
                    all.remove();
                    ended(sent);
                    break;
                }
            }
            used = queues[queue].ring.takeUsed();
        }
    }

    private static void ended(Sent sent) {
        Operation operation = sent.operation;
        Request request = sent.request;
        if (request.code() == VirtioScsi.S_ABORTED || request.code() == VirtioScsi.S_RESET) {
            operation.complete(GIVEN_UP);
        } else if (request.code() != 0) {
            operation.complete(FAILED);
        } else if (request.status() == CHECK_CONDITION) {
            int key = request.sense() >> 16;
            operation.complete(key == 5 || key == 6 ? REFUSED : FAILED);
        } else if (request.status() != 0) {
            operation.complete(FAILED);
        } else if (request.dataInBytes() > 0) {
            byte[] data = request.data();
            int[] stamps = new int[operation.blocks()];
            for (int i = 0; i < stamps.length; i++) {
                long block = (long) operation.block() + i;
                int at = i * BLOCK_BYTES;
                stamps[i] = Stamps.read(MemorySegment.ofArray(data), at, BLOCK_BYTES, block);
            }
            operation.complete(0, stamps);
        } else {
            operation.complete(0);
        }
    }

    /** A task management function; when it is answered nothing that it names is in flight. */
    private void manage(GuestStep step, int function, long tag) {
        List<Sent> named = new ArrayList<>();
        for (Sent sent : inFlight) {
            if (function != VirtioScsi.TMF_ABORT_TASK || sent.tag == tag) {
                named.add(sent);
            }
        }
        long response = control.manage(function, 0, 0, tag);
        if (!spoiler.answersAtOnce()) {
            do {
                control.run();
                process(0);
                process(1);
            } while (memory.read(response, 1)[0] == UNANSWERED);
            control.ring.takeUsed();
        }
        collect(0);
        collect(1);
        named.retainAll(inFlight);
        if (!named.isEmpty()) {
            throw new Broken(
                    36, "function " + function + " was answered with " + named + " in flight");
        }
        spoilCache(step.action(), step.queue());
    }

    /** Another driver takes over: it knows the configured mode, and reads the page again. */
    private void newDriver() {
        drain();
        for (Driver queue : queues) {
            queue.handler.stopTaking();
            queue.handler.close();
        }
        Operation back = history.switchTo(mode.writeback());
        device.reset();
        startQueues();
        // A reset has no status: nobody is told if the flush at it fails.
        back.complete(mode.writeback() ? 0 : spoiler.worstFlush);
        spoilCache(GuestStep.Action.NEW_DRIVER, 0);
    }

    private void spoilCache(GuestStep.Action reset, int queue) {
        if (spoiler.cacheOnAfter(reset)) {
            drain();
            for (int i = 0; i < 2; i++) {
                byte[] select = {0x15, 0x10, 0, 0, 24, 0};
                Request hidden = queues[queue].write(select, page(true));
                queues[queue].run();
                queues[queue].ring.takeUsed();
                if (hidden.status() == 0) {
                    return;
                }
            }
        }
    }

    /** Cuts the power if it is on, and judges. */
    List<Violation> judge(long cutSeed) {
        medium.cutPower(cutSeed);
        drain();
        String cut = medium.restorePower();
        byte[] all = new byte[BLOCKS * BLOCK_BYTES];
        if (medium.read(0, all) != all.length) {
            throw new IllegalStateException("the medium cannot be read");
        }
        int[] contents = Stamps.readAll(MemorySegment.ofArray(all), BLOCK_BYTES);
        Promises promises = new Promises(mode.writeback(), !mode.noFlush(), true, true);
        List<Violation> violations =
                new DurabilityModel(promises).checkAfterPowerCut(history, contents);
        if (!violations.isEmpty()) {
            throw new Broken(
                    violations,
                    "  device, mode " + mode + ", seed " + seed + ", " + cut + "\n" + history);
        }
        return violations;
    }

    @Override
    public void close() {
        medium.close();
        arena.close();
    }
}
