package dev.platter.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * One request queue of a virtio-scsi device, with a slot for each request in flight. One thread
 * owns it.
 *
 * <p>The asynchronous way, which allocates nothing: {@link #submit} as often as wanted, then {@link
 * #awaitAny}, which kicks, waits, and answers the slot of an ended request. What the device
 * answered stands in the slot until a later submit takes it again.
 *
 * <pre>
 *  a slot    0         64                172     192
 *            +---------+-----------------+-------+
 *            | request | response, sense |       |
 *            +---------+-----------------+-------+
 * </pre>
 */
public final class RequestQueue {
    /** The answer of a submit when no slot or no descriptor is free. */
    public static final int FULL = SlotRing.FULL;

    /** The answer of a wait that ended without a request. */
    public static final int TIMED_OUT = SlotRing.NONE;

    private static final int SLOT_BYTES = 192;
    private static final int SLOT_RESPONSE_OFFSET = 64;
    private static final int SLOT_ALIGNMENT_BYTES = 64;
    private static final int SLOT_BITS = 16;

    private final FrontEnd frontEnd;
    private final int index;
    private final SlotRing ring;
    private final DriverOptions options;
    private final GuestBuffer slots;
    private final MemorySegment slotMemory;
    private final long[] tags;
    private final BufferList readable = new BufferList();
    private final BufferList writable = new BufferList();
    private long generation;

    RequestQueue(FrontEnd frontEnd, int index, RingDriver ring, DriverOptions options) {
        this.frontEnd = frontEnd;
        this.index = index;
        this.ring = new SlotRing(frontEnd, index, ring);
        this.options = options;
        int slotCount = ring.sizeEntries();
        slots = frontEnd.memory().allocate((long) slotCount * SLOT_BYTES, SLOT_ALIGNMENT_BYTES);
        slotMemory = slots.segment();
        tags = new long[slotCount];
    }

    void free() {
        frontEnd.memory().free(slots);
        ring.ring().free();
    }

    /**
     * Makes a command available to the device; does not kick yet.
     *
     * @param cdb up to 32 bytes; copied
     * @param dataOut what the device reads; the memory stays the device's until the command ends
     * @param dataIn what the device writes; likewise
     * @return the command's slot, or {@link #FULL}
     */
    public int submit(int target, int lun, byte[] cdb, BufferList dataOut, BufferList dataIn) {
        return submit(VirtioScsi.lunField(target, lun), cdb, dataOut, dataIn);
    }

    /** Like the other, with the eight bytes of the LUN field as a little-endian number. */
    public int submit(long lunField, byte[] cdb, BufferList dataOut, BufferList dataIn) {
        int slot = ring.nextSlot();
        if (slot == FULL) {
            return FULL;
        }
        long tag = generation << SLOT_BITS | slot;
        long at = (long) slot * SLOT_BYTES;
        writeHeader(at, lunField, tag, cdb);
        long address = slots.guestAddress() + at;
        int part = options.headerPartBytes();
        readable.clear().addInParts(address, VirtioScsi.REQUEST_BYTES, part).addAll(dataOut);
        writable.clear()
                .addInParts(address + SLOT_RESPONSE_OFFSET, VirtioScsi.RESPONSE_BYTES, part)
                .addAll(dataIn);
        if (!ring.add(readable, writable)) {
            return FULL;
        }
        generation++;
        tags[slot] = tag;
        return slot;
    }

    private void writeHeader(long at, long lunField, long tag, byte[] cdb) {
        slotMemory.set(Wire.U64, at + VirtioScsi.REQUEST_LUN_OFFSET, lunField);
        slotMemory.set(Wire.U64, at + VirtioScsi.REQUEST_TAG_OFFSET, tag);
        // Attribute, priority, CRN: simple, 0, 0; then the CDB, padded with zeroes.
        long attribute = at + VirtioScsi.REQUEST_ATTRIBUTE_OFFSET;
        slotMemory.set(Wire.U16, attribute, (short) 0);
        slotMemory.set(Wire.U8, attribute + Short.BYTES, (byte) 0);
        long cdbAt = at + VirtioScsi.REQUEST_CDB_OFFSET;
        for (int i = 0; i < VirtioScsi.CDB_BYTES; i++) {
            slotMemory.set(Wire.U8, cdbAt + i, i < cdb.length ? cdb[i] : 0);
        }
        // A response code of no meaning: a device that does not answer is not taken for one.
        long code = at + SLOT_RESPONSE_OFFSET + VirtioScsi.RESPONSE_CODE_OFFSET;
        slotMemory.set(Wire.U8, code, (byte) 0xff);
    }

    /** Kicks the device if it wants that for what was submitted since the last kick. */
    public void kick() {
        ring.kick();
    }

    /** Takes an ended command without waiting: its slot, or {@link #TIMED_OUT}. */
    public int pollAny() {
        return ring.poll();
    }

    /**
     * Kicks if needed, and waits until a command has ended.
     *
     * @return its slot, or {@link #TIMED_OUT}
     */
    public int awaitAny(long timeoutNanos) {
        return ring.await(timeoutNanos);
    }

    /**
     * Sends a command and waits for its end. Only with nothing else in flight on this queue.
     *
     * @param dataOut what to send
     * @param dataInBytes the length of the data-in buffer
     * @throws IOException if the device did not answer in time
     */
    public ScsiResponse execute(int target, int lun, byte[] cdb, byte[] dataOut, int dataInBytes)
            throws IOException {
        GuestMemory memory = frontEnd.memory();
        GuestBuffer out = memory.allocate(Math.max(1, dataOut.length), SLOT_ALIGNMENT_BYTES);
        GuestBuffer in = memory.allocate(Math.max(1, dataInBytes), SLOT_ALIGNMENT_BYTES);
        out.put(dataOut);
        in.segment().fill((byte) 0);
        ScsiResponse answer =
                execute(
                        target,
                        lun,
                        cdb,
                        dataOut.length == 0 ? BufferList.EMPTY : BufferList.of(out),
                        dataInBytes == 0 ? BufferList.EMPTY : BufferList.of(in));
        byte[] data = in.get(dataInBytes);
        memory.free(out);
        memory.free(in);
        return new ScsiResponse(
                answer.response(),
                answer.status(),
                answer.sense(),
                answer.residualBytes(),
                answer.usedLengthBytes(),
                data);
    }

    /**
     * Sends a command with buffers of the caller and waits for its end. Only with nothing else in
     * flight on this queue.
     *
     * @return the answer, without data: that is in the caller's buffers
     * @throws IOException if the device did not answer in time
     */
    public ScsiResponse execute(
            int target, int lun, byte[] cdb, BufferList dataOut, BufferList dataIn)
            throws IOException {
        int slot = submit(target, lun, cdb, dataOut, dataIn);
        if (slot == FULL) {
            throw new IOException("request queue " + index + " is full");
        }
        int ended = awaitAny(TimeUnit.MILLISECONDS.toNanos(options.timeoutMillis()));
        if (ended != slot) {
            throw new IOException(
                    "the device did not answer on request queue "
                            + index
                            + " within "
                            + options.timeoutMillis()
                            + " ms");
        }
        return answer(slot);
    }

    /** The answer that stands in a slot, without data. */
    public ScsiResponse answer(int slot) {
        return new ScsiResponse(
                response(slot),
                status(slot),
                sense(slot),
                residualBytes(slot),
                ring.usedLengthBytes(slot),
                new byte[0]);
    }

    private byte[] sense(int slot) {
        long at = responseOffset(slot);
        int length = slotMemory.get(Wire.U32, at + VirtioScsi.RESPONSE_SENSE_LENGTH_OFFSET);
        int kept = Math.clamp(length, 0, VirtioScsi.SENSE_BYTES);
        return slotMemory.asSlice(at + VirtioScsi.RESPONSE_SENSE_OFFSET, kept).toArray(Wire.U8);
    }

    /** The response code in a slot. */
    public int response(int slot) {
        long at = responseOffset(slot) + VirtioScsi.RESPONSE_CODE_OFFSET;
        return Byte.toUnsignedInt(slotMemory.get(Wire.U8, at));
    }

    /** The SCSI status in a slot. */
    public int status(int slot) {
        long at = responseOffset(slot) + VirtioScsi.RESPONSE_STATUS_OFFSET;
        return Byte.toUnsignedInt(slotMemory.get(Wire.U8, at));
    }

    /** Whether the command in a slot ended with GOOD. */
    public boolean good(int slot) {
        return response(slot) == VirtioScsi.OK && status(slot) == ScsiStatus.GOOD;
    }

    /** The residual in a slot. */
    public int residualBytes(int slot) {
        return slotMemory.get(Wire.U32, responseOffset(slot) + VirtioScsi.RESPONSE_RESIDUAL_OFFSET);
    }

    private static long responseOffset(int slot) {
        return (long) slot * SLOT_BYTES + SLOT_RESPONSE_OFFSET;
    }

    /** The tag under which a slot's command was sent; what an abort names. */
    public long tag(int slot) {
        return tags[slot];
    }

    /** How many commands are in flight. */
    public int inFlight() {
        return ring.inFlight();
    }

    /** The ring, for tests that write into it themselves. */
    public RingDriver ring() {
        return ring.ring();
    }
}
