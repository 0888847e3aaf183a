package dev.platter.virtio.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A driver that keeps the rules: free descriptors only, and each used chain freed once. */
final class TruthfulDriver {
    private static final int SLOT_BYTES = 16 * 16 + 16;

    private final RingBuilder ring;
    private final long tablesAddress;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<Integer, List<Integer>> inFlight = new HashMap<>();
    private int usedSeen;

    /**
     * Makes a driver.
     *
     * @param tablesAddress where indirect tables may be put: 272 bytes for each descriptor
     */
    TruthfulDriver(RingBuilder ring, long tablesAddress) {
        this.ring = ring;
        this.tablesAddress = tablesAddress;
        usedSeen = ring.usedIdx();
        for (int i = 0; i < ring.size; i++) {
            free.add(i);
        }
    }

    static long tableBytes(int size) {
        return (long) size * SLOT_BYTES;
    }

    boolean hasRoomFor(ChainSpec chain) {
        return free.size() >= chain.ringDescriptors();
    }

    int inFlight() {
        return inFlight.size();
    }

    /** Lays out a chain and makes it available; returns its head. */
    int add(ChainSpec chain) {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < chain.ringDescriptors(); i++) {
            taken.add(free.remove());
        }
        for (int i = 0; i < chain.directCount(); i++) {
            ChainSpec.Buffer buffer = chain.buffers().get(i);
            boolean last = i + 1 == taken.size();
            ring.descriptor(
                    taken.get(i),
                    buffer.address(),
                    buffer.lengthBytes(),
                    flags(buffer, last),
                    last ? 0xffff : taken.get(i + 1));
        }
        if (chain.directCount() < chain.buffers().size()) {
            addTable(chain, taken.getLast());
        }
        int head = taken.getFirst();
        inFlight.put(head, taken);
        ring.makeAvailable(head);
        return head;
    }

    /** Lays out the table in the reverse order of its links, at an odd address. */
    private void addTable(ChainSpec chain, int descriptor) {
        long table = tablesAddress + (long) descriptor * SLOT_BYTES + descriptor % 16;
        int count = chain.buffers().size() - chain.directCount();
        // The first is the table's first descriptor; the others follow from the last one down.
        for (int i = 0; i < count; i++) {
            ChainSpec.Buffer buffer = chain.buffers().get(chain.directCount() + i);
            ring.indirectDescriptor(
                    table,
                    i == 0 ? 0 : count - i,
                    buffer.address(),
                    buffer.lengthBytes(),
                    flags(buffer, i + 1 == count),
                    i + 1 == count ? 0xffff : count - i - 1);
        }
        // The WRITE flag of an indirect descriptor means nothing: set it, so that it is ignored.
        int flags = RingBuilder.INDIRECT | RingBuilder.WRITE;
        ring.descriptor(descriptor, table, 16L * count, flags, 0);
    }

    private static int flags(ChainSpec.Buffer buffer, boolean last) {
        return (buffer.writable() ? RingBuilder.WRITE : 0) | (last ? 0 : RingBuilder.NEXT);
    }

    /** Takes back the next used chain; returns its head, or -1 when there is none. */
    int takeUsed() {
        if (ring.usedIdx() == usedSeen) {
            return -1;
        }
        int head = ring.usedHead(usedSeen);
        usedSeen = (usedSeen + 1) & 0xffff;
        free.addAll(inFlight.remove(head));
        return head;
    }

    /** What the device has to find in the readable part: byte for byte from guest memory. */
    byte[] contents(ChainSpec chain, boolean writable) {
        byte[] bytes = new byte[(int) chain.bytes(writable)];
        int at = 0;
        for (ChainSpec.Buffer buffer : chain.buffers()) {
            for (int i = 0; buffer.writable() == writable && i < buffer.lengthBytes(); i++) {
                bytes[at++] = ring.guestByte(buffer.address() + i);
            }
        }
        return bytes;
    }
}
