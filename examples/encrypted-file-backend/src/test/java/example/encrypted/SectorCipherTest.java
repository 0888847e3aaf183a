package example.encrypted;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SectorCipherTest {
    /** IEEE 1619-2007, annex B, vector 10: XTS-AES-256 over 512 bytes, sector number FFh. */
    @Test
    void aKnownSector() {
        byte[] key =
                HexFormat.of()
                        .parseHex(
                                "2718281828459045235360287471352662497757247093699959574966967627"
                                        + "3141592653589793238462643383279502884197169399375105820974944592");
        byte[] data = new byte[SectorCipher.SECTOR_BYTES];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        byte[] plain = data.clone();
        SectorCipher cipher = new SectorCipher(key);
        cipher.encrypt(data, 0xFF);
        assertEquals(
                "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b",
                HexFormat.of().formatHex(Arrays.copyOf(data, 32)));
        cipher.decrypt(data, 0xFF);
        assertArrayEquals(plain, data);
    }
}
