package dev.platter.cli.demo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads from the kernel how this process has a file open: {@code /proc/self/fdinfo}. */
final class OpenFlagsReader {
    private static final int O_ACCMODE = 3;
    private static final int O_RDWR = 2;
    private static final int O_DSYNC = 0x1000;
    private static final int O_DIRECT = 0x4000;

    private OpenFlagsReader() {}

    /** The flags that matter to durability, as in {@code O_RDWR|O_DIRECT}, or {@code not open}. */
    static String read(Path file) throws IOException {
        try (DirectoryStream<Path> descriptors =
                Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (leadsTo(descriptor, file)) {
                    return text(flags(descriptor.getFileName()));
                }
            }
        }
        return "not open";
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static int flags(Path number) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo").resolve(number))) {
            if (line.startsWith("flags:")) {
                return Integer.parseInt(line.substring("flags:".length()).strip(), 8);
            }
        }
        throw new IOException("/proc/self/fdinfo/" + number + " names no flags");
    }

    private static String text(int flags) {
        return ((flags & O_ACCMODE) == O_RDWR ? "O_RDWR" : "O_RDONLY")
                + ((flags & O_DIRECT) != 0 ? "|O_DIRECT" : "")
                + ((flags & O_DSYNC) != 0 ? "|O_DSYNC" : "");
    }
}
