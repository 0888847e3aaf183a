package dev.platter.scsi;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/** The initiator's side of one queue: sends commands, and checks that each ends exactly once. */
final class Initiator implements AutoCloseable {
    static final int SLOTS = 8;
    private static final int MAX_PIECES = 16;
    private static final long HANG_NANOS = 60_000_000_000L;

    final ScsiTarget target;
    final ScsiTargetQueue queue;
    final ScsiCommand[] commands = new ScsiCommand[SLOTS];

    /** Is told of each end, after it has been noted here. */
    CommandSink listener = command -> {};

    private LogicalUnit unit;

    /** The task attribute of the commands that are started from now on. */
    int attribute;

    final boolean[] running = new boolean[SLOTS];
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment[] in = new MemorySegment[SLOTS];

    Initiator(ScsiTarget target) {
        this(target, InitiatorPort.DEFAULT);
    }

    /** One of several initiators of a target. */
    Initiator(ScsiTarget target, InitiatorPort port) {
        this.target = target;
        for (int slot = 0; slot < SLOTS; slot++) {
            commands[slot] = new ScsiCommand(arena, slot, MAX_PIECES);
        }
        queue = target.openQueue(port, SLOTS, commands, this::ended, () -> {}, null);
    }

    /** A fresh unit whose first unit attention has been seen. */
    static Initiator of(MemoryBackend backend, LogicalUnitOptions options) {
        return of(new LogicalUnit(backend, options));
    }

    static Initiator of(LogicalUnit unit) {
        return of(unit, InitiatorPort.DEFAULT);
    }

    static Initiator of(LogicalUnit unit, InitiatorPort port) {
        Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit)), port);
        initiator.unit = unit;
        initiator.run("00 00 00 00 00 00");
        return initiator;
    }

    /** The unit that {@link #of} has been given. */
    LogicalUnit unit() {
        return unit;
    }

    private void ended(ScsiCommand command) {
        if (!running[command.slot()]) {
            throw new AssertionError("slot " + command.slot() + " ended twice");
        }
        running[command.slot()] = false;
        listener.ended(command);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Starts a command on LUN 0. */
    ScsiCommand start(int slot, byte[] cdb, byte[] out, int inBytes) {
        return start(0, slot, cdb, out, inBytes);
    }

    ScsiCommand start(int lun, int slot, byte[] cdb, byte[] out, int inBytes) {
        ScsiCommand command = commands[slot];
        command.clear();
        command.taskAttribute(attribute);
        Arrays.fill(command.cdb(), (byte) 0);
        System.arraycopy(cdb, 0, command.cdb(), 0, cdb.length);
        if (out.length > 0) {
            MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, out);
            addPieces(command.dataOut(), data);
        }
        in[slot] = MemorySegment.NULL;
        if (inBytes > 0) {
            in[slot] = arena.allocate(inBytes).fill((byte) 0xEE);
            addPieces(command.dataIn(), in[slot]);
        }
        running[slot] = true;
        queue.start(lun, command);
        return command;
    }

    /** Two pieces of uneven length, where there is something to split. */
    private static void addPieces(IoVector vector, MemorySegment data) {
        long first = data.byteSize() / 3;
        vector.add(data, 0, first);
        vector.add(data, first, data.byteSize() - first);
    }

    /** Runs a command on LUN 0 to its end; the backend is automatic. */
    ScsiCommand run(String cdb, byte[] out, int inBytes) {
        return run(0, cdb, out, inBytes);
    }

    ScsiCommand run(int lun, String cdb, byte[] out, int inBytes) {
        ScsiCommand command = start(lun, 0, bytes(cdb), out, inBytes);
        finish();
        return command;
    }

    ScsiCommand run(String cdb) {
        return run(cdb, new byte[0], 0);
    }

    ScsiCommand run(String cdb, int inBytes) {
        return run(cdb, new byte[0], inBytes);
    }

    ScsiCommand run(String cdb, byte[] out) {
        return run(cdb, out, 0);
    }

    /** Polls until nothing is in flight. */
    void finish() {
        long deadline = System.nanoTime() + HANG_NANOS;
        while (queue.inFlight() > 0) {
            queue.poll();
            if (System.nanoTime() > deadline) {
                throw new AssertionError("a command hangs");
            }
        }
    }

    /** The whole data-in buffer of a slot; bytes that were not transferred are EEh. */
    byte[] dataIn(int slot) {
        return in[slot].toArray(ValueLayout.JAVA_BYTE);
    }

    /** What was transferred to the data-in buffer of slot 0, in hexadecimal. */
    String received() {
        byte[] data = dataIn(0);
        return HexFormat.of().formatHex(data, 0, (int) commands[0].transferredBytes());
    }

    /** {@code key/asc/ascq} of a CHECK CONDITION, or the status. */
    static String outcome(ScsiCommand command) {
        if (command.overrun()) {
            return "OVERRUN";
        }
        if (command.status() == ScsiStatus.GOOD) {
            return "GOOD";
        }
        if (command.status() != ScsiStatus.CHECK_CONDITION) {
            return "STATUS " + command.status();
        }
        byte[] sense = command.sense();
        if ((sense[0] & 0x7F) == 0x72) {
            return "d %x/%02x/%02x".formatted(sense[1], sense[2], sense[3]);
        }
        return "%x/%02x/%02x".formatted(sense[2], sense[12], sense[13]);
    }

    String outcome(String cdb) {
        return outcome(run(cdb));
    }

    String outcome(String cdb, byte[] out) {
        return outcome(run(cdb, out));
    }

    String outcome(String cdb, int inBytes) {
        return outcome(run(cdb, inBytes));
    }

    @Override
    public void close() {
        queue.close();
        arena.close();
    }
}
