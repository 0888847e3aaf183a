package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our numbers of io_uring against those of the installed kernel header. */
class IoUringHeaderTest {
    private static final String HEADER = "linux/io_uring.h";

    /** Newer than the headers of the distributions we build on. */
    private static final List<String> RECENT = List.of("IORING_SETUP_NO_SQARRAY");

    private static final Pattern ENUM_BIT = Pattern.compile("1U\\s*<<\\s*(IOSQE_\\w+_BIT)");

    private String header;
    private Map<String, Long> defined;

    @BeforeEach
    void readHeader() throws Exception {
        Assumptions.assumeTrue(KernelHeaders.areInstalled(HEADER), HEADER + " is not installed");
        header = Files.readString(Path.of("/usr/include", HEADER));
        defined = KernelHeaders.read(HEADER);
    }

    @Test
    void setupFlags() throws Exception {
        compare(IoUringSetup.class, "IORING_SETUP_", defined);
    }

    @Test
    void features() throws Exception {
        compare(IoUringFeatures.class, "IORING_FEAT_", defined);
    }

    @Test
    void enterFlags() throws Exception {
        compare(IoUringEnter.class, "IORING_ENTER_", defined);
    }

    @Test
    void submissionQueueFlags() {
        assertThat(defined)
                .containsEntry("IORING_SQ_NEED_WAKEUP", (long) IoUringSq.NEED_WAKEUP)
                .containsEntry("IORING_SQ_CQ_OVERFLOW", (long) IoUringSq.CQ_OVERFLOW)
                .containsEntry("IORING_SQ_TASKRUN", (long) IoUringSq.TASKRUN);
        assertThat(header).contains("IORING_OFF_SQES\t\t\t0x10000000ULL");
        assertThat(IoUringSq.ENTRIES_OFFSET).isEqualTo(0x10000000L);
    }

    @Test
    void operations() throws Exception {
        compare(IoUringOp.class, "IORING_OP_", enumerated("enum io_uring_op {"));
    }

    @Test
    void registrations() {
        Map<String, Long> numbers = enumerated("enum {\n\tIORING_REGISTER_BUFFERS");
        assertThat(numbers)
                .containsEntry("IORING_REGISTER_FILES", (long) IoUringRegister.FILES)
                .containsEntry("IORING_UNREGISTER_FILES", (long) IoUringRegister.UNREGISTER_FILES)
                .containsEntry("IORING_REGISTER_FILES_UPDATE", (long) IoUringRegister.FILES_UPDATE)
                .containsEntry("IORING_REGISTER_PROBE", (long) IoUringRegister.PROBE)
                .containsEntry("IORING_REGISTER_ENABLE_RINGS", (long) IoUringRegister.ENABLE_RINGS)
                .containsEntry("IORING_REGISTER_RING_FDS", (long) IoUringRegister.RING_FDS)
                .containsEntry(
                        "IORING_UNREGISTER_RING_FDS", (long) IoUringRegister.UNREGISTER_RING_FDS);
    }

    @Test
    void entryFlags() {
        Map<String, Long> bits = enumerated("enum {\n\tIOSQE_FIXED_FILE_BIT");
        assertThat(1L << bits.get("IOSQE_FIXED_FILE_BIT")).isEqualTo(IoUringSqe.FIXED_FILE);
        assertThat(1L << bits.get("IOSQE_IO_LINK_BIT")).isEqualTo(IoUringSqe.IO_LINK);
        assertThat(1L << bits.get("IOSQE_ASYNC_BIT")).isEqualTo(IoUringSqe.ASYNC);
        assertThat(ENUM_BIT.matcher(header).results().count()).isEqualTo(bits.size());
        assertThat(defined)
                .containsEntry("IORING_FSYNC_DATASYNC", (long) IoUringSqe.FSYNC_DATASYNC);
    }

    /** The constants of an enum, which count up from 0 or from what one is set to. */
    private Map<String, Long> enumerated(String start) {
        int from = header.indexOf(start);
        assertThat(from).as(start).isNotNegative();
        String body = header.substring(header.indexOf('{', from) + 1, header.indexOf("};", from));
        String bare = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL).matcher(body).replaceAll("");
        Matcher entry = Pattern.compile("(\\w+)(?:\\s*=\\s*(\\d+))?\\s*(?:,|$)").matcher(bare);
        Map<String, Long> numbers = new HashMap<>();
        long next = 0;
        while (entry.find()) {
            next = entry.group(2) == null ? next : Long.parseLong(entry.group(2));
            numbers.put(entry.group(1), next++);
        }
        return numbers;
    }

    private static void compare(Class<?> ours, String prefix, Map<String, Long> theirs)
            throws Exception {
        for (Field field : ours.getDeclaredFields()) {
            String name = prefix + field.getName();
            if (!Modifier.isPublic(field.getModifiers())
                    || (RECENT.contains(name) && !theirs.containsKey(name))) {
                continue;
            }
            assertThat(theirs).containsEntry(name, (long) field.getInt(null));
        }
    }
}
