package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.Errno;
import dev.platter.api.block.Extent;

/**
 * GET LBA STATUS (SBC-4 §5.6): where the host has space for the disk, as it is at the moment.
 * Asking the host blocks, and so a thread of the unit's does it. A unit that does not offer thin
 * provisioning has all of its blocks mapped.
 *
 * <pre>
 *  0: bytes that follow (4)   then 0: LBA (8)   8: blocks (4)   12: 0 mapped, 1 deallocated
 * </pre>
 */
final class LbaStatusOperation implements Operation {
    static final LbaStatusOperation INSTANCE = new LbaStatusOperation();

    /** Enough for any initiator that asks again where the answer ends. */
    private static final int MAX_DESCRIPTORS = 1024;

    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    private LbaStatusOperation() {}

    @Override
    public void start(Task task) {
        long lba = Cdb.lba(task.cdb(), task.cdbBytes());
        long allocationBytes = Cdb.u32(task.cdb(), 10);
        if (!BlockChecks.inRange(task, lba, 1)) {
            return;
        }
        long room =
                (allocationBytes - Sbc.LBA_STATUS_HEADER_BYTES) / Sbc.LBA_STATUS_DESCRIPTOR_BYTES;
        // One at least: the length that is told tells an initiator how much it missed.
        int descriptors = Math.clamp(room, 1, MAX_DESCRIPTORS);
        ParameterData data =
                new ParameterData(
                        Sbc.LBA_STATUS_HEADER_BYTES
                                + descriptors * Sbc.LBA_STATUS_DESCRIPTOR_BYTES);
        task.reply(data.clear(Sbc.LBA_STATUS_HEADER_BYTES));
        LogicalUnit unit = task.unit();
        Geometry geometry = task.geometry();
        task.inBackground(unit.background(), () -> fill(data, unit, geometry, lba));
    }

    private static int fill(
            ParameterData data, LogicalUnit unit, Geometry geometry, long firstLba) {
        int end = data.bytes().length;
        long lba = firstLba;
        int at = Sbc.LBA_STATUS_HEADER_BYTES;
        try {
            while (lba < geometry.blockCount()) {
                boolean allocated = isMapped(unit, geometry, lba);
                long next = endOfStretch(unit, geometry, lba, allocated);
                for (; lba < next && at < end; lba += blocks(next - lba)) {
                    data.u64(at, lba)
                            .u32(at + 8, blocks(next - lba))
                            .u8(
                                    at + 12,
                                    allocated ? Sbc.LBA_STATUS_MAPPED : Sbc.LBA_STATUS_DEALLOCATED);
                    at += Sbc.LBA_STATUS_DESCRIPTOR_BYTES;
                }
                if (at == end) {
                    break;
                }
            }
        } catch (BackendException e) {
            return e.errno() == 0 ? -Errno.EIO : -e.errno();
        }
        data.u32(0, at - 4L).lengthBytes(at);
        return 0;
    }

    private static long blocks(long count) {
        return Math.min(count, MAX_UINT32);
    }

    private static boolean isMapped(LogicalUnit unit, Geometry geometry, long lba)
            throws BackendException {
        return !geometry.thin() || unit.backend().extentAt(geometry.bytes(lba)).allocated();
    }

    /** Where the status changes; a block that has space for a part of it is mapped. */
    private static long endOfStretch(
            LogicalUnit unit, Geometry geometry, long lba, boolean allocated)
            throws BackendException {
        if (!geometry.thin()) {
            return geometry.blockCount();
        }
        BlockBackend backend = unit.backend();
        long end = geometry.bytes(geometry.blockCount());
        long offset = geometry.bytes(lba);
        while (offset < end) {
            Extent extent = backend.extentAt(offset);
            if (extent.allocated() != allocated) {
                break;
            }
            offset += extent.lengthBytes();
        }
        long blockMask = geometry.blockBytes() - 1L;
        long next = Math.min(offset, end);
        long block = (allocated ? next + blockMask : next) >>> geometry.blockShift();
        return Math.max(lba + 1, block);
    }

    @Override
    public void completed(Task task, int result) {
        task.reply().answer(task.command(), Cdb.u32(task.cdb(), 10));
        task.end();
    }
}
