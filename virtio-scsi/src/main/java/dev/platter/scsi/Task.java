package dev.platter.scsi;

import dev.platter.api.block.Errno;
import dev.platter.api.memory.IoVector;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A command of one slot on its way through one logical unit: the progress of its {@link Operation}.
 * Allocated once for each slot; the owner thread's. At most one backend request is in flight.
 */
final class Task {
    /** Of an operation that has not set it; also what MODE SELECT has nothing to revert by. */
    private static final int NO_DETAIL = CachePolicy.NOTHING_TO_REVERT;

    private final LogicalUnitQueue queue;
    private final ScsiCommand command;
    private final BlockRequest request = new BlockRequest();
    private final MediumPass pass;
    private @Nullable IoVector spare;
    private @Nullable Scratch scratch;
    private Operation operation = OpCode.TEST_UNIT_READY.operation();
    private OpCode opCode = OpCode.TEST_UNIT_READY;
    private boolean running;

    /** The unit's as it was when the command began: a resize takes effect between commands. */
    private Geometry geometry;

    /** Where the addressed range starts, and how long it is. */
    private long offsetBytes;

    private long lengthBytes;

    /** How much of it is done. */
    private long doneBytes;

    /** How the command's writes are judged: {@link CachePolicy#sample} and the flags from it. */
    private int cacheSample;

    private int writeFlags;

    /** What the bytes transferred will be when the command ends well. */
    private long transferredBytes;

    /** Whether task management has asked to give the task up. */
    private boolean aborted;

    private @Nullable ParameterData reply;

    /** A number that means something to the operation alone. */
    private int detail;

    Task(LogicalUnitQueue queue, ScsiCommand command) {
        this.queue = queue;
        this.command = command;
        pass = new MediumPass(this, queue.claims());
        geometry = queue.unit().geometry();
    }

    /** Begins the command that the transport has put into the slot. */
    void begin() {
        aborted = false;
        running = true;
        geometry = unit().geometry();
        command.descriptorSense(unit().control().descriptorSense());
        OpCode found = OpCode.find(command.cdb());
        int attribute = command.taskAttribute();
        if (attribute < Spc.ATTRIBUTE_SIMPLE || attribute > Spc.ATTRIBUTE_HEAD_OF_QUEUE) {
            fail(SenseKey.ABORTED_COMMAND, AdditionalSense.INVALID_MESSAGE_ERROR);
            return;
        }
        UnitAttention attention = queue.nexus().attention();
        if (attention.isPending() && (found == null || !found.passesUnitAttention())) {
            int code = attention.take();
            if (code != AdditionalSense.NONE) {
                fail(SenseKey.UNIT_ATTENTION, code);
                return;
            }
        }
        if (found == null || !unit().offers(found)) {
            boolean known = found != null;
            illegal(
                    known
                            ? AdditionalSense.INVALID_OPERATION_CODE
                            : OpCode.whyUnknown(command.cdb()));
            return;
        }
        opCode = found;
        operation = found.operation();
        doneBytes = 0;
        transferredBytes = 0;
        detail = NO_DETAIL;
        if (Cdb.has(command.cdb(), found.cdbBytes() - 1, Spc.CONTROL_NACA)) {
            illegal(AdditionalSense.INVALID_FIELD_IN_CDB);
        } else if (pass.request()) {
            startIfAllowed();
        } else {
            queue.waitForMedium(this);
        }
    }

    /** Starts the operation if its turn before the unit's gate has come; answers whether it had. */
    boolean tryEnter() {
        if (!pass.tryAgain()) {
            return false;
        }
        startIfAllowed();
        return true;
    }

    /** Behind the gate, so that what was reserved while the command waited counts. */
    private void startIfAllowed() {
        LogicalUnit unit = unit();
        if (unit.sanitize().isRunning() && !opCode.passesSanitize()) {
            fail(SenseKey.NOT_READY, AdditionalSense.SANITIZE_IN_PROGRESS);
        } else if (unit.sanitize().hasFailed() && !opCode.passesFailedSanitize()) {
            fail(SenseKey.MEDIUM_ERROR, AdditionalSense.SANITIZE_COMMAND_FAILED);
        } else if (unit.reservations().any()
                && unit.reservations().forbid(queue.nexus(), opCode, cdb())) {
            command.end(ScsiStatus.RESERVATION_CONFLICT, 0);
            end();
        } else {
            operation.start(this);
        }
    }

    /** From now on the task makes no further request. */
    void abort() {
        aborted = true;
    }

    /** Whether a command is on its way here. */
    boolean isRunning() {
        return running;
    }

    boolean isAborted() {
        return aborted;
    }

    /** Ends the task unfinished; none of its requests is in flight. */
    void giveUp() {
        operation.failed(this);
        command.endAborted();
        end();
    }

    /** Goes on after the backend's answer. */
    void completed(int result) {
        if (aborted && result == -Errno.ECANCELED) {
            giveUp();
        } else if (result < 0 || !request.isWhole(result)) {
            operation.failed(this);
            ErrnoSense.end(command, result < 0 ? -result : Errno.EIO);
            end();
        } else {
            operation.completed(this, result);
        }
    }

    /** Hands the task to another operation; the caller then takes its first step. */
    void become(Operation next) {
        operation = next;
    }

    ScsiCommand command() {
        return command;
    }

    byte[] cdb() {
        return command.cdb();
    }

    int cdbBytes() {
        return opCode.cdbBytes();
    }

    OpCode opCode() {
        return opCode;
    }

    Nexus nexus() {
        return queue.nexus();
    }

    QueueCounters counters() {
        return queue.counters();
    }

    LogicalUnit unit() {
        return queue.unit();
    }

    Geometry geometry() {
        return geometry;
    }

