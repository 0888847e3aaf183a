package dev.platter.conformance.trial;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.MemorySegment;

/**
 * How the memory of a request lies.
 *
 * @param shiftBytes how far it is off a page, below 4096
 * @param pieces into how many pieces it is cut, 1 to 8
 */
public record Shape(int shiftBytes, int pieces) {
    /** One piece, on a page. */
    public static final Shape PLAIN = new Shape(0, 1);

    /** Uneven pieces that no host takes for direct I/O. */
    public static final Shape CROOKED = new Shape(1, 3);

    /** The longest shift. */
    static final int MAX_SHIFT_BYTES = 4096;

    void lay(MemorySegment memory, IoVector vector) {
        vector.clear();
        long piece = memory.byteSize() / pieces;
        for (int i = 0; i < pieces; i++) {
            long from = i * piece;
            long length = i == pieces - 1 ? memory.byteSize() - from : piece;
            vector.add(memory, from, length);
        }
    }
}
