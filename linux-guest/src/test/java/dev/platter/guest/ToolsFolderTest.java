package dev.platter.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolsFolderTest {
    @Test
    void theFolderIsTheOneTheScriptFills() {
        assertThat(ToolsFolder.of(Map.of("PLATTER_TEST_TOOLS", "/t", "HOME", "/h"), "/j"))
                .isEqualTo(Path.of("/t"));
        assertThat(ToolsFolder.of(Map.of("XDG_CACHE_HOME", "/x", "HOME", "/h"), "/j"))
                .isEqualTo(Path.of("/x/platter/test-tools"));
        assertThat(ToolsFolder.of(Map.of("HOME", "/h"), "/j"))
                .isEqualTo(Path.of("/h/.cache/platter/test-tools"));
        assertThat(ToolsFolder.of(Map.of(), "/j"))
                .isEqualTo(Path.of("/j/.cache/platter/test-tools"));
    }
}
