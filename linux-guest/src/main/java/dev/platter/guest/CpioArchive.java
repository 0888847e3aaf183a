package dev.platter.guest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * A writer of the "newc" cpio archive that Linux unpacks as its initial file system (kernel
 * documentation, {@code driver-api/early-userspace/buffer-format.rst}).
 *
 * <pre>
 * "070701" ino mode uid gid nlink mtime filesize maj min rmaj rmin namesize check   13 fields of 8 hex digits
 * name NUL, padded to 4 bytes
 * data, padded to 4 bytes
 * </pre>
 */
final class CpioArchive implements AutoCloseable {
    private static final int DIRECTORY = 0040755;
    private static final int EXECUTABLE = 0100755;
    private static final int SYMBOLIC_LINK = 0120777;
    private static final int CHARACTER_DEVICE = 0020600;
    private static final String LAST_ENTRY = "TRAILER!!!";

    private final OutputStream out;
    private final Set<String> written = new HashSet<>();
    private int inode = 1;
    private long positionBytes;

    CpioArchive(OutputStream out) {
        this.out = out;
    }

    /** A folder and its parents; names have no leading slash. */
    void directory(String name) throws IOException {
        parentsOf(name);
        if (written.add(name)) {
            header(DIRECTORY, 0, 0, 0, name);
        }
    }

    void file(String name, byte[] content) throws IOException {
        if (open(name, content.length)) {
            out.write(content);
            close(content.length);
        }
    }

    void file(String name, Path source) throws IOException {
        long lengthBytes = Files.size(source);
        if (open(name, lengthBytes)) {
            long copiedBytes = Files.copy(source, out);
            if (copiedBytes != lengthBytes) {
                throw new IOException(source + " changed its length while it was read");
            }
            close(lengthBytes);
        }
    }

    void symbolicLink(String name, String target) throws IOException {
        byte[] content = target.getBytes(StandardCharsets.UTF_8);
        parentsOf(name);
        if (written.add(name)) {
            header(SYMBOLIC_LINK, content.length, 0, 0, name);
            out.write(content);
            close(content.length);
        }
    }

    void characterDevice(String name, int major, int minor) throws IOException {
        parentsOf(name);
        if (written.add(name)) {
            header(CHARACTER_DEVICE, 0, major, minor, name);
        }
    }

    @Override
    public void close() throws IOException {
        header(0, 0, 0, 0, LAST_ENTRY);
        out.close();
    }

    private boolean open(String name, long lengthBytes) throws IOException {
        parentsOf(name);
        boolean isNew = written.add(name);
        if (isNew) {
            header(EXECUTABLE, lengthBytes, 0, 0, name);
        }
        return isNew;
    }

    private void close(long contentBytes) throws IOException {
        positionBytes += contentBytes;
        pad();
    }

    private void parentsOf(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            directory(name.substring(0, slash));
        }
    }

    private void header(int mode, long lengthBytes, int major, int minor, String name)
            throws IOException {
        byte[] nameBytes = (name + '\0').getBytes(StandardCharsets.UTF_8);
        StringBuilder header = new StringBuilder("070701");
        long[] fields = {
            inode++, mode, 0, 0, 1, 0, lengthBytes, 0, 0, major, minor, nameBytes.length, 0
        };
        for (long field : fields) {
            header.append(String.format("%08X", field));
        }
        out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.write(nameBytes);
        positionBytes += header.length() + nameBytes.length;
        pad();
    }

    private void pad() throws IOException {
        while (positionBytes % 4 != 0) {
            out.write(0);
            positionBytes++;
        }
    }
}
