package dev.platter.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How this very process was started, to start another command the same way. */
final class OwnCommand {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final String MAIN_CLASSES = OwnCommand.class.getPackageName() + ".";

    private OwnCommand() {}

    /**
     * The words before the command's own arguments: Java, its options, the class path, the class.
     *
     * @param command the word behind them
     * @throws IOException if this process was not started like that
     */
    static List<String> prefix(String command) throws IOException {
        return prefix(
                command,
                List.of(Files.readString(COMMAND_LINE, StandardCharsets.UTF_8).split("\0")));
    }

    static List<String> prefix(String command, List<String> words) throws IOException {
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).equals(command) && words.get(i - 1).startsWith(MAIN_CLASSES)) {
                return List.copyOf(words.subList(0, i));
            }
        }
        throw new IOException("this process does not know how it was started: " + words);
    }
}
