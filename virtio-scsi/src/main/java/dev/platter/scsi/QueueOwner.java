package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.device.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * What one owner brings to the queue of each logical unit that it opens.
 *
 * @param initiator who the commands are of
 * @param slots how many commands can be in flight
 * @param commands the command of each slot
 * @param sink where ended commands go
 * @param wake run by any thread when the owner should poll
 * @param loop what the owner waits in, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record QueueOwner(
        InitiatorPort initiator,
        int slots,
        ScsiCommand[] commands,
        CommandSink sink,
        Runnable wake,
        @Nullable EventLoop loop) {

    /**
     * Opens a queue to a unit, which it holds until it is closed.
     *
     * @return null if the unit is leaving
     * @throws BackendException if the backend lacks the means
     */
    @Nullable LogicalUnitQueue open(LogicalUnit unit, LunInventory luns) throws BackendException {
        if (!unit.holders().enter()) {
            return null;
        }
        boolean opened = false;
        try {
            BlockBackend backend = unit.backend();
            BlockQueue queue =
                    loop == null ? backend.openQueue(slots) : backend.openQueue(slots, loop);
            LogicalUnitQueue result =
                    new LogicalUnitQueue(
                            unit,
                            unit.nexus(initiator),
                            luns,
                            queue,
                            loop,
                            slots,
                            commands,
                            sink,
                            wake);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                unit.holders().exit(unit);
            }
        }
    }
}
