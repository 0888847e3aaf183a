package dev.platter.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this very process was started, to start another command the same way. */
final class OwnCommand {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private OwnCommand() {}

    /**
     * The words before the command's own arguments: Java, its options, the class path, the class.
     */
    static List<String> prefix() {
        try {
            String line = Files.readString(COMMAND_LINE, StandardCharsets.UTF_8);
            List<String> words = List.of(line.split("\0"));
            int main = words.indexOf(Platter.class.getName());
            if (main > 0) {
                return List.copyOf(words.subList(0, main + 1));
            }
        } catch (IOException e) {
            // Then as any Java starts it.
        }
        return plain();
    }

    private static List<String> plain() {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.add(Platter.class.getName());
        return words;
    }
}
