package dev.platter.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    @TempDir private Path folder;

    private BenchOptions options(Optional<Path> image) {
        return new BenchOptions(
                folder,
                image,
                16 << 20,
                Suite.QUICK,
                Optional.empty(),
                1,
                1,
                1,
                false,
                false,
                Map.of("platter", List.of("/bin/platter")),
                Optional.of(Path.of("/peer")),
                1);
    }

    @Test
    void platterServesTheImageUnlockedWithTheChosenMode() throws Exception {
        BenchOptions options = options(Optional.empty());
        try (Place place = Place.prepare(options)) {
            Subject.Platter subject =
                    new Subject.Platter(
                            "platter", "directsync", "uring", "rwf", 2, List.of("sqpoll"));
            List<String> command =
                    new Commands(options, place)
                            .platter(subject, Path.of("/s"), 3, place.images(2));
            assertThat(command)
                    .containsExactly(
                            "/bin/platter",
                            "serve",
                            "--socket",
                            "/s",
                            "--queues",
                            "3",
                            "--disk",
                            "file="
                                    + place.image()
                                    + ",cache=directsync,backend=uring,dsync=rwf,locking=off,sqpoll=on",
                            "--disk",
                            "file="
                                    + place.folder()
                                    + "/idle-1,cache=directsync,backend=uring,dsync=rwf,locking=off,sqpoll=on");
        }
    }

    @Test
    void thePeerSeesTheWorkingFolderUnderItsOwnRoot() throws Exception {
        BenchOptions options = options(Optional.empty());
        try (Place place = Place.prepare(options)) {
            Subject.StorageDaemon subject =
                    new Subject.StorageDaemon(true, "io_uring", true, true, 1);
            List<String> command =
                    new Commands(options, place)
                            .storageDaemon(
                                    subject, place.folder().resolve("1.sock"), 1, place.images(1));
            assertThat(command)
                    .contains("unshare", "/peer", place.folder().toString())
                    .contains(
                            "driver=file,node-name=disk0,filename=/mnt/image,aio=io_uring,cache.direct=on,locking=off")
                    .contains(
                            "type=vhost-user-blk,id=export0,node-name=disk0,addr.type=unix,addr.path=/mnt/1.sock,writable=on,writethrough=on,iothread=io,num-queues=1");
        }
    }

    @Test
    void theImageOfTheRunIsWrittenAndGoesWithIt() throws Exception {
        BenchOptions options = options(Optional.empty());
        Path made;
        try (Place place = Place.prepare(options)) {
            made = place.image();
            assertThat(place.imageBytes()).isEqualTo(16 << 20);
            assertThat(Files.size(made)).isEqualTo(16 << 20);
            place.settle(false);
            place.settle(true);
        }
        assertThat(made).doesNotExist();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anImageOfTheUsersStays() throws Exception {
        Path image = Files.write(folder.resolve("mine"), new byte[1 << 20]);
        try (Place place = Place.prepare(options(Optional.of(image)))) {
            assertThat(place.image()).isEqualTo(image);
            assertThat(place.imageBytes()).isEqualTo(1 << 20);
        }
        assertThat(image).exists();
    }
}
