package dev.platter.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpioArchiveTest {
    @Test
    void entriesArePaddedAndFollowTheirFoldersAndEndWithTheTrailer(@TempDir Path folder)
            throws Exception {
        Path source = Files.writeString(folder.resolve("source"), "from a file");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CpioArchive archive = new CpioArchive(bytes)) {
            archive.file("usr/bin/tool", "12345".getBytes(StandardCharsets.US_ASCII));
            archive.file("usr/bin/tool", "twice".getBytes(StandardCharsets.US_ASCII));
            archive.file("usr/bin/other", source);
            archive.symbolicLink("bin/sh", "busybox");
            archive.characterDevice("dev/console", 5, 1);
        }
        assertThat(listing(bytes.toByteArray()))
                .isEqualTo(
                        """
                        usr 040755 0
                        usr/bin 040755 0
                        usr/bin/tool 0100755 5 12345
                        usr/bin/other 0100755 11 from a file
                        bin 040755 0
                        bin/sh 0120777 7 busybox
                        dev 040755 0
                        dev/console 020600 0
                        TRAILER!!! 00 0
                        """);
    }

    /** Reads the archive as the kernel does: fixed header, then name and data, each padded to 4. */
    private static String listing(byte[] bytes) {
        StringBuilder listing = new StringBuilder();
        int at = 0;
        while (at < bytes.length) {
            assertThat(text(bytes, at, 6)).isEqualTo("070701");
            int lengthBytes = field(bytes, at, 6);
            int nameBytes = field(bytes, at, 11);
            int data = at + 110 + nameBytes + padding(at + 110 + nameBytes);
            listing.append(text(bytes, at + 110, nameBytes - 1))
                    .append(" 0")
                    .append(Integer.toOctalString(field(bytes, at, 1)))
                    .append(' ')
                    .append(lengthBytes)
                    .append(lengthBytes == 0 ? "" : " " + text(bytes, data, lengthBytes))
                    .append('\n');
            at = data + lengthBytes + padding(data + lengthBytes);
        }
        return listing.toString();
    }

    private static int field(byte[] bytes, int header, int index) {
        return Integer.parseInt(text(bytes, header + 6 + 8 * index, 8), 16);
    }

    private static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.US_ASCII);
    }

    private static int padding(int position) {
        return -position & 3;
    }
}
