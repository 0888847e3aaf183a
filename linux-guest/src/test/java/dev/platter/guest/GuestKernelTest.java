package dev.platter.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestKernelTest {
    @TempDir private Path root;

    @Test
    void theNewestKernelWithModulesIsFound() throws Exception {
        kernel("6.1.0-9-cloud-amd64");
        kernel("6.1.0-56-cloud-amd64");
        Files.createFile(root.resolve("boot/vmlinuz-6.1.0-99-without-modules"));
        assertThat(GuestKernel.newest(root).release()).isEqualTo("6.1.0-56-cloud-amd64");
    }

    @Test
    void absenceIsOneSentenceWithTheRemedy() {
        assertThatThrownBy(() -> GuestKernel.newest(root))
                .isInstanceOf(GuestUnavailableException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining("scripts/install-test-tools");
    }

    @Test
    void aNamedKernelBringsTheModulesBesideIt() throws Exception {
        Path image = kernel("6.1.0-9-cloud-amd64");
        assertThat(GuestKernel.named(image).modules())
                .isEqualTo(root.resolve("lib/modules/6.1.0-9-cloud-amd64"));
        assertThatThrownBy(() -> GuestKernel.named(root.resolve("vmlinuz-absent")))
                .hasMessageContaining("PLATTER_GUEST_KERNEL");
    }

    @Test
    void modulesComeAfterWhatTheyDependOnAndBuiltInOnesNotAtAll() throws Exception {
        kernel("1");
        module("scsi/sd-mod", "scsi_mod,t10-pi");
        module("scsi/scsi_mod", "scsi_common");
        module("scsi/scsi_common", "");
        Files.writeString(
                root.resolve("lib/modules/1/modules.builtin"), "kernel/block/t10-pi.ko\n");
        KernelModules modules = new KernelModules(GuestKernel.newest(root));
        assertThat(modules.inLoadOrder(List.of("sd_mod"), List.of("absent")).keySet())
                .containsExactly("scsi_common", "scsi_mod", "sd_mod");
        assertThatThrownBy(() -> modules.inLoadOrder(List.of("absent"), List.of()))
                .hasMessageContaining("no module absent");
    }

    private Path kernel(String release) throws IOException {
        Files.createDirectories(root.resolve("lib/modules/" + release + "/kernel/scsi"));
        Files.createDirectories(root.resolve("boot"));
        return Files.createFile(root.resolve("boot/vmlinuz-" + release));
    }

    private void module(String name, String depends) throws IOException {
        String information = "\u007fELF\0license=GPL\0depends=" + depends + "\0name=x\0";
        Files.write(
                root.resolve("lib/modules/1/kernel/" + name + ".ko"),
                information.getBytes(StandardCharsets.ISO_8859_1));
    }
}
