package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Our numbers against those of the kernel headers that are installed where the test runs. */
class KernelHeadersTest {
    private static final UnaryOperator<String> SAME = UnaryOperator.identity();

    /** Newer than the headers of the distributions we build on. */
    private static final List<String> RECENT =
            List.of(
                    "RWF_NOAPPEND",
                    "RWF_ATOMIC",
                    "STATX_WRITE_ATOMIC",
                    "RWF_DONTCACHE",
                    "FALLOC_FL_WRITE_ZEROES",
                    "STATX_DIOALIGN");

    @Test
    void openFlags() throws Exception {
        compare(OpenFlags.class, SAME, "asm/fcntl.h", "asm-generic/fcntl.h");
    }

    @Test
    void lockConstants() throws Exception {
        compare(FileLocks.class, name -> name.startsWith("F_") ? name : "", "asm-generic/fcntl.h");
    }

    @Test
    void readWriteFlags() throws Exception {
        compare(RwFlags.class, SAME, "linux/fs.h");
    }

    @Test
    void blockRequests() throws Exception {
        compare(BlockIoctls.class, SAME, "linux/fs.h");
    }

    @Test
    void fallocateModes() throws Exception {
        compare(FallocateModes.class, SAME, "linux/falloc.h");
    }

    @Test
    void errorNumbers() throws Exception {
        compare(Errnos.class, SAME, "asm-generic/errno-base.h", "asm-generic/errno.h");
    }

    @Test
    void errorNames() throws Exception {
        String[] headers = {"asm-generic/errno-base.h", "asm-generic/errno.h"};
        assumeInstalled(headers);
        Map<String, Long> defined = KernelHeaders.read(headers);
        assertThat(defined).hasSizeGreaterThan(100);
        defined.forEach(
                (name, number) -> assertThat(Errnos.name(number.intValue())).isEqualTo(name));
    }

    @Test
    void statusMasks() throws Exception {
        compare(
                FileStatus.class,
                name -> name.startsWith("STATX_") && !name.endsWith("BYTES") ? name : "",
                "linux/stat.h");
    }

    @Test
    void epollEvents() throws Exception {
        Map<String, String> names = Map.of("EDGE_TRIGGERED", "EPOLLET");
        compare(
                PollEvents.class,
                name -> names.getOrDefault(name, "EPOLL" + name),
                "linux/eventpoll.h");
    }

    @Test
    void fileSystemMagics() throws Exception {
        Map<String, String> names =
                Map.of(
                        "TMPFS", "TMPFS_MAGIC",
                        "RAMFS", "RAMFS_MAGIC",
                        "HUGETLBFS", "HUGETLBFS_MAGIC",
                        "V9FS", "V9FS_MAGIC",
                        "VFAT", "MSDOS_SUPER_MAGIC",
                        // Never in the kernel's headers, or no longer.
                        "ZFS", "",
                        "BCACHEFS", "");
        compare(
                FileSystems.class,
                name -> names.getOrDefault(name, name + "_SUPER_MAGIC"),
                "linux/magic.h");
    }

    private static void compare(Class<?> ours, UnaryOperator<String> naming, String... headers)
            throws Exception {
        assumeInstalled(headers);
        Map<String, Long> defined = KernelHeaders.read(headers);
        List<String> compared = new ArrayList<>();
        for (Field field : ours.getDeclaredFields()) {
            String name = isNumber(field) ? naming.apply(field.getName()) : "";
            if (name.isEmpty() || (RECENT.contains(name) && !defined.containsKey(name))) {
                continue;
            }
            assertThat(defined).containsKey(name);
            assertThat(value(field)).as(name).isEqualTo(meant(field, defined.get(name)));
            compared.add(name);
        }
        assertThat(compared).isNotEmpty();
    }

    private static void assumeInstalled(String... headers) throws Exception {
        Assumptions.assumeTrue(
                KernelHeaders.areInstalled(headers),
                () -> "not installed here: " + String.join(", ", headers));
    }

    private static boolean isNumber(Field field) {
        return Modifier.isStatic(field.getModifiers())
                && !Modifier.isPrivate(field.getModifiers())
                && (field.getType() == int.class || field.getType() == long.class);
    }

    private static long value(Field field) throws IllegalAccessException {
        return ((Number) field.get(null)).longValue();
    }

    private static long meant(Field field, long defined) {
        return field.getType() == int.class ? (int) defined : defined;
    }
}
