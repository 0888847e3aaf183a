package dev.platter.cli.bench;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes contenders, and their ids from what they are. */
final class Contenders {
    /** The build that is measured where none is named. */
    static final String THIS_BUILD = "platter";

    private Contenders() {}

    static Contender of(Subject subject, Durability durability) {
        return new Contender(id(subject) + suffix(durability), subject, durability);
    }

    static Contender platter(String cache, String backend, String dsync) {
        return platter(cache, backend, dsync, Durability.NONE);
    }

    static Contender platter(String cache, String backend, String dsync, Durability durability) {
        return of(new Subject.Platter(THIS_BUILD, cache, backend, dsync, 1, List.of()), durability);
    }

    /** With backend=uring and an option that is off by default. */
    static Contender platterWith(String cache, String option) {
        return of(
                new Subject.Platter(THIS_BUILD, cache, "uring", "auto", 1, List.of(option)),
                Durability.NONE);
    }

    static Contender platterDisks(String cache, int disks) {
        return of(
                new Subject.Platter(THIS_BUILD, cache, "auto", "auto", disks, List.of()),
                Durability.NONE);
    }

    /** The same storage daemon twice: the system's, and the peer root's. */
    static List<Contender> daemons(
            String aio, boolean direct, boolean writethrough, Durability durability) {
        List<Contender> both = new ArrayList<>();
        for (boolean peerRoot : new boolean[] {false, true}) {
            both.add(
                    of(
                            new Subject.StorageDaemon(peerRoot, aio, direct, writethrough, 1),
                            durability));
        }
        return both;
    }

    static Contender daemonDisks(boolean direct, int disks) {
        return of(
                new Subject.StorageDaemon(false, "io_uring", direct, false, disks),
                Durability.NONE);
    }

    static Contender bareFile(boolean direct, boolean fdatasync) {
        return of(new Subject.BareFile(direct, fdatasync), Durability.NONE);
    }

    private static String id(Subject subject) {
        return switch (subject) {
            case Subject.Platter p ->
                    String.join(":", p.build(), p.cache(), p.backend(), p.dsync())
                            + p.switchedOn().stream().map(on -> ":" + on).collect(joining())
                            + disks(p);
            case Subject.StorageDaemon d ->
                    (d.peerRoot() ? "qsd-peer:" : "qsd:")
                            + cache(d.direct())
                            + (d.writethrough() ? "-writethrough:" : ":")
                            + d.aio()
                            + disks(d);
            case Subject.BareFile b ->
                    "fio:" + cache(b.direct()) + (b.fdatasync() ? ":fdatasync" : "");
        };
    }

    private static String cache(boolean direct) {
        return direct ? "direct" : "buffered";
    }

    private static String disks(Subject subject) {
        return subject.disks() == 1 ? "" : ":" + subject.disks() + "-disks";
    }

    private static String suffix(Durability durability) {
        return durability == Durability.NONE
                ? ""
                : "+" + durability.name().toLowerCase(Locale.ROOT);
    }

    /** The contender with another build of Platter; what is no Platter stays as it is. */
    static Contender withBuild(Contender contender, String build) {
        if (contender.subject() instanceof Subject.Platter p) {
            return of(
                    new Subject.Platter(
                            build, p.cache(), p.backend(), p.dsync(), p.disks(), p.switchedOn()),
                    contender.durability());
        }
        return contender;
    }
}
