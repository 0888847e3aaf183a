package dev.platter.cli;

import java.util.Arrays;
import java.util.List;

/**
 * The entry point of the {@code platter} command. {@code serve} goes past picocli: its classes are
 * of Java 5's format, which the JVM verifies slowly and keeps in no AOT cache, and they would be a
 * third of the server's start and 7 MiB of an idle one.
 */
public final class Main {
    private static final String SERVE = "serve";

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> words = Arrays.asList(arguments);
        System.exit(
                !words.isEmpty() && words.getFirst().equals(SERVE)
                        ? Serve.run(words.subList(1, words.size()))
                        : Platter.run(arguments));
    }
}
