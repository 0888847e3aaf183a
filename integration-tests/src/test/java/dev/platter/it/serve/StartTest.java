package dev.platter.it.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.platter.it.support.PlatterProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command: whether its start-up cache is used, and what an idle server holds. */
class StartTest {
    private static final Path APP = Path.of("../cli/target/app").toAbsolutePath().normalize();
    private static final Path MAKE_CACHE = Path.of("../scripts/make-start-cache");
    private static final long IDLE_LIMIT_KIBIBYTES = 80 << 10;
    private static final long SETTLING_SECONDS = 5;
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir static Path shared;

    /** A copy of the packaged command with a cache of its own. */
    private static Path copy;

    @TempDir Path folder;
    private Path socket;

    @BeforeAll
    static void aCopyWithItsCache() throws Exception {
        assumeTrue(
                Files.isDirectory(APP.resolve("lib")),
                "the command is not packaged: run mvn -pl cli -am -DskipTests package");
        copy = Files.createDirectories(shared.toRealPath().resolve("app"));
        copyJars(copy);
        makeCache(copy);
    }

    @BeforeEach
    void socket() throws IOException {
        socket = folder.toRealPath().resolve("sock");
    }

    @Test
    void theServersClassesComeFromTheCache() throws IOException {
        List<String> loaded = platterClassesOf(copy);
        assertThat(loaded).hasSizeGreaterThan(100).allMatch(StartTest::isFromCache);
    }

    @Test
    void aServerLoadsNoClassOfPicocli() throws IOException {
        assertThat(classesOf(copy)).noneMatch(line -> line.contains(" picocli."));
    }

    @Test
    void aCacheMadeForOtherJarsIsIgnoredInSilence() throws IOException {
        Path app = Files.createDirectories(folder.toRealPath().resolve("app"));
        copyJars(app);
        for (String name : cacheFiles()) {
            Files.copy(copy.resolve(name), app.resolve(name));
        }
        assertThat(platterClassesOf(app)).noneMatch(StartTest::isFromCache);
    }

    @Test
    void aReplacedJarIsReadInsteadOfTheCache() throws Exception {
        Path app = Files.createDirectories(folder.toRealPath().resolve("app"));
        copyJars(app);
        makeCache(app);
        assertThat(platterClassesOf(app)).anyMatch(StartTest::isFromCache);
        try (Stream<Path> jars = Files.list(app.resolve("lib"))) {
            for (Path jar : jars.filter(file -> file.toString().contains("scsi")).toList()) {
                Files.setLastModifiedTime(jar, LONG_AGO);
            }
        }
        assertThat(platterClassesOf(app)).noneMatch(StartTest::isFromCache);
    }

    @Test
    void aBrokenCacheIsIgnoredInSilence() throws IOException {
        Path cache = copy.resolve(cacheFiles().getFirst());
        byte[] whole = Files.readAllBytes(cache);
        try {
            Files.write(cache, "not a cache".getBytes(StandardCharsets.UTF_8));
            assertThat(platterClassesOf(copy)).noneMatch(StartTest::isFromCache);
        } finally {
            Files.write(cache, whole);
        }
    }

    @Test
    void anIdleServerWithOneDiskHoldsLessThan80Mebibytes() throws Exception {
        try (PlatterProcess server =
                PlatterProcess.servePackaged(folder, copy, "", socket, disk())) {
            TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
            assertThat(residentKibibytes(server.target())).isLessThan(IDLE_LIMIT_KIBIBYTES);
        }
    }

    private List<String> platterClassesOf(Path app) throws IOException {
        return classesOf(app).stream().filter(line -> line.contains(" dev.platter.")).toList();
    }

    /** The JVM's list of the classes that a server has loaded when it listens. */
    private List<String> classesOf(Path app) throws IOException {
        Path log = Files.createTempFile(folder, "classes", ".log");
        try (PlatterProcess server =
                PlatterProcess.servePackaged(
                        folder, app, "-Xlog:class+load:file=" + log, socket, disk())) {
            server.terminate();
            assertThat(server.awaitExit()).isZero();
            assertThat(server.output()).isEmpty();
            assertThat(server.errors().lines()).allMatch(line -> line.contains(" INFO "));
        }
        // Lambdas and proxies are made, not read, where no cache has them.
        return Files.readAllLines(log).stream()
                .filter(line -> isFromCache(line) || line.contains(".jar"))
                .toList();
    }

    private static boolean isFromCache(String line) {
        return line.contains("shared objects file");
    }

    private String disk() {
        return "file=" + folder.resolve("disk.raw") + ",size=1M";
    }

    private static List<String> cacheFiles() throws IOException {
        try (Stream<Path> files = Files.list(copy)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("platter\\.(aot|jsa)(\\.jars)?"))
                    .sorted()
                    .toList();
        }
    }

    private static void copyJars(Path app) throws IOException {
        Path target = Files.createDirectories(app.resolve("lib"));
        try (Stream<Path> jars = Files.list(APP.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(
                        jar, target.resolve(jar.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void makeCache(Path app) throws Exception {
        ProcessBuilder training = new ProcessBuilder(MAKE_CACHE.toString(), app.toString());
        training.environment().put("JAVA_HOME", System.getProperty("java.home"));
        training.redirectErrorStream(true);
        Process process = training.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said).isEmpty();
    }

    private static long residentKibibytes(ProcessHandle process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
