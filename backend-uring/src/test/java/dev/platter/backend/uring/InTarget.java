package dev.platter.backend.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary folders under {@code target}, on a disk: the system's may be in memory. */
final class InTarget implements TempDirFactory {
    @Override
    public Path createTempDirectory(
            AnnotatedElementContext elementContext, ExtensionContext extensionContext)
            throws IOException {
        Path target = Files.createDirectories(Path.of("target", "images"));
        return Files.createTempDirectory(target.toAbsolutePath(), "test");
    }
}
