package dev.platter.scsi;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A buffer in which parameter data is put together, big-endian, before it is copied to the
 * initiator. One thread at a time; one that is only read may be shared.
 */
final class ParameterData {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final MemorySegment segment;
    private int lengthBytes;

    /** A buffer full of zeroes and of length 0. */
    ParameterData(int capacityBytes) {
        bytes = new byte[capacityBytes];
        segment = MemorySegment.ofArray(bytes);
    }

    /** Makes the data a number of zeroes. */
    ParameterData clear(int newLengthBytes) {
        Arrays.fill(bytes, (byte) 0);
        lengthBytes = newLengthBytes;
        return this;
    }

    ParameterData u8(int offset, int value) {
        bytes[offset] = (byte) value;
        return this;
    }

    ParameterData u16(int offset, int value) {
        SHORT.set(bytes, offset, (short) value);
        return this;
    }

    /** A 32-bit field; the value's upper half is dropped. */
    ParameterData u32(int offset, long value) {
        INT.set(bytes, offset, (int) value);
        return this;
    }

    ParameterData u64(int offset, long value) {
        LONG.set(bytes, offset, value);
        return this;
    }

    /** A left-aligned ASCII field, padded with spaces. */
    ParameterData ascii(int offset, int fieldBytes, String text) {
        Arrays.fill(bytes, offset, offset + fieldBytes, (byte) ' ');
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, bytes, offset, Math.min(ascii.length, fieldBytes));
        return this;
    }

    byte[] bytes() {
        return bytes;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    void lengthBytes(int newLengthBytes) {
        lengthBytes = newLengthBytes;
    }

    /** Ends a command with as much of this data as its allocation length and its buffer take. */
    void answer(ScsiCommand command, long allocationBytes) {
        command.good(
                command.dataIn().copyFrom(0, segment, 0, Math.min(allocationBytes, lengthBytes)));
    }

    /**
     * Takes a copy of the first bytes of an initiator's parameter list, which it can no longer
     * change then.
     *
     * @return whether the whole length was there and has room here
     */
    boolean take(IoVector dataOut, long listBytes) {
        if (listBytes > bytes.length || listBytes > dataOut.lengthBytes()) {
            return false;
        }
        lengthBytes = (int) listBytes;
        return dataOut.copyTo(0, segment, 0, listBytes) == listBytes;
    }
}
