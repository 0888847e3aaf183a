package dev.platter.driver;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The device's side of a ring in the plainest form, written from the specification. */
abstract class EchoRing {
    /** A descriptor as the device sees it. */
    record Descriptor(long address, int length, int flags) {
        boolean writable() {
            return (flags & 2) != 0;
        }
    }

    final QueueRing ring;
    final boolean eventIdx;
    private final GuestMemoryMap memory;

    EchoRing(QueueRing ring, GuestMemoryMap memory, boolean eventIdx) {
        this.ring = ring;
        this.memory = memory;
        this.eventIdx = eventIdx;
    }

    static EchoRing of(long features, QueueRing ring, GuestMemoryMap memory, int nextAvail) {
        boolean eventIdx = (features & VirtioFeatures.EVENT_IDX) != 0;
        return (features & VirtioFeatures.RING_PACKED) != 0
                ? new PackedEchoRing(ring, memory, eventIdx, nextAvail)
                : new SplitEchoRing(ring, memory, eventIdx, nextAvail);
    }

    static int u16(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset));
    }

    static Descriptor descriptor(MemorySegment table, long at, int flags) {
        return new Descriptor(
                table.get(ValueLayout.JAVA_LONG_UNALIGNED, at),
                table.get(ValueLayout.JAVA_INT_UNALIGNED, at + 8),
                flags);
    }

    /** Where the device stands, as {@code SET_VRING_BASE} has it. */
    abstract int position();

    /** What names the next chain, or -1. */
    abstract int pop();

    /** A chain that was taken, an indirect table resolved. */
    abstract List<Descriptor> chain(int head);

    /** Gives a chain back. */
    abstract void use(int head, int length);

    /** Whether the driver wants a call for what was used since the last question. */
    abstract boolean callWanted();

    /** Asks for a kick at the next request. */
    abstract void wantKick();

    /** Asks for no kick where that is a flag. */
    abstract void refuseKicks();

    abstract boolean hasMore();

    final MemorySegment resolve(long address, int length) {
        int region = memory.find(address, length);
        return memory.segment(region).asSlice(memory.offset(region, address), length);
    }

    final byte[] readAll(List<Descriptor> chain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Descriptor d : chain) {
            if (!d.writable()) {
                bytes.writeBytes(resolve(d.address(), d.length()).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return bytes.toByteArray();
    }

    final int writeAll(List<Descriptor> chain, byte[] bytes) {
        int done = 0;
        for (Descriptor d : chain) {
            if (d.writable()) {
                int part = Math.min(d.length(), bytes.length - done);
                MemorySegment.copy(
                        bytes,
                        done,
                        resolve(d.address(), d.length()),
                        ValueLayout.JAVA_BYTE,
                        0,
                        part);
                done += part;
            }
        }
        return done;
    }
}
