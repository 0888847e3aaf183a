package dev.platter.driver;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The device's side of a split ring in the plainest form, written from the specification. */
final class SplitEchoRing extends EchoRing {
    private int availSeen;
    private int usedIndex;
    private int calledAt;

    SplitEchoRing(QueueRing ring, GuestMemoryMap memory, boolean eventIdx, int nextAvail) {
        super(ring, memory, eventIdx);
        availSeen = nextAvail;
        usedIndex = u16(ring.deviceArea(), 2);
        calledAt = usedIndex;
    }

    @Override
    int position() {
        return availSeen;
    }

    @Override
    int pop() {
        if (!hasMore()) {
            return -1;
        }
        int head = u16(ring.driverArea(), 4 + 2L * (availSeen % ring.sizeEntries()));
        availSeen = availSeen + 1 & 0xffff;
        return head;
    }

    @Override
    List<Descriptor> chain(int head) {
        List<Descriptor> chain = new ArrayList<>();
        MemorySegment table = ring.descriptorArea();
        int index = head;
        for (; ; ) {
            long at = 16L * index;
            Descriptor d = descriptor(table, at, u16(table, at + 12));
            if ((d.flags() & 4) != 0) {
                table = resolve(d.address(), d.length());
                index = 0;
                continue;
            }
            chain.add(d);
            if ((d.flags() & 1) == 0) {
                return chain;
            }
            index = u16(table, at + 14);
        }
    }

    @Override
    void use(int head, int length) {
        long at = 4 + 8L * (usedIndex % ring.sizeEntries());
        ring.deviceArea().set(ValueLayout.JAVA_INT_UNALIGNED, at, head);
        ring.deviceArea().set(ValueLayout.JAVA_INT_UNALIGNED, at + 4, length);
        usedIndex = usedIndex + 1 & 0xffff;
        VarFence.full();
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) usedIndex);
        VarFence.full();
    }

    @Override
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

    @Override
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

    @Override
    void refuseKicks() {
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) 1);
    }

    @Override
    boolean hasMore() {
        VarFence.full();
        return u16(ring.driverArea(), 2) != availSeen;
    }
}
