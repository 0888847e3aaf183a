package dev.platter.driver;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The device's side of a split ring in the plainest form, written from the specification. */
final class EchoRing {
    /** A descriptor as the device sees it. */
    record Descriptor(long address, int length, int flags, int next) {
        boolean writable() {
            return (flags & 2) != 0;
        }
    }

    private final QueueRing ring;
    private final GuestMemoryMap memory;
    private final boolean eventIdx;
    int availSeen;
    int usedIndex;
    private int calledAt;

    EchoRing(QueueRing ring, GuestMemoryMap memory, boolean eventIdx, int nextAvail) {
        this.ring = ring;
        this.memory = memory;
        this.eventIdx = eventIdx;
        availSeen = nextAvail;
        usedIndex = u16(ring.deviceArea(), 2);
        calledAt = usedIndex;
    }

    static int u16(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset));
    }

    /** The next head, or -1. */
    int pop() {
        VarFence.full();
        if (u16(ring.driverArea(), 2) == availSeen) {
            return -1;
        }
        int head = u16(ring.driverArea(), 4 + 2L * (availSeen % ring.sizeEntries()));
        availSeen = availSeen + 1 & 0xffff;
        return head;
    }

    /** The chain of a head, an indirect table resolved. */
    List<Descriptor> chain(int head) {
        List<Descriptor> chain = new ArrayList<>();
        MemorySegment table = ring.descriptorArea();
        int index = head;
        for (; ; ) {
            Descriptor d = descriptor(table, index);
            if ((d.flags() & 4) != 0) {
                table = resolve(d.address(), d.length());
                index = 0;
                continue;
            }
            chain.add(d);
            if ((d.flags() & 1) == 0) {
                return chain;
            }
            index = d.next();
        }
    }

    private static Descriptor descriptor(MemorySegment table, int index) {
        long at = 16L * index;
        return new Descriptor(
                table.get(ValueLayout.JAVA_LONG_UNALIGNED, at),
                table.get(ValueLayout.JAVA_INT_UNALIGNED, at + 8),
                u16(table, at + 12),
                u16(table, at + 14));
    }

    private MemorySegment resolve(long address, int length) {
        int region = memory.find(address, length);
        return memory.segment(region).asSlice(memory.offset(region, address), length);
    }

    byte[] readAll(List<Descriptor> chain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Descriptor d : chain) {
            if (!d.writable()) {
                bytes.writeBytes(resolve(d.address(), d.length()).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return bytes.toByteArray();
    }

    int writeAll(List<Descriptor> chain, byte[] bytes) {
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

    /** Puts a head on the used ring. */
    void use(int head, int length) {
        long at = 4 + 8L * (usedIndex % ring.sizeEntries());
        ring.deviceArea().set(ValueLayout.JAVA_INT_UNALIGNED, at, head);
        ring.deviceArea().set(ValueLayout.JAVA_INT_UNALIGNED, at + 4, length);
        usedIndex = usedIndex + 1 & 0xffff;
        VarFence.full();
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) usedIndex);
        VarFence.full();
    }

    /** Whether the driver wants a call for what was used since the last question. */
    boolean callWanted() {
        int from = calledAt;
        calledAt = usedIndex;
        if (from == usedIndex) {
            return false;
        }
        if (eventIdx) {
            int event = u16(ring.driverArea(), 4 + 2L * ring.sizeEntries());
            return (usedIndex - event - 1 & 0xffff) < (usedIndex - from & 0xffff);
        }
        return (u16(ring.driverArea(), 0) & 1) == 0;
    }

    /** Asks for a kick at the next request. */
    void wantKick() {
        if (eventIdx) {
            ring.deviceArea()
                    .set(
                            ValueLayout.JAVA_SHORT_UNALIGNED,
                            4 + 8L * ring.sizeEntries(),
                            (short) availSeen);
        } else {
            ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) 0);
        }
        VarFence.full();
    }

    /** Asks for no kick where that is a flag. */
    void refuseKicks() {
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) 1);
    }

    boolean hasMore() {
        VarFence.full();
        return u16(ring.driverArea(), 2) != availSeen;
    }
}
