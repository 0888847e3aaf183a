package dev.platter.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parameter list of an EXTENDED COPY(LID1) (SPC-4 §6.4.3, §6.4.5, §6.4.6.5), checked as a whole
 * before anything is copied.
 *
 * <pre>
 *  header   0: list identifier   1: list ID usage   2: targets, bytes (2)   8: segments, bytes (4)
 *           12: inline data, bytes (4)                                             16 bytes
 *  target   0: E4h   1: LU ID TYPE, NUL, device type   4: designator   29: block (3)  32 bytes
 *  segment  0: 02h   1: DC   2: 18h (2)   4: source (2)   6: target (2)   10: blocks (2)
 *           12: source LBA (8)   20: target LBA (8)                                28 bytes
 * </pre>
 */
final class CopyList {
    private static final int INLINE_DATA_LENGTH_EXCEEDED = 0x260B;
    private static final int FIELD_ERROR = AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;

    private final byte[] bytes;
    private final UnitDirectory directory;
    private final List<LogicalUnit> targets = new ArrayList<>();
    private final List<CopySegment> segments = new ArrayList<>();

    private CopyList(byte[] bytes, UnitDirectory directory) {
        this.bytes = bytes;
        this.directory = directory;
    }

    /** A list, which may still be wrong. */
    static CopyList of(byte[] bytes, UnitDirectory directory) {
        return new CopyList(bytes, directory);
    }

    int listId() {
        return Cdb.u8(bytes, 0);
    }

    /** Whether a result is to be held under the list identifier. */
    boolean keepsResult() {
        return (bytes[1] & Xcopy.LIST_ID_USAGE_MASK) != Xcopy.LIST_ID_USAGE_NONE;
    }

    List<CopySegment> segments() {
        return segments;
    }

    /** Reads the list; what is wrong with it, or null. */
    @Nullable CopyError parse() {
        int targetBytes = Cdb.u16(bytes, 2);
        long segmentBytes = Cdb.u32(bytes, 8);
        if ((bytes[1] & Xcopy.LIST_ID_USAGE_MASK) == Xcopy.LIST_ID_USAGE_RESERVED) {
            return CopyError.ofList(FIELD_ERROR);
        }
        if (Cdb.u32(bytes, 12) != 0) {
            return CopyError.ofList(INLINE_DATA_LENGTH_EXCEEDED);
        }
        if (targetBytes + segmentBytes > Xcopy.MAX_DESCRIPTORS_BYTES
                || Xcopy.HEADER_BYTES + targetBytes + segmentBytes > bytes.length) {
            return CopyError.ofList(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
        }
        int segmentsStart = Xcopy.HEADER_BYTES + targetBytes;
        CopyError error = parseTargets(segmentsStart);
        return error != null ? error : parseSegments(segmentsStart, (int) segmentBytes);
    }

    private @Nullable CopyError parseTargets(int end) {
        int at = Xcopy.HEADER_BYTES;
        for (; at + Xcopy.TARGET_BYTES <= end; at += Xcopy.TARGET_BYTES) {
            if (targets.size() == Xcopy.MAX_TARGETS) {
                return CopyError.ofList(AdditionalSense.TOO_MANY_TARGET_DESCRIPTORS);
            }
            CopyError error = parseTarget(at);
            if (error != null) {
                return error;
            }
        }
        return at == end ? null : CopyError.ofList(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
    }

    private @Nullable CopyError parseTarget(int at) {
        if (Cdb.u8(bytes, at) != Xcopy.TARGET_IDENTIFICATION) {
            return CopyError.ofList(AdditionalSense.UNSUPPORTED_TARGET_DESCRIPTOR_TYPE);
        }
        // LU ID TYPE means nothing beside a designator.
        if ((bytes[at + 1] & Xcopy.DEVICE_TYPE_MASK) != 0) {
            return CopyError.ofList(FIELD_ERROR);
        }
        Optional<LogicalUnit> unit =
                (bytes[at + 1] & Xcopy.TARGET_NUL) != 0
                        ? Optional.empty()
                        : directory.find(bytes, at + 4);
        if (unit.isEmpty()) {
            return CopyError.aborted(AdditionalSense.COPY_TARGET_NOT_REACHABLE);
        }
        int block = (int) Cdb.u32(bytes, at + 28) & 0xFF_FFFF;
        if (block != 0 && block != unit.get().geometry().blockBytes()) {
            return CopyError.ofList(FIELD_ERROR);
        }
        targets.add(unit.get());
        return null;
    }

    private @Nullable CopyError parseSegments(int start, int segmentBytes) {
        int end = start + segmentBytes;
        int at = start;
        while (at < end) {
            boolean header = end - at >= Xcopy.SEGMENT_HEADER_BYTES;
            if (!header) {
                return CopyError.ofList(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            }
            if (Cdb.u8(bytes, at) != Xcopy.SEGMENT_BLOCK_TO_BLOCK) {
                return CopyError.ofList(AdditionalSense.UNSUPPORTED_SEGMENT_DESCRIPTOR_TYPE);
            }
            if (end - at < Xcopy.SEGMENT_BYTES) {
                return CopyError.ofList(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            }
            if (segments.size() == Xcopy.MAX_SEGMENTS) {
                return CopyError.ofList(AdditionalSense.TOO_MANY_SEGMENT_DESCRIPTORS);
            }
            CopyError error = parseSegment(at);
            if (error != null) {
                return error;
            }
            at += Xcopy.SEGMENT_BYTES;
        }
        return null;
    }

    private @Nullable CopyError parseSegment(int at) {
        if (Cdb.u16(bytes, at + 2) != Xcopy.SEGMENT_BYTES - Xcopy.SEGMENT_HEADER_BYTES) {
            return CopyError.ofList(FIELD_ERROR);
        }
        int sourceIndex = Cdb.u16(bytes, at + 4);
        int targetIndex = Cdb.u16(bytes, at + 6);
        if (sourceIndex >= targets.size() || targetIndex >= targets.size()) {
            return CopyError.aborted(AdditionalSense.UNREACHABLE_COPY_TARGET);
        }
        Geometry source = targets.get(sourceIndex).geometry();
        Geometry target = targets.get(targetIndex).geometry();
        // DC: the count is of the target's blocks.
        boolean countsTarget = Cdb.has(bytes, at + 1, Xcopy.SEGMENT_DC);
        long length = (countsTarget ? target : source).bytes(Cdb.u16(bytes, at + 10));
        if (length % source.blockBytes() != 0 || length % target.blockBytes() != 0) {
            return CopyError.ofList(FIELD_ERROR);
        }
        long sourceLba = Cdb.u64(bytes, at + 12);
        long targetLba = Cdb.u64(bytes, at + 20);
        boolean inside =
                source.contains(sourceLba, length >>> source.blockShift())
                        && target.contains(targetLba, length >>> target.blockShift());
        if (!inside) {
            return CopyError.aborted(AdditionalSense.NONE);
        }
        segments.add(
                new CopySegment(
                        targets.get(sourceIndex),
                        targets.get(targetIndex),
                        source.bytes(sourceLba),
                        target.bytes(targetLba),
                        length));
        return null;
    }
}
