package dev.platter.driver;

/**
 * The answer to one SCSI command.
 *
 * @param response the virtio-scsi response code, see {@link VirtioScsi}
 * @param status the SCSI status byte, valid when the response is {@link VirtioScsi#OK}
 * @param sense the sense data, empty where there is none
 * @param residualBytes how much of the data buffer was not transferred, as the device says
 * @param usedLengthBytes how many bytes the device wrote to the request's writable part, as the
 *     used ring says
 * @param dataIn the data-in buffer, whole
 */
@SuppressWarnings("ArrayRecordComponent") // raw bytes of the wire, never compared as a record
public record ScsiResponse(
        int response,
        int status,
        byte[] sense,
        int residualBytes,
        int usedLengthBytes,
        byte[] dataIn) {
    private static final int RESPONSE_CODE_MASK = 0x7f;
    private static final int DESCRIPTOR_FORMAT = 0x72;

    /** Whether the command reached its logical unit and ended with GOOD. */
    public boolean good() {
        return response == VirtioScsi.OK && status == ScsiStatus.GOOD;
    }

    /** Whether the command ended with CHECK CONDITION and this sense. */
    public boolean sensed(int senseKey, int additionalCode, int qualifier) {
        return response == VirtioScsi.OK
                && status == ScsiStatus.CHECK_CONDITION
                && senseKey() == senseKey
                && asc() == additionalCode
                && ascq() == qualifier;
    }

    /** The sense key, or -1 without sense data (SPC-4 §4.5.2 and §4.5.3). */
    public int senseKey() {
        return field(1, 2, 0x0f);
    }

    /** The additional sense code, or -1 without one. */
    public int asc() {
        return field(2, 12, 0xff);
    }

    /** The additional sense code qualifier, or -1 without one. */
    public int ascq() {
        return field(3, 13, 0xff);
    }

    private int field(int descriptorOffset, int fixedOffset, int mask) {
        if (sense.length == 0) {
            return -1;
        }
        boolean descriptor = (sense[0] & RESPONSE_CODE_MASK) >= DESCRIPTOR_FORMAT;
        int offset = descriptor ? descriptorOffset : fixedOffset;
        return offset < sense.length ? sense[offset] & mask : -1;
    }

    /** The answer in one line. */
    @Override
    public String toString() {
        return String.format(
                "response %d status %02x sense %x/%02x/%02x residual %d used %d",
                response, status, senseKey(), asc(), ascq(), residualBytes, usedLengthBytes);
    }
}
