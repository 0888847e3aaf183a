package dev.platter.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The number constants of the installed kernel headers, read without a compiler. */
final class KernelHeaders {
    private static final Path INCLUDE = Path.of("/usr/include");
    private static final Pattern DEFINE =
            Pattern.compile("^\\s*#\\s*define\\s+(\\w+)[ \\t]+(.+?)\\s*(/\\*.*)?$");
    private static final Pattern CAST = Pattern.compile("\\(\\s*(__force )?__\\w+\\s*\\)");
    private static final Pattern NUMBER = Pattern.compile("(0[xX]\\p{XDigit}+|\\d+)[uUlL]*");
    private static final Pattern SHIFT = Pattern.compile("(\\d+)[uUlL]*\\s*<<\\s*(\\d+)");
    private static final Pattern IO =
            Pattern.compile("_IO\\s*\\(\\s*(0x\\p{XDigit}+)\\s*,\\s*(\\d+)\\s*\\)");
    private static final Pattern IO_READ_SIZE =
            Pattern.compile("_IOR\\((0x\\p{XDigit}+),\\s*(\\d+),\\s*size_t\\)");

    private KernelHeaders() {}

    /**
     * The constants that headers define; of two definitions the first holds, as with {@code
     * #ifndef}.
     *
     * @param names below the include directory; {@code asm/} is looked for in the architecture's
     */
    static Map<String, Long> read(String... names) throws IOException {
        Map<String, Long> constants = new HashMap<>();
        for (String name : names) {
            for (String line : Files.readAllLines(locate(name))) {
                Matcher define = DEFINE.matcher(line);
                if (define.matches()) {
                    value(define.group(2))
                            .ifPresent(value -> constants.putIfAbsent(define.group(1), value));
                }
            }
        }
        return constants;
    }

    static boolean areInstalled(String... names) throws IOException {
        for (String name : names) {
            if (locate(name) == null) {
                return false;
            }
        }
        return true;
    }

    private static Path locate(String name) throws IOException {
        Path direct = INCLUDE.resolve(name);
        if (Files.exists(direct) || !Files.isDirectory(INCLUDE)) {
            return Files.exists(direct) ? direct : null;
        }
        String triplet =
                Architecture.CURRENT == Architecture.X86_64
                        ? "x86_64-linux-gnu"
                        : "aarch64-linux-gnu";
        try (Stream<Path> candidates = Stream.of(INCLUDE.resolve(triplet).resolve(name))) {
            return candidates.filter(Files::exists).findFirst().orElse(null);
        }
    }

    static OptionalLong value(String text) {
        String bare = CAST.matcher(text).replaceAll("").strip();
        while (bare.startsWith("(") && bare.endsWith(")")) {
            bare = bare.substring(1, bare.length() - 1).strip();
        }
        Matcher number = NUMBER.matcher(bare);
        if (number.matches()) {
            return OptionalLong.of(Long.decode(number.group(1)));
        }
        Matcher shift = SHIFT.matcher(bare);
        if (shift.matches()) {
            long one = Long.parseLong(shift.group(1));
            return OptionalLong.of(one << Integer.parseInt(shift.group(2)));
        }
        Matcher io = IO.matcher(bare);
        if (io.matches()) {
            return OptionalLong.of(Long.decode(io.group(1)) << 8 | Long.parseLong(io.group(2)));
        }
        Matcher read = IO_READ_SIZE.matcher(bare);
        if (read.matches()) {
            long request = Long.decode(read.group(1)) << 8 | Long.parseLong(read.group(2));
            return OptionalLong.of(2L << 30 | 8L << 16 | request);
        }
        return OptionalLong.empty();
    }
}
