package dev.platter.virtio.scsi;

import dev.platter.api.device.QueueRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The driver's side of one split virtqueue in guest memory; written from VIRTIO 1.3 §2.7. */
final class GuestRing {
    private static final int NEXT = 1;
    private static final int WRITE = 2;
    private static final int INDIRECT = 4;
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INDEX = U16.varHandle();

    /** A buffer of a request. */
    record Piece(long address, long lengthBytes, boolean writable) {}

    /** A used element. */
    record Used(int head, long writtenBytes) {}

    final int size;
    final MemorySegment descriptors;
    final MemorySegment avail;
    final MemorySegment used;
    private final GuestMemory memory;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<Integer, List<Integer>> chains = new HashMap<>();
    private int availIdx;
    private int usedIdx;

    GuestRing(GuestMemory memory, int size) {
        this.memory = memory;
        this.size = size;
        descriptors = memory.at(memory.allocate(16L * size, 16), 16L * size);
        avail = memory.at(memory.allocate(6 + 2L * size, 2), 6 + 2L * size);
        used = memory.at(memory.allocate(6 + 8L * size, 4), 6 + 8L * size);
        for (int i = 0; i < size; i++) {
            free.add(i);
        }
    }

    QueueRing ring() {
        return new QueueRing(size, descriptors, avail, used);
    }

    /** Makes a chain of these buffers available; its head. */
    int offer(List<Piece> pieces) {
        List<Integer> chain = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            chain.add(free.remove());
        }
        for (int i = 0; i < pieces.size(); i++) {
            boolean last = i == pieces.size() - 1;
            int flags = (pieces.get(i).writable ? WRITE : 0) | (last ? 0 : NEXT);
            describe(descriptors, chain.get(i), pieces.get(i), flags, last ? 0 : chain.get(i + 1));
        }
        chains.put(chain.get(0), chain);
        makeAvailable(chain.get(0));
        return chain.get(0);
    }

    /** Makes a chain available by one indirect descriptor; its head. */
    int offerIndirect(List<Piece> pieces) {
        long tableBytes = 16L * pieces.size();
        long table = memory.allocate(tableBytes, 16);
        for (int i = 0; i < pieces.size(); i++) {
            boolean last = i == pieces.size() - 1;
            int flags = (pieces.get(i).writable ? WRITE : 0) | (last ? 0 : NEXT);
            describe(memory.at(table, tableBytes), i, pieces.get(i), flags, last ? 0 : i + 1);
        }
        int head = free.remove();
        describe(descriptors, head, new Piece(table, tableBytes, false), INDIRECT, 0);
        chains.put(head, List.of(head));
        makeAvailable(head);
        return head;
    }

    private static void describe(MemorySegment table, int index, Piece piece, int flags, int next) {
        table.set(U64, 16L * index, piece.address);
        table.set(U32, 16L * index + 8, (int) piece.lengthBytes);
        table.set(U16, 16L * index + 12, (short) flags);
        table.set(U16, 16L * index + 14, (short) next);
    }

    /** Makes a head available, whether it is the driver's to give or not. */
    void makeAvailable(int head) {
        avail.set(U16, 4 + 2L * (availIdx & (size - 1)), (short) head);
        availIdx++;
        INDEX.setRelease(avail, 2L, (short) availIdx);
    }

    /** The next used element, whose descriptors are free again; null if there is none. */
    Used takeUsed() {
        if ((short) INDEX.getAcquire(used, 2L) == (short) usedIdx) {
            return null;
        }
        long at = 4 + 8L * (usedIdx & (size - 1));
        usedIdx++;
        int head = used.get(U32, at);
        free.addAll(chains.remove(head));
        return new Used(head, Integer.toUnsignedLong(used.get(U32, at + 4)));
    }

    int usedIdx() {
        return Short.toUnsignedInt((short) INDEX.getAcquire(used, 2L));
    }

    int availIdx() {
        return availIdx & 0xffff;
    }

    /** Asks for a call when the used index passes this; with EVENT_IDX. */
    void usedEvent(int index) {
        avail.set(U16, 4 + 2L * size, (short) index);
    }

    /** Says whether calls are wanted; without EVENT_IDX. */
    void wantCalls(boolean wanted) {
        avail.set(U16, 0, (short) (wanted ? 0 : 1));
    }
}
