package dev.platter.virtio.scsi;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The layouts of virtio's little-endian fields, at any alignment (VIRTIO 1.3 §1.4). */
final class LittleEndian {
    /** A {@code le16}. */
    static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** A {@code le32}. */
    static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** A {@code le64}. */
    static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}
}
