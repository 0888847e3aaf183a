package dev.platter.driver;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The device's side of a packed ring in the plainest form, written from the specification. */
final class PackedEchoRing extends EchoRing {
    private static final int BOTH = 0x8080;

    private final Map<Integer, List<Descriptor>> taken = new HashMap<>();
    private final Map<Integer, Integer> lengths = new HashMap<>();
    private int availIndex;
    private boolean availWrap;
    private int usedIndex;
    private boolean usedWrap;
    private int usedSinceCall;

    PackedEchoRing(QueueRing ring, GuestMemoryMap memory, boolean eventIdx, int nextAvail) {
        super(ring, memory, eventIdx);
        availIndex = nextAvail & 0x7fff;
        availWrap = (nextAvail & 0x8000) != 0;
        usedIndex = nextAvail >>> 16 & 0x7fff;
        usedWrap = nextAvail < 0;
    }

    @Override
    int position() {
        int avail = availIndex | (availWrap ? 0x8000 : 0);
        int used = usedIndex | (usedWrap ? 0x8000 : 0);
        return avail | used << 16;
    }

    @Override
    boolean hasMore() {
        VarFence.full();
        return (u16(ring.descriptorArea(), 16L * availIndex + 14) & BOTH)
                == (availWrap ? 0x80 : 0x8000);
    }

    @Override
    int pop() {
        if (!hasMore()) {
            return -1;
        }
        List<Descriptor> chain = new ArrayList<>();
        MemorySegment table = ring.descriptorArea();
        for (; ; ) {
            long at = 16L * availIndex;
            Descriptor d = descriptor(table, at, u16(table, at + 14));
            chain.add(d);
            availIndex++;
            if (availIndex == ring.sizeEntries()) {
                availIndex = 0;
                availWrap = !availWrap;
            }
            if ((d.flags() & 1) == 0) {
                int id = u16(table, at + 12);
                lengths.put(id, chain.size());
                taken.put(id, (d.flags() & 4) != 0 ? table(d) : chain);
                return id;
            }
        }
    }

    private List<Descriptor> table(Descriptor indirect) {
        MemorySegment table = resolve(indirect.address(), indirect.length());
        List<Descriptor> chain = new ArrayList<>();
        for (long at = 0; at < table.byteSize(); at += 16) {
            chain.add(descriptor(table, at, u16(table, at + 14)));
        }
        return chain;
    }

    @Override
    List<Descriptor> chain(int head) {
        return taken.get(head);
    }

    @Override
    void use(int head, int length) {
        int descriptors = lengths.getOrDefault(head, 1);
        MemorySegment table = ring.descriptorArea();
        long at = 16L * usedIndex;
        table.set(ValueLayout.JAVA_INT_UNALIGNED, at + 8, length);
        table.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + 12, (short) head);
        VarFence.full();
        int flags = (usedWrap ? BOTH : 0) | (length > 0 ? 2 : 0);
        table.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + 14, (short) flags);
        VarFence.full();
        usedIndex += descriptors;
        if (usedIndex >= ring.sizeEntries()) {
            usedIndex -= ring.sizeEntries();
            usedWrap = !usedWrap;
        }
        usedSinceCall += descriptors;
    }

    @Override
    boolean callWanted() {
        int passed = usedSinceCall;
        usedSinceCall = 0;
        int flags = u16(ring.driverArea(), 2);
        if (passed == 0 || flags == 1) {
            return false;
        }
        return flags == 0 || passes(u16(ring.driverArea(), 0), passed);
    }

    /** Whether a position is among the last ones that were used. */
    private boolean passes(int event, int passed) {
        for (int back = 1; back <= passed; back++) {
            int index = usedIndex - back;
            boolean wrap = usedWrap;
            while (index < 0) {
                index += ring.sizeEntries();
                wrap = !wrap;
            }
            if (event == (index | (wrap ? 0x8000 : 0))) {
                return true;
            }
        }
        return false;
    }

    @Override
    void wantKick() {
        int position = position() & 0xffff;
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) position);
        VarFence.full();
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) (eventIdx ? 2 : 0));
        VarFence.full();
    }

    @Override
    void refuseKicks() {
        ring.deviceArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) 1);
    }
}
