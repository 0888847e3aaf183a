package dev.platter.scsi;

import java.util.Arrays;

/**
 * Sense data in both formats (SPC-5 §4.5).
 *
 * <pre>
 *  fixed       0: 70h   2: key   7: 0Ah (bytes that follow)   12: ASC   13: ASCQ   18 bytes
 *  descriptor  0: 72h   1: key   2: ASC   3: ASCQ   7: 0 (bytes that follow)        8 bytes
 * </pre>
 */
final class SenseData {
    private static final int FIXED_KEY = 2;
    private static final int FIXED_ADDITIONAL_LENGTH = 7;
    private static final int FIXED_ASC = 12;
    private static final int FIXED_ASCQ = 13;

    private SenseData() {}

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
}
