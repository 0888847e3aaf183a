package dev.platter.virtio.queue;

import dev.platter.virtio.queue.RingBuilder.Piece;
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
    private final Deque<Integer> freeTables = new ArrayDeque<>();
    private final Map<Integer, Integer> tables = new HashMap<>();

    /**
     * Makes a driver.
     *
     * @param tablesAddress where indirect tables may be put: 272 bytes for each descriptor
     */
    TruthfulDriver(RingBuilder ring, long tablesAddress) {
        this.ring = ring;
        this.tablesAddress = tablesAddress;
        for (int i = 0; i < ring.size; i++) {
            freeTables.add(i);
        }
    }

    static long tableBytes(int size) {
        return (long) size * SLOT_BYTES;
    }

    boolean hasRoomFor(ChainSpec chain) {
        return ring.freeDescriptors() >= chain.ringDescriptors();
    }

    int inFlight() {
        return ring.inFlight();
    }

    /** Lays out a chain and makes it available; returns what names it. */
    int add(ChainSpec chain) {
        List<Piece> pieces = new ArrayList<>();
        for (ChainSpec.Buffer buffer : chain.buffers()) {
            int flags = buffer.writable() ? RingBuilder.WRITE : 0;
            pieces.add(new Piece(buffer.address(), buffer.lengthBytes(), flags));
        }
        List<Piece> inTable = pieces.subList(chain.directCount(), pieces.size());
        if (inTable.isEmpty()) {
            return ring.offer(pieces.toArray(Piece[]::new));
        }
        int slot = freeTables.remove();
        long table = tablesAddress + (long) slot * SLOT_BYTES + slot % 16;
        ring.table(table, inTable.toArray(Piece[]::new));
        List<Piece> inRing = new ArrayList<>(pieces.subList(0, chain.directCount()));
        // The WRITE flag of an indirect descriptor means nothing: set it, so that it is ignored.
        int flags = RingBuilder.INDIRECT | RingBuilder.WRITE;
        inRing.add(new Piece(table, 16L * inTable.size(), flags));
        int head = ring.offer(inRing.toArray(Piece[]::new));
        tables.put(head, slot);
        return head;
    }

    /** Takes back the next used chain; returns what names it, or -1 when there is none. */
    int takeUsed() {
        int head = ring.takeUsed();
        Integer table = tables.remove(head);
        if (table != null) {
            freeTables.add(table);
        }
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
