package dev.platter.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A runtime image cut by {@code jlink} from the JDK of this process, kept in the tools' folder. It
 * holds a class data archive, which halves the start of a JVM under emulation.
 */
final class JavaRuntime {
    private static final List<String> USELESS =
            List.of("legal", "lib/classlist", "lib/jrt-fs.jar", "lib/server/classes_nocoops.jsa");

    private JavaRuntime() {}

    /** The image with these modules, made when there is none yet. */
    static Path of(List<String> modules) throws IOException, GuestUnavailableException {
        Path folder = ToolsFolder.get().resolve("runtime");
        Path image =
                folder.resolve(
                        System.getProperty("java.vm.version") + "+" + String.join("+", modules));
        if (Files.isDirectory(image)) {
            return image;
        }
        Path home = Path.of(System.getProperty("java.home"));
        Path jlink = home.resolve("bin/jlink");
        if (!Files.isExecutable(jlink)) {
            throw new GuestUnavailableException(
                    "a guest with Java needs a whole JDK, and " + home + " has no jlink");
        }
        Files.createDirectories(folder);
        Path unfinished = Files.createTempDirectory(folder, "unfinished");
        try {
            link(jlink, modules, unfinished.resolve("image"));
            Files.move(unfinished.resolve("image"), image);
        } finally {
            delete(unfinished);
        }
        return image;
    }

    private static void link(Path jlink, List<String> modules, Path image) throws IOException {
        HostPrograms.outputOf(
                jlink.toString(),
                "--add-modules",
                String.join(",", modules),
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--generate-cds-archive",
                "--output",
                image.toString());
        for (String useless : USELESS) {
            delete(image.resolve(useless));
        }
    }

    private static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The two files of an image whose libraries are those of all others. */
    static List<Path> nativeCode(Path image) {
        return List.of(image.resolve("bin/java"), image.resolve("lib/server/libjvm.so"));
    }
}
