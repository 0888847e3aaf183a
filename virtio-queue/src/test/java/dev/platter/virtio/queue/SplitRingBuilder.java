package dev.platter.virtio.queue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The driver's side of a split virtqueue, from VIRTIO 1.3 §2.7. */
final class SplitRingBuilder extends RingBuilder {
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<Integer, List<Integer>> chains = new HashMap<>();
    private int startIdx;
    private int availIdx;
    private int usedSeen;
    private int usedBytes;

    SplitRingBuilder(Arena arena, int size, long... regionSizes) {
        super(arena, size, 6L + 2L * size, 6L + 8L * size, regionSizes);
        for (int i = 0; i < size; i++) {
            free.add(i);
        }
    }

    @Override
    long layoutFeature() {
        return 0;
    }

    @Override
    SplitRingBuilder startAt(int position) {
        startIdx = position & 0xffff;
        availIdx = startIdx;
        usedSeen = startIdx;
        driverArea.set(U16, 2, (short) position);
        deviceArea.set(U16, 2, (short) position);
        return this;
    }

    @Override
    int firstAvail() {
        return startIdx;
    }

    @Override
    int standing() {
        return availIdx;
    }

    @Override
    int offer(Piece... pieces) {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < pieces.length; i++) {
            taken.add(free.remove());
        }
        for (int i = 0; i < pieces.length; i++) {
            boolean last = i + 1 == pieces.length;
            writePiece(
                    descriptors,
                    16L * taken.get(i),
                    pieces[i],
                    last ? 0 : NEXT,
                    last ? 0xffff : taken.get(i + 1));
        }
        int head = taken.getFirst();
        chains.put(head, taken);
        makeAvailable(head);
        return head;
    }

    /** The links run from the table's first descriptor to its last, and from there downwards. */
    @Override
    void table(long tableAddress, Piece... pieces) {
        int region = memory.regionOf(tableAddress);
        long offset = memory.offset(region, tableAddress);
        for (int i = 0; i < pieces.length; i++) {
            boolean last = i + 1 == pieces.length;
            int place = i == 0 ? 0 : pieces.length - i;
            writePiece(
                    memory.segment(region),
                    offset + 16L * place,
                    pieces[i],
                    last ? 0 : NEXT,
                    last ? 0xffff : pieces.length - i - 1);
        }
    }

    private static void writePiece(
            MemorySegment table, long at, Piece piece, int next, int nextIndex) {
        writeDescriptor(
                table, at, piece.address(), piece.lengthBytes(), piece.flags() | next, nextIndex);
    }

    void descriptor(int index, long address, long lengthBytes, int flags, int next) {
        writeDescriptor(descriptors, 16L * index, address, lengthBytes, flags, next);
    }

    /** Writes a descriptor of an indirect table, which must lie within one region. */
    void indirectDescriptor(
            long tableAddress, int index, long address, long lengthBytes, int flags, int next) {
        int region = memory.regionOf(tableAddress);
        long offset = memory.offset(region, tableAddress) + 16L * index;
        writeDescriptor(memory.segment(region), offset, address, lengthBytes, flags, next);
    }

    private static void writeDescriptor(
            MemorySegment table, long at, long address, long lengthBytes, int flags, int next) {
        table.set(U64, at, address);
        table.set(U32, at + 8, (int) lengthBytes);
        table.set(U16_UNALIGNED, at + 12, (short) flags);
        table.set(U16_UNALIGNED, at + 14, (short) next);
    }

    /** Writes the next available entry and publishes it. */
    void makeAvailable(int head) {
        driverArea.set(U16, 4 + 2L * (availIdx & (size - 1)), (short) head);
        publishAvailIdx(availIdx + 1);
    }

    /** Stores an available index, true or not. */
    void publishAvailIdx(int index) {
        availIdx = index & 0xffff;
        ORDERED_U16.setRelease(driverArea, 2L, (short) index);
    }

    @Override
    int takeUsed() {
        if (!hasUsed()) {
            return -1;
        }
        long entry = 4 + 8L * (usedSeen & (size - 1));
        int head = deviceArea.get(U32, entry);
        usedBytes = deviceArea.get(U32, entry + 4);
        usedSeen = (usedSeen + 1) & 0xffff;
        List<Integer> chain = chains.remove(head);
        if (chain != null) {
            free.addAll(chain);
        }
        return head;
    }

    @Override
    boolean hasUsed() {
        return usedIdx() != usedSeen;
    }

    @Override
    int usedBytes() {
        return usedBytes;
    }

    /** The used index as the device has it. */
    int usedIdx() {
        return Short.toUnsignedInt((short) ORDERED_U16.getAcquire(deviceArea, 2L));
    }

    @Override
    int freeDescriptors() {
        return free.size();
    }

    @Override
    int inFlight() {
        return chains.size();
    }

    @Override
    int period() {
        return 0x10000;
    }

    @Override
    int availPosition() {
        return availIdx;
    }

    @Override
    int usedPosition() {
        return usedSeen;
    }

    @Override
    void wantCallAt(int position) {
        driverArea.set(U16, 4 + 2L * size, (short) position);
    }

    @Override
    void wantCalls(boolean wanted) {
        availFlags(wanted ? 0 : 1);
    }

    void availFlags(int flags) {
        driverArea.set(U16, 0, (short) flags);
    }

    @Override
    boolean kicksWanted() {
        return (deviceArea.get(U16, 0) & 1) == 0;
    }

    @Override
    int kickPosition() {
        return Short.toUnsignedInt(deviceArea.get(U16, 4 + 8L * size));
    }
}
