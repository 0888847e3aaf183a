package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
    @TempDir private Path folder;

    @Test
    void aFileSystemComesAndGoes() throws Exception {
        assumeTrue(
                Files.readString(Path.of("/proc/self/status")).contains("\nUid:\t0\t0"),
                "only root can mount");
        Path inside = Files.createFile(folder.resolve("covered"));
        String options = "size=64k,mode=700";
        Mounts.mount("none", folder.toString(), "tmpfs", Mounts.MS_NODEV, options);
        assertThat(inside).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mounts")))
                .contains(folder + " tmpfs rw,nodev");
        Mounts.unmount(folder.toString(), Mounts.MNT_DETACH);
        assertThat(inside).exists();
    }

    @Test
    void aRefusalNamesTheCallAndThePlace() {
        assertThatThrownBy(() -> Mounts.mount("none", folder + "/no", "tmpfs", 0, ""))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("mount(\"" + folder + "/no\"): ");
        assertThatThrownBy(() -> Mounts.unmount(folder.toString(), 0))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("umount2(\"" + folder);
    }
}
