package dev.platter.cli.bench;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The other programs that are measured: which are here, and in which version. */
final class Peers {
    private static final Pattern VERSION = Pattern.compile("version (\\d+(?:\\.\\d+)*)");
    private static final long ANSWER_SECONDS = 10;

    private final Optional<Path> peerRoot;
    private final Optional<String> systemDaemon;
    private final Optional<String> peerDaemon;
    private final boolean fio;

    private Peers(
            Optional<Path> peerRoot,
            Optional<String> systemDaemon,
            Optional<String> peerDaemon,
            boolean fio) {
        this.peerRoot = peerRoot;
        this.systemDaemon = systemDaemon;
        this.peerDaemon = peerDaemon;
        this.fio = fio;
    }

    static Peers look(Optional<Path> peerRoot) throws InterruptedException {
        Optional<String> system = Optional.empty();
        if (Commands.program(Commands.STORAGE_DAEMON).isPresent()) {
            system = version(List.of(Commands.STORAGE_DAEMON, "--version"));
        }
        Optional<String> peer = Optional.empty();
        if (peerRoot.isPresent()) {
            String root = peerRoot.get().toString();
            peer = version(List.of("chroot", root, Commands.STORAGE_DAEMON, "--version"));
        }
        return new Peers(peerRoot, system, peer, Commands.program("fio").isPresent());
    }

    private static Optional<String> version(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS);
            Matcher version = VERSION.matcher(said);
            return version.find() ? Optional.of(version.group(1)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Why a subject cannot be measured here, or nothing if it can. */
    Optional<String> missing(Subject subject) {
        return switch (subject) {
            case Subject.Platter platter -> Optional.empty();
            case Subject.BareFile bare ->
                    fio ? Optional.empty() : Optional.of("fio is not installed");
            case Subject.StorageDaemon daemon when !daemon.peerRoot() ->
                    systemDaemon.isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    "qemu-storage-daemon is not installed: run scripts/install-test-tools");
            case Subject.StorageDaemon daemon -> missingPeer();
        };
    }

    private Optional<String> missingPeer() {
        if (peerRoot.isEmpty()) {
            return Optional.of("no --peer-root was given: scripts/make-peer-root makes one");
        }
        if (!Files.isDirectory(peerRoot.get())) {
            return Optional.of("--peer-root " + peerRoot.get() + " is not a folder");
        }
        return peerDaemon.isPresent()
                ? Optional.empty()
                : Optional.of(
                        "chroot "
                                + peerRoot.get()
                                + " finds no qemu-storage-daemon: it takes root, and a folder made by scripts/make-peer-root");
    }

    /** Who a contender is, in words. */
    String label(Contender contender) {
        String what =
                switch (contender.subject()) {
                    case Subject.Platter platter -> platterLabel(platter);
                    case Subject.StorageDaemon daemon -> daemonLabel(daemon);
                    case Subject.BareFile bare ->
                            "bare file, fio psync" + (bare.fdatasync() ? " write + fdatasync" : "");
                };
        return what
                + switch (contender.durability()) {
                    case NONE -> "";
                    case FLUSH -> " + guest flush";
                    case FUA -> " + FUA";
                };
    }

    private static String platterLabel(Subject.Platter platter) {
        return platter.build()
                + " cache="
                + platter.cache()
                + " backend="
                + platter.backend()
                + (platter.dsync().equals("auto") ? "" : " dsync=" + platter.dsync())
                + platter.switchedOn().stream().map(on -> " " + on + "=on").collect(joining())
                + disks(platter);
    }

    private String daemonLabel(Subject.StorageDaemon daemon) {
        Optional<String> version = daemon.peerRoot() ? peerDaemon : systemDaemon;
        return "qemu-storage-daemon "
                + version.orElse("")
                + " aio="
                + daemon.aio()
                + (daemon.direct() ? " direct" : " buffered")
                + (daemon.writethrough() ? " write-through" : "")
                + disks(daemon);
    }

    private static String disks(Subject subject) {
        return subject.disks() == 1 ? "" : ", " + subject.disks() + " disks";
    }

    /** The version of each daemon that is here, for the report's heading. */
    String text() {
        return "qemu-storage-daemon "
                + systemDaemon.orElse("not installed")
                + peerDaemon.map(version -> " and, from the peer root, " + version).orElse("");
    }
}
