package dev.platter.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurabilityTest {
    @TempDir private Path folder;

    @Test
    void theDoctorTellsWhatAutoDoesAndWhyForAFileAndItsFolder() throws Exception {
        Path image = Files.write(folder.resolve("image.raw"), new byte[1 << 20]);
        for (Path path : new Path[] {folder, image}) {
            assertThat(Durability.of(path).findings())
                    .extracting(Finding::subject)
                    .containsExactly("storage", "disk", "dsync posix", "dsync uring");
            assertThat(Doctor.examine(path).json())
                    .contains("\"durability\" : {")
                    .contains("\"api\" : \"pwritev2\"")
                    .contains("\"api\" : \"io_uring\"")
                    .contains("\"rwfAllowed\" : ");
        }
    }

    @Test
    void aPathThatCannotBeLookedAtIsNoReasonToFail() {
        assertThat(Durability.of(folder.resolve("no")).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains("cannot look at"));
    }
}
