package dev.platter.it.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.it.support.PlatterProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code platter serve} as a user types it: what it prints, leaves behind, and answers to mistakes.
 */
class ServeCommandTest {
    private static final int USAGE = 2;

    @TempDir Path temp;
    private Path folder;
    private Path socket;

    @BeforeEach
    void folder() throws IOException {
        folder = temp.toRealPath();
        socket = folder.resolve("sock");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file=DIR/absent.raw|absent.raw",
                "file=DIR|neither a file nor a block device",
                "file=DIR/odd.raw|not a multiple of the 512",
                "file=DIR/good.raw,cache=swift|cache=swift is not one of",
                "file=DIR/good.raw,flavour=mint|there is no option 'flavour'",
                "file=DIR/good.raw,backend=cloud|backend=cloud is not in this build",
                "file=DIR/new.raw,size=1000|not a multiple of logical_block_size=512",
                "file=DIR/sub/new.raw,size=1M|sub/new.raw",
                "file=DIR/four-and-a-half.raw,logical_block_size=4096|logical_block_size=4096"
            })
    void aDiskThatCannotBeIsOneSentenceAndExitCode2(String disk, String sentence)
            throws IOException {
        Files.write(folder.resolve("odd.raw"), new byte[1000]);
        Files.write(folder.resolve("good.raw"), new byte[8192]);
        Files.write(folder.resolve("four-and-a-half.raw"), new byte[4096 + 512]);
        List<Path> before = contents();
        refused(
                sentence,
                "serve",
                "--socket",
                socket.toString(),
                "--disk",
                disk.replace("DIR", folder.toString()));
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void wrongUseIsOneSentenceAndExitCode2() throws IOException {
        refused("--socket", "serve", "--disk", "file=a");
        refused("--disk", "serve", "--socket", socket.toString());
        refused(
                "there is no option '--port'",
                "serve",
                "--port",
                "1",
                "--socket",
                socket.toString(),
                "--disk",
                "file=a");
        refused(
                "--queues 0 is not a number from 1 to 254",
                "serve",
                "--socket",
                socket.toString(),
                "--disk",
                "file=a",
                "--queues",
                "0");
        refused(
                "--queues twelve is not a number",
                "serve",
                "--socket",
                socket.toString(),
                "--disk",
                "file=a",
                "--queues",
                "twelve");
    }

    @Test
    void whatAnEarlierDiskCreatedIsRemovedWhenALaterOneFails() throws IOException {
        Path created = folder.resolve("created.raw");
        refused(
                "absent.raw",
                "serve",
                "--socket",
                socket.toString(),
                "--disk",
                "file=" + created + ",size=1M",
                "--disk",
                "file=" + folder.resolve("absent.raw"));
        assertThat(created).doesNotExist();
    }

    @Test
    void anImageInUseIsRefusedAndLeftAlone() throws IOException {
        Path image = folder.resolve("disk.raw");
        try (PlatterProcess first =
                PlatterProcess.serve(folder, socket, "file=" + image + ",size=1M")) {
            refused(
                    "in use",
                    "serve",
                    "--socket",
                    socket + "2",
                    "--disk",
                    "file=" + image + ",size=1M");
            assertThat(first.isAlive()).isTrue();
            assertThat(image).hasSize(1 << 20);
        }
    }

    @Test
    void aLiveSocketIsRefusedAndAStaleOneReplaced() throws IOException {
        Path image = folder.resolve("disk.raw");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            refused(
                    "--socket",
                    "serve",
                    "--socket",
                    socket.toString(),
                    "--disk",
                    "file=" + image + ",size=1M");
            assertThat(image).doesNotExist();
        }
        assertThat(socket).exists();
        try (PlatterProcess server =
                PlatterProcess.serve(folder, socket, "file=" + image + ",size=1M")) {
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void aFileInTheSocketsPlaceIsRefusedAndKept() throws IOException {
        Files.writeString(socket, "precious");
        refused(
                "--socket",
                "serve",
                "--socket",
                socket.toString(),
                "--disk",
                "file=" + folder.resolve("disk.raw") + ",size=1M");
        assertThat(socket).hasContent("precious");
        assertThat(folder.resolve("disk.raw")).doesNotExist();
    }

    @Test
    void theSocketIsTheUsersAloneAndGoesWithTheServer() throws IOException {
        try (PlatterProcess server =
                PlatterProcess.serve(
                        folder, socket, "file=" + folder.resolve("disk.raw") + ",size=1M")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            try (SocketChannel frontEnd = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                assertThat(frontEnd.isConnected()).isTrue();
            }
            server.terminate();
            assertThat(server.awaitExit()).isZero();
            assertThat(server.output()).isEmpty();
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void sigintEndsTheServerInGoodOrderToo() throws Exception {
        try (PlatterProcess server =
                PlatterProcess.serve(
                        folder, socket, "file=" + folder.resolve("disk.raw") + ",size=1M")) {
            new ProcessBuilder("kill", "-INT", Long.toString(server.target().pid()))
                    .start()
                    .waitFor();
            assertThat(server.awaitExit()).isZero();
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void anExistingImageIsNeverResized() throws IOException {
        Path image = folder.resolve("disk.raw");
        Files.write(image, new byte[8192]);
        try (PlatterProcess server =
                PlatterProcess.serve(folder, socket, "file=" + image + ",size=1M")) {
            assertThat(server.isAlive()).isTrue();
        }
        assertThat(image).hasSize(8192);
    }

    @Test
    void helpTeachesAndVersionTells() throws IOException {
        try (PlatterProcess help = PlatterProcess.start(folder, "serve", "--help")) {
            assertThat(help.output())
                    .contains("directsync")
                    .contains("vhost-user-scsi-pci")
                    .contains("logical_block_size");
            assertThat(help.awaitExit()).isZero();
        }
        try (PlatterProcess version = PlatterProcess.start(folder, "--version")) {
            assertThat(version.output()).startsWith("platter ");
            assertThat(version.awaitExit()).isZero();
        }
    }

    private void refused(String sentence, String... arguments) throws IOException {
        try (PlatterProcess process = PlatterProcess.start(folder, arguments)) {
            String out = process.output();
            assertThat(process.awaitExit()).as(process.errors()).isEqualTo(USAGE);
            assertThat(out).isEmpty();
            List<String> said = process.errors().lines().toList();
            assertThat(said).hasSize(1);
            assertThat(said.get(0)).startsWith("platter serve: ").contains(sentence);
        }
    }

    private List<Path> contents() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.toString().endsWith(".err")).sorted().toList();
        }
    }
}
