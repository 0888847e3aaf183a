package dev.platter.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/** The control queue: one request at a time, waited for. One thread's. */
public final class ControlQueue {
    private static final int BUFFER_BYTES = 64;
    private static final int RESPONSE_OFFSET = 32;

    private final FrontEnd frontEnd;
    private final RingDriver ring;
    private final long timeoutMillis;
    private final GuestBuffer buffer;

    ControlQueue(FrontEnd frontEnd, RingDriver ring, long timeoutMillis) {
        this.frontEnd = frontEnd;
        this.ring = ring;
        this.timeoutMillis = timeoutMillis;
        buffer = frontEnd.memory().allocate(BUFFER_BYTES, BUFFER_BYTES);
    }

    void free() {
        frontEnd.memory().free(buffer);
        ring.free();
    }

    /**
     * Sends a task management function and waits for its end (VIRTIO 1.3 §5.6.6.2).
     *
     * @param subtype one of the functions of {@link VirtioScsi}
     * @param tag the command's tag, where the function names one
     * @return the response code
     * @throws IOException if the device did not answer in time
     */
    public int taskManagement(int subtype, int target, int lun, long tag) throws IOException {
        MemorySegment request = buffer.segment().fill((byte) 0);
        request.set(Wire.U32, 0, VirtioScsi.CONTROL_TYPE_TMF);
        request.set(Wire.U32, VirtioScsi.TMF_SUBTYPE_OFFSET, subtype);
        request.set(Wire.U64, VirtioScsi.TMF_LUN_OFFSET, VirtioScsi.lunField(target, lun));
        request.set(Wire.U64, VirtioScsi.TMF_TAG_OFFSET, tag);
        return send(VirtioScsi.TMF_BYTES, VirtioScsi.TMF_RESPONSE_BYTES, 0);
    }

    /**
     * Asks which asynchronous notifications there are, or subscribes to some (VIRTIO 1.3 §5.6.6.2).
     *
     * @param events the event bits asked for
     * @return the response code
     * @throws IOException if the device did not answer in time
     */
    public int asynchronousNotification(boolean subscribe, int target, int lun, int events)
            throws IOException {
        MemorySegment request = buffer.segment().fill((byte) 0);
        int type =
                subscribe ? VirtioScsi.CONTROL_TYPE_AN_SUBSCRIBE : VirtioScsi.CONTROL_TYPE_AN_QUERY;
        request.set(Wire.U32, 0, type);
        request.set(Wire.U64, VirtioScsi.AN_LUN_OFFSET, VirtioScsi.lunField(target, lun));
        request.set(Wire.U32, VirtioScsi.AN_EVENTS_OFFSET, events);
        return send(
                VirtioScsi.AN_BYTES,
                VirtioScsi.AN_RESPONSE_BYTES,
                VirtioScsi.AN_RESPONSE_CODE_OFFSET);
    }

    private int send(int requestBytes, int responseBytes, int codeOffset) throws IOException {
        buffer.segment().set(Wire.U8, RESPONSE_OFFSET + codeOffset, (byte) 0xff);
        BufferList readable = BufferList.of(buffer.slice(0, requestBytes));
        BufferList writable = BufferList.of(buffer.slice(RESPONSE_OFFSET, responseBytes));
        if (!ring.add(readable, writable, 0)) {
            throw new IOException("the control queue is full");
        }
        if (ring.kickNeeded()) {
            frontEnd.kick(VirtioScsi.CONTROL_QUEUE);
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (ring.poll() == RingDriver.NOTHING) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new IOException(
                        "the device did not answer on the control queue within "
                                + timeoutMillis
                                + " ms");
            }
            if (ring.enableCalls()) {
                frontEnd.awaitCall(VirtioScsi.CONTROL_QUEUE, left);
            }
        }
        return Byte.toUnsignedInt(buffer.segment().get(Wire.U8, RESPONSE_OFFSET + codeOffset));
    }

    /** The ring, for tests that write into it themselves. */
    public RingDriver ring() {
        return ring;
    }
}
