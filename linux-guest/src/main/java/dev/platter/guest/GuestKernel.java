package dev.platter.guest;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Linux kernel this process may read and boot.
 *
 * @param image the bzImage
 * @param modules the folder of its modules, {@code …/lib/modules/RELEASE}
 * @param release the kernel's own name, such as {@code 6.1.0-56-cloud-amd64}
 */
public record GuestKernel(Path image, Path modules, String release) {
    private static final String PREFIX = "vmlinuz-";
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /**
     * The kernel to boot: the one {@code PLATTER_GUEST_KERNEL} names, else the newest unpacked by
     * {@code scripts/install-test-tools}, else the newest of the host's own that is readable.
     *
     * @throws GuestUnavailableException when there is none, saying why and what to do
     */
    public static GuestKernel find() throws GuestUnavailableException {
        String named = System.getenv("PLATTER_GUEST_KERNEL");
        return named == null || named.isEmpty()
                ? newest(ToolsFolder.get().resolve("kernel"), Path.of("/"))
                : named(Path.of(named));
    }

    static GuestKernel named(Path image) throws GuestUnavailableException {
        if (!Files.isReadable(image) || !image.getFileName().toString().startsWith(PREFIX)) {
            throw new GuestUnavailableException(
                    "PLATTER_GUEST_KERNEL must name a readable vmlinuz-RELEASE file, not " + image);
        }
        Path root = image.toAbsolutePath().resolve("../..").normalize();
        return withModules(image, root)
                .or(() -> withModules(image, Path.of("/")))
                .orElseThrow(
                        () ->
                                new GuestUnavailableException(
                                        "the modules of %s are neither in %s nor in /lib/modules"
                                                .formatted(image, root.resolve("lib/modules"))));
    }

    static GuestKernel newest(Path... roots) throws GuestUnavailableException {
        for (Path root : roots) {
            for (Path image : imagesNewestFirst(root.resolve("boot"))) {
                Optional<GuestKernel> kernel = withModules(image, root);
                if (kernel.isPresent()) {
                    return kernel.get();
                }
            }
        }
        throw new GuestUnavailableException(
                "no readable Linux kernel with its modules is in "
                        + roots[0]
                        + " or /boot: run scripts/install-test-tools");
    }

    private static Optional<GuestKernel> withModules(Path image, Path root) {
        String release = image.getFileName().toString().substring(PREFIX.length());
        Path modules = root.resolve("lib/modules").resolve(release);
        return Files.isReadable(image) && Files.isDirectory(modules.resolve("kernel"))
                ? Optional.of(new GuestKernel(image, modules, release))
                : Optional.empty();
    }

    private static List<Path> imagesNewestFirst(Path boot) {
        List<Path> images = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(boot, PREFIX + "*")) {
            files.forEach(images::add);
        } catch (IOException absent) {
            return List.of();
        }
        images.sort(Comparator.comparing(GuestKernel::versionKey).reversed());
        return images;
    }

    /** The name with its numbers padded, so that 6.1.0-56 sorts after 6.1.0-9. */
    private static String versionKey(Path image) {
        return NUMBER.matcher(image.getFileName().toString())
                .replaceAll(
                        number ->
                                "0".repeat(Math.max(0, 9 - number.group().length()))
                                        + number.group());
    }
}
