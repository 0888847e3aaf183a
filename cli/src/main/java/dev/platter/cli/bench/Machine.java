package dev.platter.cli.bench;

import dev.platter.linux.Kernel;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the figures were taken on; without it they mean nothing.
 *
 * @param kernel the kernel's release
 * @param processors how many there are
 * @param processor their name
 * @param java the Java that runs the bench, and so Platter unless another build is given
 * @param fileSystem of the image
 * @param peers which peers, in which versions
 */
record Machine(
        String kernel,
        int processors,
        String processor,
        String java,
        String fileSystem,
        String peers) {
    static Machine look(Path image, String peers) {
        return new Machine(
                Kernel.release(),
                Runtime.getRuntime().availableProcessors(),
                processorName(),
                Runtime.version().toString(),
                fileSystem(image),
                peers);
    }

    private static String processorName() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String fileSystem(Path image) {
        try {
            FileStore store = Files.getFileStore(image);
            return store.type() + " on " + store.name();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
