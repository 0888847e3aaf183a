package dev.platter.virtio.scsi;

import dev.platter.scsi.ScsiCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The device-writable header of a request (VIRTIO 1.3 §5.6.6.1, {@code virtio_scsi_req_cmd}), put
 * together here and copied to the guest in one go.
 *
 * <pre>
 *  byte  0           4       8                  10       11         12           108
 *       +-----------+-------+------------------+--------+----------+------------+--------
 *       | sense_len | resid | status_qualifier | status | response | sense      | data-in
 *       | le32      | le32  | le16             | u8     | u8       | 96 bytes   |
 *       +-----------+-------+------------------+--------+----------+------------+--------
 * </pre>
 */
final class ResponseHeader {
    private static final int SENSE_LENGTH = 0;
    private static final int RESIDUAL = 4;
    private static final int STATUS = 10;
    private static final int RESPONSE = 11;
    private static final int SENSE = 12;

    /** The size of the header with the default {@code sense_size}. */
    static final int BYTES = SENSE + ScsiCommand.SENSE_BYTES;

    private final MemorySegment bytes = MemorySegment.ofArray(new byte[BYTES]);

    /** The header's bytes. */
    MemorySegment bytes() {
        return bytes;
    }

    /** Starts over: a response code and nothing else. */
    ResponseHeader respond(int response) {
        bytes.fill((byte) 0);
        bytes.set(ValueLayout.JAVA_BYTE, RESPONSE, (byte) response);
        return this;
    }

    /** Adds the SCSI status. */
    void status(int status) {
        bytes.set(ValueLayout.JAVA_BYTE, STATUS, (byte) status);
    }

    /** Adds how many bytes of the data buffer were not transferred; above 32 bits, saturated. */
    void residual(long residualBytes) {
        bytes.set(LittleEndian.INT, RESIDUAL, (int) Math.min(residualBytes, 0xffff_ffffL));
    }

    /** Adds sense data. */
    void sense(byte[] sense, int lengthBytes) {
        bytes.set(LittleEndian.INT, SENSE_LENGTH, lengthBytes);
        MemorySegment.copy(sense, 0, bytes, ValueLayout.JAVA_BYTE, SENSE, lengthBytes);
    }
}
