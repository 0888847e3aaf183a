package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks between two of us, and between QEMU's real tools and us. */
@Timeout(120)
class ImageLockTest {
    @TempDir(factory = InTarget.class)
    private Path folder;

    private final FileCalls calls = Intercepted.real();
    private Path path;

    @BeforeEach
    void makeImage() throws IOException {
        path = folder.resolve("disk.raw");
        Files.write(path, new byte[1 << 20]);
    }

    private ImageFile open(boolean readOnly) throws BackendException {
        BackendOptions options =
                new BackendOptions(
                        path.toString(),
                        CacheMode.WRITEBACK,
                        readOnly,
                        true,
                        OptionalLong.empty(),
                        Map.of());
        return ImageFile.open(options, DsyncPreference.AUTO, SubmissionPath.SYSTEM_CALL, calls);
    }

    @Test
    void whoSharesAnImageKnowinglyTakesNoLock() throws Exception {
        ImageFile first = open(false);
        ImageFile second = open(Map.of(ImageFile.LOCKING, "off"));
        second.close(calls);
        assertInUse(false);
        first.close(calls);
        second = open(Map.of(ImageFile.LOCKING, "off"));
        open(false).close(calls);
        second.close(calls);
        assertThatThrownBy(() -> open(Map.of(ImageFile.LOCKING, "maybe")))
                .hasMessage("locking=maybe is unknown: use locking=on or off");
    }

    private ImageFile open(Map<String, String> properties) throws BackendException {
        BackendOptions options =
                new BackendOptions(
                        path.toString(),
                        CacheMode.WRITEBACK,
                        false,
                        true,
                        OptionalLong.empty(),
                        properties);
        return ImageFile.open(options, DsyncPreference.AUTO, SubmissionPath.SYSTEM_CALL, calls);
    }

    private void assertInUse(boolean readOnly) {
        assertThatThrownBy(() -> open(readOnly))
                .isInstanceOfSatisfying(
                        BackendException.class,
                        failure -> assertThat(failure.errno()).isEqualTo(Errnos.EBUSY))
                .hasMessageContaining(path + " is in use by another process");
    }

    private Tools.Outcome qemuIo(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 4];
        command[0] = Tools.require("qemu-io");
        command[1] = "-f";
        command[2] = "raw";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        command[command.length - 1] = path.toString();
        return Tools.run(command);
    }

    @Test
    void aWriterKeepsOthersOut() throws Exception {
        ImageFile writer = open(false);
        assertInUse(false);
        assertInUse(true);
        writer.close(calls);
        open(false).close(calls);
    }

    @Test
    void readersShareAndKeepWritersOut() throws Exception {
        ImageFile first = open(true);
        ImageFile second = open(true);
        assertInUse(false);
        first.close(calls);
        assertInUse(false);
        second.close(calls);
        open(false).close(calls);
    }

    @Test
    void closingAFurtherDescriptorKeepsTheLock() throws Exception {
        ImageFile writer = open(false);
        calls.close(writer.openAnother(calls));
        assertInUse(false);
        writer.close(calls);
    }

    @Test
    void qemuIoCannotWriteWhatWeHold() throws Exception {
        ImageFile writer = open(false);
        Tools.Outcome outcome = qemuIo("-c", "write -P 7 0 512");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.output()).contains("Failed to get \"write\" lock");
        assertThat(Files.readAllBytes(path)[0]).isZero();
        writer.close(calls);
        assertThat(qemuIo("-c", "write -P 7 0 512").exitCode()).isZero();
        assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 7);
    }

    @Test
    void qemuIoMayReadButNotWriteWhatWeOnlyRead() throws Exception {
        ImageFile reader = open(true);
        assertThat(qemuIo("-r", "-c", "read 0 512").exitCode()).isZero();
        assertThat(qemuIo("-c", "write 0 512").output()).contains("lock");
        reader.close(calls);
    }

    @Test
    void weCannotOpenWhatQemuNbdServes() throws Exception {
        String nbd = Tools.require("qemu-nbd");
        Path socket = folder.resolve("nbd.sock");
        Process server =
                new ProcessBuilder(
                                nbd,
                                "--format=raw",
                                "--persistent",
                                "--socket=" + socket.toAbsolutePath(),
                                path.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            awaitWriter(server);
            assertInUse(false);
        } finally {
            server.destroy();
            server.waitFor();
        }
        open(false).close(calls);
    }

    @Test
    void weCannotOpenWhatTheQemuStorageDaemonExports() throws Exception {
        String daemon = Tools.require("qemu-storage-daemon");
        Path socket = folder.resolve("qsd.sock");
        Process server =
                new ProcessBuilder(
                                daemon,
                                "--blockdev",
                                "file,node-name=disk,filename=" + path,
                                "--nbd-server",
                                "addr.type=unix,addr.path=" + socket.toAbsolutePath(),
                                "--export",
                                "nbd,id=export,node-name=disk,writable=on")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            awaitWriter(server);
            assertInUse(false);
        } finally {
            server.destroy();
            server.waitFor();
        }
        open(false).close(calls);
    }

    /**
     * Waits until the server holds the byte of its permission to write: both listen before they
     * take it, and trying to open meanwhile could be in their way.
     */
    private void awaitWriter(Process server) throws Exception {
        String inode = ":" + Files.getAttribute(path, "unix:ino") + " ";
        while (Files.readAllLines(Path.of("/proc/locks")).stream()
                .noneMatch(line -> line.contains(inode) && covers(line, 101))) {
            assertThat(server.isAlive()).as("the server runs").isTrue();
            Thread.sleep(20);
        }
    }

    private static boolean covers(String line, int position) {
        String[] words = line.split(" ", -1);
        long first = Long.parseLong(words[words.length - 2]);
        String last = words[words.length - 1];
        return first <= position && (last.equals("EOF") || position <= Long.parseLong(last));
    }
}
