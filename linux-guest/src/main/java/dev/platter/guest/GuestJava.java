package dev.platter.guest;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Java runtime and a class path for a guest to take along ({@link LinuxGuestBuilder#java}), and
 * the commands that run a main class there. The runtime is cut from the JDK this process runs on;
 * it and the class path make the guest's initial RAM disk some 70 MB larger. Immutable.
 */
public final class GuestJava {
    private static final String RUNTIME = "java";
    private static final String CLASSES = "classes";

    private final List<String> modules;
    private final List<Path> classPath;

    private GuestJava(Collection<String> modules, Collection<Path> classPath) {
        this.modules = List.copyOf(modules);
        this.classPath = List.copyOf(classPath);
    }

    /**
     * A runtime of these modules of the JDK and what they need.
     *
     * @param modules such as {@code java.base}
     */
    public static GuestJava of(String... modules) {
        return new GuestJava(List.of(modules), List.of());
    }

    /** The same with the jars or folders that these classes were loaded from on the class path. */
    public GuestJava withJarsOf(Class<?>... classes) {
        Set<Path> all = new LinkedHashSet<>(classPath);
        for (Class<?> one : classes) {
            all.add(locationOf(one));
        }
        return new GuestJava(modules, all);
    }

    private static Path locationOf(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalArgumentException(type + " is the JDK's own");
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(type + " was not loaded from a file", e);
        }
    }

    /**
     * The shell command that runs a main class in the guest, for {@link LinuxGuest#run}.
     *
     * @param options of the JVM
     * @param arguments of the main class; any characters
     */
    public String command(List<String> options, Class<?> mainClass, String... arguments) {
        List<String> words = new ArrayList<>(List.of("/" + RUNTIME + "/bin/java"));
        words.addAll(options);
        words.addAll(List.of("-cp", guestClassPath(), mainClass.getName()));
        words.addAll(Arrays.asList(arguments));
        return words.stream().map(GuestJava::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private String guestClassPath() {
        return places().keySet().stream()
                .map(place -> "/" + place)
                .collect(Collectors.joining(":"));
    }

    /** Each part of the class path by its name in the guest. */
    private Map<String, Path> places() {
        Map<String, Path> places = new LinkedHashMap<>();
        for (Path part : classPath) {
            String number = String.format("%02d", places.size());
            places.put(CLASSES + "/" + number + "-" + part.getFileName(), part);
        }
        return places;
    }

    /** Every file of the guest by its name there, without a leading slash. */
    Map<String, Path> files() throws IOException, GuestUnavailableException {
        Map<String, Path> files = new LinkedHashMap<>();
        Path runtime = JavaRuntime.of(modules);
        addTree(files, RUNTIME, runtime);
        for (Path program : JavaRuntime.nativeCode(runtime)) {
            for (Path library : HostPrograms.librariesOf(program)) {
                if (!library.startsWith(runtime)) {
                    files.putIfAbsent(library.toString().substring(1), library);
                }
            }
        }
        for (Map.Entry<String, Path> place : places().entrySet()) {
            addTree(files, place.getKey(), place.getValue());
        }
        return files;
    }

    private static void addTree(Map<String, Path> files, String name, Path root)
            throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
                String below = root.relativize(file).toString();
                files.put(below.isEmpty() ? name : name + "/" + below, file);
            }
        }
    }
}
