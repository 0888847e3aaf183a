package dev.platter.virtio.scsi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The eight bytes that name a logical unit in every virtio-scsi structure (VIRTIO 1.3 §5.6.6.1).
 *
 * <pre>
 *  byte  0   1        2                  3          4 .. 7
 *       +---+--------+------------------+----------+--------+
 *       | 1 | target | 01 | LUN 13..8   | LUN 7..0 |   0    |
 *       +---+--------+------------------+----------+--------+
 * </pre>
 *
 * <p>Byte 2 may also be all zero, SAM-5's peripheral form of a LUN below 256: some drivers send
 * that.
 */
final class LunField {
    /** The size of the field. */
    static final int BYTES = 8;

    private static final int FORMAT = 1;
    private static final int FLAT = 0x40;
    private static final int FLAT_MASK = 0xc0;
    private static final int PERIPHERAL_LUNS = 256;

    private LunField() {}

    /** Whether the field has one of the two forms that name a logical unit. */
    static boolean isValid(MemorySegment bytes, int offset) {
        int high = unsigned(bytes, offset + 2);
        return unsigned(bytes, offset) == FORMAT && (high == 0 || (high & FLAT_MASK) == FLAT);
    }

    /** The target, 0 to 255. */
    static int target(MemorySegment bytes, int offset) {
        return unsigned(bytes, offset + 1);
    }

    /** The logical unit number, 0 to {@link VirtioScsi#MAX_LUN}. */
    static int lun(MemorySegment bytes, int offset) {
        return (unsigned(bytes, offset + 2) & ~FLAT_MASK) << 8 | unsigned(bytes, offset + 3);
    }

    /** Writes the field; a LUN below 256 in the peripheral form, as QEMU does. */
    static void put(MemorySegment bytes, int offset, int target, int lun) {
        bytes.asSlice(offset, BYTES).fill((byte) 0);
        bytes.set(ValueLayout.JAVA_BYTE, offset, (byte) FORMAT);
        bytes.set(ValueLayout.JAVA_BYTE, offset + 1L, (byte) target);
        int high = lun < PERIPHERAL_LUNS ? 0 : FLAT | lun >> 8;
        bytes.set(ValueLayout.JAVA_BYTE, offset + 2L, (byte) high);
        bytes.set(ValueLayout.JAVA_BYTE, offset + 3L, (byte) lun);
    }

    private static int unsigned(MemorySegment bytes, int offset) {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, offset));
    }
}
