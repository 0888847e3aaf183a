package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.LinuxFileCalls;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostDiskTest {
    @TempDir private Path sysfs;

    private void disk(String cache, String fua) throws Exception {
        Path queue = Files.createDirectories(sysfs.resolve("devices/vda/queue"));
        Files.createDirectories(sysfs.resolve("devices/vda/vda1"));
        Files.writeString(queue.resolve("write_cache"), cache + "\n");
        Files.writeString(queue.resolve("fua"), fua + "\n");
        Files.createSymbolicLink(sysfs.resolve("254:0"), sysfs.resolve("devices/vda"));
        Files.createSymbolicLink(sysfs.resolve("254:1"), sysfs.resolve("devices/vda/vda1"));
    }

    @Test
    void aDiskTellsOfItsCacheAndFua() throws Exception {
        disk("write back", "1");
        assertThat(HostDisk.of(sysfs, "254:0")).contains(new HostDisk("vda", true, true));
    }

    @Test
    void aPartitionIsItsDisk() throws Exception {
        disk("write through", "0");
        assertThat(HostDisk.of(sysfs, "254:1")).contains(new HostDisk("vda", false, false));
    }

    @Test
    void noDiskIsNoAnswer() {
        assertThat(HostDisk.of(sysfs, "0:44")).isEmpty();
    }

    @Test
    void aFolderAndAFileInItAreSurveyedAlike() throws Exception {
        Path file = Files.createFile(sysfs.resolve("image"));
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            PlaceSurvey survey = PlaceSurvey.of(file.toString(), calls);
            assertThat(survey).isEqualTo(PlaceSurvey.of(sysfs.toString(), calls));
            assertThat(survey.storage().blockDevice()).isFalse();
        }
    }
}
