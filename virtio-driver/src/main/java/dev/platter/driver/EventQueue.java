package dev.platter.driver;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The event queue: buffers posted to the device, and what it wrote into them. One thread's. */
public final class EventQueue {
    private static final int LUN_MASK = 0x3fff;

    private final FrontEnd frontEnd;
    private final RingDriver ring;
    private final GuestBuffer buffers;
    private final BufferList writable = new BufferList();

    EventQueue(FrontEnd frontEnd, RingDriver ring, int bufferCount) {
        this.frontEnd = frontEnd;
        this.ring = ring;
        buffers =
                frontEnd.memory()
                        .allocate(
                                Math.max(1, (long) bufferCount * VirtioScsi.EVENT_BYTES),
                                VirtioScsi.EVENT_BYTES);
        for (int i = 0; i < bufferCount; i++) {
            post(i);
        }
    }

    void free() {
        frontEnd.memory().free(buffers);
        ring.free();
    }

    private void post(int buffer) {
        GuestBuffer event =
                buffers.slice((long) buffer * VirtioScsi.EVENT_BYTES, VirtioScsi.EVENT_BYTES);
        event.segment().fill((byte) 0);
        writable.clear().add(event);
        if (!ring.add(BufferList.EMPTY, writable, buffer)) {
            throw new IllegalStateException("the event queue is smaller than its buffers");
        }
    }

    void kick() {
        if (ring.kickNeeded()) {
            frontEnd.kick(VirtioScsi.EVENT_QUEUE);
        }
    }

    /** The next event if there is one; its buffer goes back to the device. */
    public Optional<ScsiEvent> poll() {
        int buffer = ring.poll();
        if (buffer == RingDriver.NOTHING) {
            return Optional.empty();
        }
        ScsiEvent event = decode(buffers.segment(), (long) buffer * VirtioScsi.EVENT_BYTES);
        post(buffer);
        kick();
        return Optional.of(event);
    }

    /** The next event, waited for. */
    public Optional<ScsiEvent> await(long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        for (; ; ) {
            Optional<ScsiEvent> event = poll();
            long left = deadline - System.nanoTime();
            if (event.isPresent() || left <= 0) {
                return event;
            }
            if (ring.enableCalls()) {
                frontEnd.awaitCall(VirtioScsi.EVENT_QUEUE, left);
            }
        }
    }

    private static ScsiEvent decode(MemorySegment memory, long at) {
        int event = memory.get(Wire.U32, at);
        long lun = at + VirtioScsi.EVENT_LUN_OFFSET;
        int target = Byte.toUnsignedInt(memory.get(Wire.U8, lun + 1));
        int high = Byte.toUnsignedInt(memory.get(Wire.U8, lun + 2));
        int low = Byte.toUnsignedInt(memory.get(Wire.U8, lun + 3));
        return new ScsiEvent(
                event & ~VirtioScsi.EVENTS_MISSED,
                (event & VirtioScsi.EVENTS_MISSED) != 0,
                target,
                (high << 8 | low) & LUN_MASK,
                memory.get(Wire.U32, at + VirtioScsi.EVENT_REASON_OFFSET));
    }
}
