package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.platter.linux.Descriptors;

/**
 * The requests that change the guest's memory, or the log of what is written there. Each maps what
 * is new before it stops a queue, so a request that is refused has changed nothing; and each has
 * drained the queues and unmapped what is gone before it is acknowledged.
 */
final class MemoryRequests {
    /** Where the regions begin: behind a count, or behind padding. */
    private static final long REGIONS_OFFSET = 8;

    private final VringSet vrings;
    private final int maxSlots;

    MemoryRequests(VringSet vrings, int maxSlots) {
        this.vrings = vrings;
        this.maxSlots = maxSlots;
    }

    /** {@code SET_MEM_TABLE}: these regions and no others, one descriptor each. */
    void setTable(VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException {
        int count = regionCount(message);
        message.expectDescriptors(count);
        GuestMemoryTable table = GuestMemoryTable.EMPTY;
        boolean complete = false;
        try {
            for (int i = 0; i < count; i++) {
                table = table.with(map(table, message, i));
            }
            complete = true;
        } finally {
            if (!complete) {
                table.unmapAllBut(GuestMemoryTable.EMPTY);
            }
        }
        vrings.replaceMemory(table);
    }

    /** {@code ADD_MEM_REG}: one more region, with its descriptor. */
    void add(VhostUserMessage message) throws ProtocolViolationException, RequestRefusedException {
        message.expectDescriptors(1);
        GuestMemoryTable memory = vrings.memory();
        if (memory.regions().size() >= maxSlots) {
            throw new RequestRefusedException("all " + maxSlots + " memory slots are taken");
        }
        vrings.replaceMemory(memory.with(map(memory, message, 0)));
    }

    /** {@code REM_MEM_REG}: one region less. Some front-ends send its descriptor, others none. */
    void remove(VhostUserMessage message) throws RequestRefusedException {
        vrings.replaceMemory(vrings.memory().without(region(message, 0)));
    }

    /**
     * {@code SET_LOG_BASE}: where to mark the pages that the queues write. It may come again, with
     * a larger log, before guest memory grows.
     */
    void setLog(VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException {
        message.expectDescriptors(1);
        long sizeBytes = message.payload().get(JAVA_LONG_UNALIGNED, 0);
        long offsetBytes = message.payload().get(JAVA_LONG_UNALIGNED, Long.BYTES);
        int fd = message.descriptors().take(0);
        try {
            vrings.setLog(DirtyBitmap.map(fd, offsetBytes, sizeBytes));
        } finally {
            Descriptors.close(fd);
        }
    }

    private static int regionCount(VhostUserMessage message) throws ProtocolViolationException {
        long sizeBytes = message.payload().byteSize();
        int count = sizeBytes < REGIONS_OFFSET ? -1 : message.payload().get(JAVA_INT_UNALIGNED, 0);
        if (count < 0
                || count > VhostUserProtocol.MAX_REGIONS_PER_MESSAGE
                || sizeBytes != REGIONS_OFFSET + (long) count * RegionDescription.BYTES) {
            throw new ProtocolViolationException(
                    "%s has a payload of %d bytes for %s regions"
                            .formatted(
                                    VhostUserRequest.SET_MEM_TABLE,
                                    sizeBytes,
                                    count < 0 ? "no" : count));
        }
        return count;
    }

    private static RegionDescription region(VhostUserMessage message, int position) {
        return RegionDescription.of(
                message.payload(), REGIONS_OFFSET + (long) position * RegionDescription.BYTES);
    }

    private static MappedRegion map(GuestMemoryTable table, VhostUserMessage message, int position)
            throws RequestRefusedException {
        RegionDescription region = region(message, position);
        region.check();
        table.checkDisjoint(region);
        int fd = message.descriptors().take(position);
        try {
            return MappedRegion.map(region, fd);
        } finally {
            Descriptors.close(fd);
        }
    }
}
