package dev.platter.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The loadable modules of one kernel, by name. Dependencies are read from the modules themselves,
 * for a kernel package that was unpacked and not installed has no {@code modules.dep}.
 */
final class KernelModules {
    private static final byte[] DEPENDS = "\0depends=".getBytes(StandardCharsets.US_ASCII);

    private final GuestKernel kernel;
    private final Map<String, Path> files = new HashMap<>();
    private final Set<String> builtIn = new HashSet<>();

    KernelModules(GuestKernel kernel) throws IOException {
        this.kernel = kernel;
        try (Stream<Path> tree = Files.walk(kernel.modules().resolve("kernel"))) {
            tree.filter(file -> file.getFileName().toString().contains(".ko"))
                    .forEach(file -> files.putIfAbsent(nameOf(file.toString()), file));
        }
        Path list = kernel.modules().resolve("modules.builtin");
        if (Files.isReadable(list)) {
            Files.readAllLines(list).forEach(line -> builtIn.add(nameOf(line)));
        }
    }

    /**
     * The images of the wanted modules and of all they depend on, each after its dependencies; what
     * is built into the kernel is left out.
     *
     * @param optional modules to take along only where this kernel has them
     */
    Map<String, byte[]> inLoadOrder(Collection<String> wanted, Collection<String> optional)
            throws IOException {
        Map<String, byte[]> order = new LinkedHashMap<>();
        for (String name : wanted) {
            add(name, order, new HashSet<>());
        }
        for (String name : optional) {
            if (files.containsKey(name)) {
                add(name, order, new HashSet<>());
            }
        }
        return order;
    }

    private void add(String name, Map<String, byte[]> order, Set<String> underway)
            throws IOException {
        if (order.containsKey(name) || builtIn.contains(name) || !underway.add(name)) {
            return;
        }
        Path file = files.get(name);
        if (file == null) {
            throw new IOException("kernel " + kernel.release() + " has no module " + name);
        }
        byte[] image = read(file);
        for (String dependency : dependenciesOf(image)) {
            add(dependency, order, underway);
        }
        order.put(name, image);
    }

    /** The list in the module's {@code .modinfo}: NUL-separated {@code key=value} strings. */
    static List<String> dependenciesOf(byte[] image) {
        int at = indexOf(image, DEPENDS);
        if (at < 0) {
            return List.of();
        }
        int start = at + DEPENDS.length;
        int end = start;
        while (end < image.length && image[end] != 0) {
            end++;
        }
        String names = new String(image, start, end - start, StandardCharsets.US_ASCII);
        return Stream.of(names.split(","))
                .filter(name -> !name.isEmpty())
                .map(KernelModules::nameOf)
                .toList();
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            int matched = 0;
            while (matched < wanted.length && bytes[at + matched] == wanted[matched]) {
                matched++;
            }
            if (matched == wanted.length) {
                return at;
            }
        }
        return -1;
    }

    private static byte[] read(Path file) throws IOException {
        String name = file.toString();
        if (name.endsWith(".xz")) {
            return HostPrograms.outputOf("xz", "-dc", name);
        }
        if (name.endsWith(".zst")) {
            return HostPrograms.outputOf("zstd", "-dcq", name);
        }
        return name.endsWith(".gz")
                ? HostPrograms.outputOf("gzip", "-dc", name)
                : Files.readAllBytes(file);
    }

    /**
     * Files and dependency lists mix {@code -} and {@code _}; the kernel's own name has {@code _}.
     */
    private static String nameOf(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        int extension = file.indexOf(".ko");
        return (extension < 0 ? file : file.substring(0, extension)).replace('-', '_');
    }
}