    /** A buffer of the queue for one step; nothing in it survives to the next. */
    ParameterData parameters() {
        return queue.parameters();
    }

    LunInventory inventory() {
        return queue.inventory();
    }

    // The addressed range.

    void range(long lba, long blocks) {
        offsetBytes = geometry().bytes(lba);
        lengthBytes = geometry().bytes(blocks);
        doneBytes = 0;
    }

    long lengthBytes() {
        return lengthBytes;
    }

    long doneBytes() {
        return doneBytes;
    }

    void startOver() {
        doneBytes = 0;
    }

    /** Where the part that is not done starts on the disk. */
    long nextOffsetBytes() {
        return offsetBytes + doneBytes;
    }

    /** How long the next request is, if it may be so long. */
    long nextBytes(long maxBytes) {
        return Math.min(lengthBytes - doneBytes, maxBytes);
    }

    /** Notes that the request in hand is done; true if the range is. */
    boolean advance() {
        doneBytes += request.lengthBytes();
        return doneBytes == lengthBytes;
    }

    int detail() {
        return detail;
    }

    void detail(int newDetail) {
        detail = newDetail;
    }

    /**
     * The next part of one of the command's buffers: the buffer itself where that is the whole
     * transfer, which is the rule and costs nothing; else a slice of it.
     */
    IoVector part(IoVector buffer, long partBytes) {
        if (doneBytes == 0 && buffer.lengthBytes() == partBytes) {
            return buffer;
        }
        IoVector slice = spare;
        if (slice == null) {
            slice = queue.memory().newVector(buffer.capacity());
            spare = slice;
        }
        slice.setSlice(buffer, doneBytes, partBytes);
        return slice;
    }

    /** What a buffer holds from an offset on, as much of it as the addressed range is long. */
    IoVector slice(IoVector buffer, long skipBytes) {
        IoVector slice = spare;
        if (slice == null) {
            slice = queue.memory().newVector(buffer.capacity());
            spare = slice;
        }
        slice.setSlice(buffer, skipBytes, lengthBytes);
        return slice;
    }

    /** The answer that work in the background makes. */
    void reply(ParameterData newReply) {
        reply = newReply;
    }

    ParameterData reply() {
        if (reply == null) {
            throw new IllegalStateException("the task has no answer in the making");
        }
        return reply;
    }

    // The backend's requests.

    void read(IoVector target) {
        request.read(nextOffsetBytes(), target);
        queue.submit(this);
    }

    void write(IoVector source) {
        request.write(nextOffsetBytes(), source, writeFlags);
        queue.submit(this);
    }

    /** A write with more flags than the cache mode and FUA make. */
    void writeWith(IoVector source, int moreFlags) {
        request.write(nextOffsetBytes(), source, writeFlags | moreFlags);
        queue.submit(this);
    }

    void flush() {
        request.flush();
        queue.submit(this);
    }

    void writeZeroes(long zeroBytes, int moreFlags) {
        request.writeZeroes(nextOffsetBytes(), zeroBytes, writeFlags | moreFlags);
        queue.submit(this);
    }

    void discard(long discardBytes) {
        request.discard(nextOffsetBytes(), discardBytes, writeFlags);
        queue.submit(this);
    }

    /**
     * Does blocking work on another thread, and goes on with {@link Operation#completed}.
     *
     * @param thread one of the unit's
     * @param work answers 0 or more, or a negative errno
     */
    void inBackground(BackgroundWork thread, IntSupplier work) {
        request.background();
        queue.inBackground(this, thread, work);
    }

    BlockRequest request() {
        return request;
    }

    /** The first look at the cache mode, before the command's first write. */
    void judgeWrites(boolean fua) {
        CachePolicy cache = unit().cache();
        cacheSample = cache.sample();
        writeFlags = cache.writeFlags(cacheSample, fua);
    }

    // Scratch buffers.

    /** Goes on with {@link Operation#scratchReady} as soon as there is a buffer. */
    void awaitScratch() {
        if (aborted) {
            giveUp();
            return;
        }
        scratch = queue.memory().acquire();
        if (scratch == null) {
            queue.waitForScratch(this);
        } else {
            operation.scratchReady(this);
        }
    }

    Scratch scratch() {
        if (scratch == null) {
            throw new IllegalStateException("the task has no scratch buffer");
        }
        return scratch;
    }

    // The ends.

    void good(long transferred) {
        command.good(transferred);
        end();
    }

    /**
     * The end of a command that has written: the second look at the cache mode, and the flush where
     * it asks for one.
     */
    void goodOnceDurable(long transferred) {
        if (unit().cache().mustFlush(cacheSample, writeFlags)) {
            transferredBytes = transferred;
            become(FlushOperation.BEFORE_ACKNOWLEDGING);
            flush();
        } else {
            good(transferred);
        }
    }

    /** What {@link #goodOnceDurable} has put aside. */
    long transferredBytes() {
        return transferredBytes;
    }

    void illegal(int additionalSense) {
        fail(SenseKey.ILLEGAL_REQUEST, additionalSense);
    }

    void fail(int senseKey, int additionalSense) {
        command.checkCondition(senseKey, additionalSense);
        end();
    }

    /** Ends with MISCOMPARE, and where in the data-out buffer the first difference is. */
    void miscompare(long offset) {
        command.checkCondition(SenseKey.MISCOMPARE, AdditionalSense.MISCOMPARE_DURING_VERIFY);
        command.information(offset);
        end();
    }

    void overrun() {
        command.endWithOverrun();
        end();
    }

    /** Gives the command, whose status is set, back to the transport. */
    void end() {
        if (scratch != null) {
            queue.memory().release(scratch);
            scratch = null;
        }
        reply = null;
        running = false;
        pass.leave();
        queue.ended(command);
    }
}
