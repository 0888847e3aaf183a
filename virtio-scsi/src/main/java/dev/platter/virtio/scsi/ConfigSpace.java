package dev.platter.virtio.scsi;

import dev.platter.scsi.ScsiCommand;
import java.lang.foreign.MemorySegment;

/**
 * The device's configuration space (VIRTIO 1.3 §5.6.4, {@code virtio_scsi_config}), little-endian.
 *
 * <pre>
 *  byte  0            4         8             12            16
 *       +------------+---------+-------------+-------------+-----------------+
 *       | num_queues | seg_max | max_sectors | cmd_per_lun | event_info_size |
 *       | le32       | le32    | le32        | le32        | le32            |
 *       +------------+---------+-------------+-------------+-----------------+
 *        20           24         28            30           32           36
 *       +------------+----------+-------------+------------+------------+
 *       | sense_size | cdb_size | max_channel | max_target | max_lun    |
 *       | le32       | le32     | le16        | le16       | le32       |
 *       +------------+----------+-------------+------------+------------+
 * </pre>
 *
 * <p>Never changes. A driver may write {@code sense_size} and {@code cdb_size}, but the device
 * keeps the defaults: no fixed-format sense and no CDB it understands needs more, the one front-end
 * there is for vhost-user refuses other sizes itself, and drivers that write the fields write the
 * defaults.
 */
final class ConfigSpace {
    /** The size of the configuration space. */
    static final int BYTES = 36;

    private static final int NUM_QUEUES = 0;
    private static final int SEG_MAX = 4;
    private static final int MAX_SECTORS = 8;
    private static final int CMD_PER_LUN = 12;
    private static final int EVENT_INFO_SIZE = 16;
    private static final int SENSE_SIZE = 20;
    private static final int CDB_SIZE = 24;
    private static final int MAX_TARGET = 30;
    private static final int MAX_LUN = 32;

    private final MemorySegment bytes = MemorySegment.ofArray(new byte[BYTES]);

    /** The configuration of a device with this many request queues. */
    ConfigSpace(int requestQueues) {
        bytes.set(LittleEndian.INT, NUM_QUEUES, requestQueues);
        bytes.set(LittleEndian.INT, SEG_MAX, VirtioScsi.SEG_MAX);
        bytes.set(LittleEndian.INT, MAX_SECTORS, VirtioScsi.MAX_SECTORS);
        bytes.set(LittleEndian.INT, CMD_PER_LUN, VirtioScsi.CMD_PER_LUN);
        bytes.set(LittleEndian.INT, EVENT_INFO_SIZE, VirtioScsi.EVENT_INFO_BYTES);
        bytes.set(LittleEndian.INT, SENSE_SIZE, ScsiCommand.SENSE_BYTES);
        bytes.set(LittleEndian.INT, CDB_SIZE, ScsiCommand.CDB_BYTES);
        bytes.set(LittleEndian.SHORT, MAX_TARGET, (short) VirtioScsi.MAX_TARGET);
        bytes.set(LittleEndian.INT, MAX_LUN, VirtioScsi.MAX_LUN);
    }

    /** Copies a part of the space; bytes beyond its end are zero. */
    void read(int offsetBytes, MemorySegment target) {
        target.fill((byte) 0);
        if (offsetBytes >= 0 && offsetBytes < BYTES) {
            long part = Math.min(target.byteSize(), BYTES - offsetBytes);
            MemorySegment.copy(bytes, offsetBytes, target, 0, part);
        }
    }
}
