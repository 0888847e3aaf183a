package dev.platter.cli.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How each server is started on the images of a place. */
final class Commands {
    static final String STORAGE_DAEMON = "qemu-storage-daemon";

    /** Where the peer root sees the working folder and an image that is not in it. */
    private static final String INNER_FOLDER = "/mnt";

    private static final String INNER_IMAGE = "/mnt/users-image";

    /**
     * In a mount name space of its own, which goes with the process: the working folder appears in
     * the peer root, so that both daemons use the same files. Every step is an exec, so the process
     * started is the daemon in the end.
     */
    private static final String ENTER_PEER_ROOT =
            "set -e; mount --bind \"$2\" \"$1/mnt\"; "
                    + "if [ -n \"$3\" ]; then : >\"$1/mnt/users-image\"; mount --bind \"$3\" \"$1/mnt/users-image\"; fi; "
                    + "root=$1; shift 3; exec chroot \"$root\" \"$@\"";

    private final BenchOptions options;
    private final Place place;

    Commands(BenchOptions options, Place place) {
        this.options = options;
        this.place = place;
    }

    /** Where a program of this machine is, if it is on the path. */
    static Optional<Path> program(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Arrays.stream(path.split(":", -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    List<String> platter(Subject.Platter subject, Path socket, int queues, List<Path> images) {
        List<String> command = new ArrayList<>(options.builds().get(subject.build()));
        command.addAll(List.of("serve", "--socket", socket.toString(), "--queues", "" + queues));
        for (Path image : images) {
            // The servers of one scenario have the image open together; one at a time is loaded.
            String disk =
                    String.format(
                            "file=%s,cache=%s,backend=%s,dsync=%s,locking=off",
                            image.toString().replace(",", ",,"),
                            subject.cache(),
                            subject.backend(),
                            subject.dsync());
            for (String on : subject.switchedOn()) {
                disk += "," + on + "=on";
            }
            command.addAll(List.of("--disk", disk));
        }
        return command;
    }

    List<String> storageDaemon(
            Subject.StorageDaemon subject, Path socket, int queues, List<Path> images) {
        List<String> command = new ArrayList<>();
        if (subject.peerRoot()) {
            command.addAll(enterPeerRoot());
        }
        command.addAll(List.of(STORAGE_DAEMON, "--object", "iothread,id=io"));
        for (int i = 0; i < images.size(); i++) {
            command.addAll(
                    List.of(
                            "--blockdev",
                            blockdev(subject, i, seen(subject, images.get(i))),
                            "--export",
                            export(
                                    subject,
                                    i,
                                    seen(subject, i == 0 ? socket : idle(socket, i)),
                                    queues)));
        }
        return command;
    }

    private List<String> enterPeerRoot() {
        return List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                ENTER_PEER_ROOT,
                "sh",
                options.peerRoot().orElseThrow().toString(),
                place.folder().toString(),
                options.image().map(image -> image.toAbsolutePath().toString()).orElse(""));
    }

    private static Path idle(Path socket, int disk) {
        return socket.resolveSibling(socket.getFileName() + "." + disk);
    }

    /** A path as the daemon sees it. */
    private String seen(Subject.StorageDaemon subject, Path path) {
        String name = path.toString();
        if (subject.peerRoot()) {
            name =
                    path.startsWith(place.folder())
                            ? INNER_FOLDER + "/" + place.folder().relativize(path)
                            : INNER_IMAGE;
        }
        return name.replace(",", ",,");
    }

    private static String blockdev(Subject.StorageDaemon subject, int index, String file) {
        return String.format(
                "driver=file,node-name=disk%d,filename=%s,aio=%s,cache.direct=%s,locking=off",
                index, file, subject.aio(), subject.direct() ? "on" : "off");
    }

    private static String export(
            Subject.StorageDaemon subject, int index, String socket, int queues) {
        return String.format(
                "type=vhost-user-blk,id=export%d,node-name=disk%d,addr.type=unix,addr.path=%s,"
                        + "writable=on,writethrough=%s,iothread=io,num-queues=%d",
                index, index, socket, subject.writethrough() ? "on" : "off", queues);
    }
}
