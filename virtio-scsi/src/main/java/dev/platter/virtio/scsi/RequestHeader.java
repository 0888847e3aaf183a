package dev.platter.virtio.scsi;

import dev.platter.scsi.ScsiCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Our private copy of the device-readable header of a request (VIRTIO 1.3 §5.6.6.1, {@code
 * virtio_scsi_req_cmd}): made once for each request, so that no decision is taken on bytes that the
 * guest can still change.
 *
 * <pre>
 *  byte  0        8        16       17     18    19                  51
 *       +--------+--------+--------+------+-----+-------------------+---------
 *       | lun    | tag    | task   | prio | crn | cdb               | data-out
 *       |        | le64   | attr   |      |     | 32 bytes          |
 *       +--------+--------+--------+------+-----+-------------------+---------
 * </pre>
 *
 * <p>Priority and CRN have no effect: the device promises no order between commands in flight.
 */
final class RequestHeader {
    private static final int LUN = 0;
    private static final int TAG = 8;
    private static final int TASK_ATTRIBUTE = 16;
    private static final int CDB = 19;

    /** The size of the header with the default {@code cdb_size}. */
    static final int BYTES = CDB + ScsiCommand.CDB_BYTES;

    private final MemorySegment bytes = MemorySegment.ofArray(new byte[BYTES]);

    /** The copy's bytes, to be filled. */
    MemorySegment bytes() {
        return bytes;
    }

    /** Whether the LUN field names a logical unit at all. */
    boolean hasValidLun() {
        return LunField.isValid(bytes, LUN);
    }

    /** The target, 0 to 255. */
    int target() {
        return LunField.target(bytes, LUN);
    }

    /** The logical unit number. */
    int lun() {
        return LunField.lun(bytes, LUN);
    }

    /** The driver's name of the command, for task management. */
    long tag() {
        return bytes.get(LittleEndian.LONG, TAG);
    }

    /** The task attribute; 0 is SIMPLE. */
    int taskAttribute() {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, TASK_ATTRIBUTE));
    }

    /** Copies the CDB out. */
    void copyCdb(byte[] target) {
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, CDB, target, 0, ScsiCommand.CDB_BYTES);
    }
}
