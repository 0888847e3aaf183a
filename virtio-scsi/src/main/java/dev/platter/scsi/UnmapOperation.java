package dev.platter.scsi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * UNMAP (SBC-4 §5.35): every descriptor is checked before the first is carried out, one after the
 * other. A unit that does not offer thin provisioning checks them and does nothing.
 *
 * <pre>
 *  list        0: data length (2)   2: descriptors' length (2)   8: descriptors
 *  descriptor  0: LBA (8)           8: blocks (4)                16 bytes
 * </pre>
 */
final class UnmapOperation implements Operation {
    static final UnmapOperation INSTANCE = new UnmapOperation();

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int DESCRIPTORS_LENGTH_OFFSET = 2;
    private static final int MAX_LIST_BYTES =
            Sbc.UNMAP_HEADER_BYTES + Sbc.UNMAP_MAX_DESCRIPTORS * Sbc.UNMAP_DESCRIPTOR_BYTES;

    private UnmapOperation() {}

    @Override
    public void start(Task task) {
        int listBytes = listBytes(task);
        if (!BlockChecks.writable(task)
                || !BlockChecks.require(task, !Cdb.has(task.cdb(), 1, Sbc.UNMAP_ANCHOR))) {
            return;
        }
        if (listBytes == 0) {
            task.good(0);
        } else if (listBytes < Sbc.UNMAP_HEADER_BYTES
                || listBytes > task.command().dataOut().lengthBytes()) {
            task.illegal(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
        } else {
            task.awaitScratch();
        }
    }

    private static int listBytes(Task task) {
        return Cdb.u16(task.cdb(), 7);
    }

    @Override
    public void scratchReady(Task task) {
        MemorySegment list = task.scratch().segment();
        int listBytes = listBytes(task);
        task.command().dataOut().copyTo(0, list, 0, Math.min(listBytes, MAX_LIST_BYTES));
        int dataBytes = (list.get(U16, 0) & 0xFFFF) + Short.BYTES;
        int descriptorsBytes = list.get(U16, DESCRIPTORS_LENGTH_OFFSET) & 0xFFFF;
        if (dataBytes > listBytes || descriptorsBytes + Sbc.UNMAP_HEADER_BYTES > listBytes) {
            task.illegal(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return;
        }
        // A last descriptor that is cut short is ignored (SBC-4 §5.35.2).
        int count = descriptorsBytes / Sbc.UNMAP_DESCRIPTOR_BYTES;
        if (count > Sbc.UNMAP_MAX_DESCRIPTORS) {
            task.illegal(AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST);
        } else if (allInRange(task, list, count)) {
            begin(task, count);
        }
    }

    private static boolean allInRange(Task task, MemorySegment list, int count) {
        long total = 0;
        for (int i = 0; i < count; i++) {
            if (!BlockChecks.inRange(task, lba(list, i), blocks(list, i))) {
                return false;
            }
            total += blocks(list, i);
        }
        if (task.geometry().thin() && total > task.geometry().maxUnmapBlocks()) {
            task.illegal(AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST);
            return false;
        }
        return true;
    }

    private static void begin(Task task, int count) {
        task.judgeWrites(false);
        task.detail(task.geometry().thin() ? count : 0);
        nextDescriptor(task);
    }

    /** Goes on with the last descriptor that is left; there is no order between them. */
    private static void nextDescriptor(Task task) {
        MemorySegment list = task.scratch().segment();
        int left = task.detail();
        while (left > 0) {
            left--;
            if (blocks(list, left) != 0) {
                task.detail(left);
                task.range(lba(list, left), blocks(list, left));
                discard(task);
                return;
            }
        }
        task.goodOnceDurable(listBytes(task));
    }

    @Override
    public void completed(Task task, int result) {
        if (task.advance()) {
            nextDescriptor(task);
        } else {
            discard(task);
        }
    }

    private static void discard(Task task) {
        task.discard(task.nextBytes(task.geometry().maxZeroBytes()));
    }

    private static long lba(MemorySegment list, int descriptor) {
        return list.get(U64, at(descriptor));
    }

    private static long blocks(MemorySegment list, int descriptor) {
        return list.get(U32, at(descriptor) + Long.BYTES) & 0xFFFF_FFFFL;
    }

    private static long at(int descriptor) {
        return Sbc.UNMAP_HEADER_BYTES + (long) descriptor * Sbc.UNMAP_DESCRIPTOR_BYTES;
    }
}
