package example.encrypted;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES in XTS mode (IEEE 1619): each sector is encrypted by itself, to as many bytes as it has, so a
 * sector that the medium writes whole is whole after decryption, too. A sector of zeroes stays one:
 * it was never written, or was zeroed. One thread's.
 */
final class SectorCipher {
    static final int SECTOR_BYTES = 512;

    private static final int BLOCK_BYTES = 16;
    private static final int KEY_BYTES = 32;
    private static final int FEEDBACK = 0x87;

    private final Cipher encrypting;
    private final Cipher decrypting;
    private final Cipher tweaking;
    private final byte[] block = new byte[BLOCK_BYTES];

    /**
     * A cipher.
     *
     * @param key 64 bytes: one AES key for the data, one for the tweak
     */
    SectorCipher(byte[] key) {
        if (key.length != 2 * KEY_BYTES) {
            throw new IllegalArgumentException("the key needs 64 bytes");
        }
        encrypting = aes(Cipher.ENCRYPT_MODE, key, 0);
        decrypting = aes(Cipher.DECRYPT_MODE, key, 0);
        tweaking = aes(Cipher.ENCRYPT_MODE, key, KEY_BYTES);
    }

    private static Cipher aes(int mode, byte[] key, int offset) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, offset, KEY_BYTES, "AES"));
            return cipher;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Encrypts sectors in place. */
    void encrypt(byte[] data, long firstSector) {
        transform(encrypting, data, firstSector);
    }

    /** Decrypts sectors in place. */
    void decrypt(byte[] data, long firstSector) {
        transform(decrypting, data, firstSector);
    }

    private void transform(Cipher cipher, byte[] data, long firstSector) {
        byte[] zeroes = new byte[SECTOR_BYTES];
        for (int at = 0; at < data.length; at += SECTOR_BYTES) {
            if (!Arrays.equals(data, at, at + SECTOR_BYTES, zeroes, 0, SECTOR_BYTES)) {
                sector(cipher, data, at, firstSector + at / SECTOR_BYTES);
            }
        }
    }

    private void sector(Cipher cipher, byte[] data, int start, long number) {
        try {
            byte[] tweak = new byte[BLOCK_BYTES];
            ByteBuffer.wrap(tweak).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
            tweaking.update(tweak, 0, BLOCK_BYTES, tweak);
            for (int at = start; at < start + SECTOR_BYTES; at += BLOCK_BYTES) {
                mix(data, at, tweak, data, at);
                cipher.update(data, at, BLOCK_BYTES, block);
                mix(block, 0, tweak, data, at);
                multiply(tweak);
            }
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void mix(byte[] from, int fromAt, byte[] tweak, byte[] to, int toAt) {
        for (int i = 0; i < BLOCK_BYTES; i++) {
            to[toAt + i] = (byte) (from[fromAt + i] ^ tweak[i]);
        }
    }

    /** By x in the field of 2^128 elements. */
    private static void multiply(byte[] tweak) {
        int carry = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            int doubled = (tweak[i] & 0xFF) << 1 | carry;
            tweak[i] = (byte) doubled;
            carry = doubled >> 8;
        }
        if (carry != 0) {
            tweak[0] = (byte) (tweak[0] ^ FEEDBACK);
        }
    }
}
