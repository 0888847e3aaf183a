package dev.platter.scsi;

import java.util.Arrays;

/**
 * Sense data in both formats (SPC-5 §4.4).
 *
 * <pre>
 *  fixed       0: 70h, bit 7: VALID   2: key   3-6: INFORMATION   7: 0Ah (bytes that follow)
 *              12: ASC   13: ASCQ   15: SKSV and sense key specific          18 bytes
 *  descriptor  0: 72h   1: key   2: ASC   3: ASCQ   7: bytes that follow      8 bytes
 *    INFORMATION          0: 00h   1: 0Ah   2: VALID   4-11: INFORMATION     12 bytes
 *    sense key specific   0: 02h   1: 06h   4-6: SKSV and the field           8 bytes
 * </pre>
 */
final class SenseData {
    /** No INFORMATION field. */
    static final long NO_INFORMATION = -1;

    /** No progress indication. */
    static final int NO_PROGRESS = -1;

    private static final int FIXED_KEY = 2;
    private static final int FIXED_INFORMATION = 3;
    private static final int FIXED_ADDITIONAL_LENGTH = 7;
    private static final int FIXED_ASC = 12;
    private static final int FIXED_ASCQ = 13;
    private static final int FIXED_SPECIFIC = 15;
    private static final int FIXED_VALID = 0x80;
    private static final int DESCRIPTOR_LENGTH = 7;
    private static final int INFORMATION_BYTES = 12;
    private static final int SPECIFIC_BYTES = 8;
    private static final int SKSV = 0x80;
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    private SenseData() {}

    /** Writes sense data without fields that depend on its key, and returns its length. */
    static int write(byte[] target, boolean descriptor, int senseKey, int additionalSense) {
        return descriptor
                ? descriptor(target, senseKey, additionalSense)
                : fixed(target, senseKey, additionalSense);
    }

    /** Writes fixed format sense data, and returns its length. */
    static int fixed(byte[] target, int senseKey, int additionalSense) {
        Arrays.fill(target, 0, Spc.SENSE_FIXED_BYTES, (byte) 0);
        target[0] = (byte) Spc.SENSE_FIXED;
        target[FIXED_KEY] = (byte) senseKey;
        target[FIXED_ADDITIONAL_LENGTH] =
                (byte) (Spc.SENSE_FIXED_BYTES - FIXED_ADDITIONAL_LENGTH - 1);
        target[FIXED_ASC] = (byte) (additionalSense >> 8);
        target[FIXED_ASCQ] = (byte) additionalSense;
        return Spc.SENSE_FIXED_BYTES;
    }

    /** Writes descriptor format sense data without descriptors, and returns its length. */
    static int descriptor(byte[] target, int senseKey, int additionalSense) {
        Arrays.fill(target, 0, Spc.SENSE_DESCRIPTOR_BYTES, (byte) 0);
        target[0] = (byte) Spc.SENSE_DESCRIPTOR;
        target[1] = (byte) senseKey;
        target[2] = (byte) (additionalSense >> 8);
        target[3] = (byte) additionalSense;
        return Spc.SENSE_DESCRIPTOR_BYTES;
    }

    /**
     * Adds the INFORMATION field to sense data of either format.
     *
     * @param length of the sense data so far
     * @return its length now
     */
    static int addInformation(byte[] target, int length, long information) {
        if ((target[0] & 0xFF) == Spc.SENSE_FIXED) {
            // A value that does not fit is left out, and VALID stays 0 (SPC-5 §4.4.3).
            if (information <= MAX_UINT32) {
                target[0] |= (byte) FIXED_VALID;
                Cdb.putU32(target, FIXED_INFORMATION, information);
            }
            return length;
        }
        Arrays.fill(target, length, length + INFORMATION_BYTES, (byte) 0);
        target[length + 1] = INFORMATION_BYTES - 2;
        target[length + 2] = (byte) FIXED_VALID;
        Cdb.putU64(target, length + 4, information);
        target[DESCRIPTOR_LENGTH] = (byte) (target[DESCRIPTOR_LENGTH] + INFORMATION_BYTES);
        return length + INFORMATION_BYTES;
    }

    /**
     * Adds a progress indication (SPC-5 §4.4.2.4.4) to sense data of either format.
     *
     * @param length of the sense data so far
     * @param progress in 65536ths
     * @return its length now
     */
    static int addProgress(byte[] target, int length, int progress) {
        int at = FIXED_SPECIFIC;
        int newLength = length;
        if ((target[0] & 0xFF) == Spc.SENSE_DESCRIPTOR) {
            Arrays.fill(target, length, length + SPECIFIC_BYTES, (byte) 0);
            target[length] = 2;
            target[length + 1] = SPECIFIC_BYTES - 2;
            target[DESCRIPTOR_LENGTH] = (byte) (target[DESCRIPTOR_LENGTH] + SPECIFIC_BYTES);
            at = length + 4;
            newLength += SPECIFIC_BYTES;
        }
        target[at] = (byte) SKSV;
        Cdb.putU16(target, at + 1, progress);
        return newLength;
    }
}
