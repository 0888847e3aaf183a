package dev.platter.guest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The host's executable programs and the shared libraries they load. */
final class HostPrograms {
    private static final Pattern LIBRARY = Pattern.compile("(?:=>\\s*)?(/\\S+) \\(0x");
    private static final Pattern ABSENT = Pattern.compile("(\\S+) => not found");

    private HostPrograms() {}

    /**
     * The program on PATH or in the system's usual folders; an ordinary user's PATH often lacks
     * sbin.
     */
    static Optional<Path> find(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(
                        Stream.of(path.split(":")),
                        Stream.of("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** Every library the program loads, its loader included; empty for a static program. */
    static List<Path> librariesOf(Path program) throws IOException {
        Process ldd = start("ldd", program.toString());
        String listing = new String(output(ldd), StandardCharsets.UTF_8);
        Matcher absent = ABSENT.matcher(listing);
        if (absent.find()) {
            throw new IOException(program + " needs " + absent.group(1) + ", which is not here");
        }
        List<Path> libraries = new ArrayList<>();
        Matcher library = LIBRARY.matcher(listing);
        while (library.find()) {
            libraries.add(Path.of(library.group(1)));
        }
        return libraries;
    }

    /** The standard output of a program that must succeed, as with {@code xz -dc FILE}. */
    static byte[] outputOf(String... command) throws IOException {
        Process process = start(command);
        byte[] output = output(process);
        if (exitCode(process) != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
        return output;
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static byte[] output(Process process) throws IOException {
        try (InputStream output = process.getInputStream()) {
            return output.readAllBytes();
        }
    }

    private static int exitCode(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a program", interrupted);
        }
    }
}
