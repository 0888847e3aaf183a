package dev.platter.it.device;

import java.util.Arrays;
import java.util.Random;

/** Data that tells blocks apart. */
final class Patterns {
    private Patterns() {}

    /** Bytes that follow from the seed. */
    static byte[] random(long seed, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] filled(int value, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
