package dev.platter.virtio.scsi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A request that the driver has sent: where its parts lie in guest memory. Read back from there, by
 * the offsets of VIRTIO 1.3 §5.6.6.1 and none of the device's constants.
 */
record Request(GuestMemory memory, int head, long response, long dataIn, long dataInBytes) {
    static final int HEADER_BYTES = 51;
    static final int RESPONSE_BYTES = 108;

    /** The header of a request. */
    static byte[] header(int target, int lun, long tag, byte[] cdb) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 1).put((byte) target).put((byte) (0x40 | lun >> 8)).put((byte) lun);
        header.putLong(8, tag);
        header.put(19, cdb);
        return header.array();
    }

    private ByteBuffer bytes() {
        return ByteBuffer.wrap(memory.read(response, RESPONSE_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    int senseBytes() {
        return bytes().getInt(0);
    }

    int residual() {
        return bytes().getInt(4);
    }

    int status() {
        return Byte.toUnsignedInt(bytes().get(10));
    }

    int code() {
        return Byte.toUnsignedInt(bytes().get(11));
    }

    /** Sense key, ASC and ASCQ of fixed-format sense data, as three hexadecimal bytes. */
    int sense() {
        ByteBuffer bytes = bytes();
        return (bytes.get(12 + 2) & 0xf) << 16
                | Byte.toUnsignedInt(bytes.get(12 + 12)) << 8
                | Byte.toUnsignedInt(bytes.get(12 + 13));
    }

    byte[] data() {
        return memory.read(dataIn, dataInBytes);
    }
}
