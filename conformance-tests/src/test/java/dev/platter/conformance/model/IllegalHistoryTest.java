package dev.platter.conformance.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each thing that a disk may not do, and its legal neighbour. */
class IllegalHistoryTest {
    private static final int EIO = -5;
    private static final int EINVAL = -22;
    private static final int BLOCKS = 4;

    /** A history and what the disk then holds in block 0. */
    @FunctionalInterface
    private interface Script {
        int run(History history);
    }

    private static Operation done(Operation operation) {
        operation.complete(0);
        return operation;
    }

    private static Operation failed(Operation operation) {
        operation.complete(EIO);
        return operation;
    }

    private static void read(History history, int stamp) {
        history.read(0, 1, false).complete(512, new int[] {stamp});
    }

    private static DynamicTest verdict(String name, Promises promises, Script script, Rule rule) {
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    History history = History.of(BLOCKS);
                    int[] contents = new int[BLOCKS];
                    contents[0] = script.run(history);
                    List<Violation> found =
                            new DurabilityModel(promises).checkAfterPowerCut(history, contents);
                    List<Rule> rules = found.stream().map(Violation::rule).distinct().toList();
                    assertThat(rules)
                            .as("%s%n%s", history, found)
                            .isEqualTo(rule == null ? List.of() : List.of(rule));
                });
    }

    private static DynamicTest illegal(String name, Rule rule, Script script) {
        return verdict(name, Promises.BACKEND, script, rule);
    }

    private static DynamicTest legal(String name, Script script) {
        return verdict("legal: " + name, Promises.BACKEND, script, null);
    }

    private static DynamicTest writeThrough(String name, Rule rule, Script script) {
        return verdict(name, Promises.BACKEND.withWriteCache(false), script, rule);
    }

    @TestFactory
    Stream<DynamicTest> flushes() {
        return Stream.of(
                illegal(
                        "flushed write is gone",
                        Rule.FLUSH,
                        h -> {
                            done(h.write(0, 1, false));
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                illegal(
                        "flushed zeroes are gone",
                        Rule.FLUSH,
                        h -> {
                            Operation write = done(h.write(0, 1, true));
                            done(h.zero(0, 1, false));
                            done(h.flush());
                            return write.id();
                        }),
                illegal(
                        "flushed write is gone although a later one is volatile",
                        Rule.FLUSH,
                        h -> {
                            done(h.write(0, 1, false));
                            done(h.flush());
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }),
                illegal(
                        "flush of 0 blocks goes to the end",
                        Rule.FLUSH,
                        h -> {
                            done(h.write(0, 1, false));
                            done(h.flush(0, 0));
                            return Stamps.ZERO;
                        }),
                legal(
                        "unflushed write is gone",
                        h -> {
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }),
                legal(
                        "write that was in flight with the flush is gone",
                        h -> {
                            Operation write = h.write(0, 1, false);
                            Operation flush = h.flush();
                            done(write);
                            done(flush);
                            return Stamps.ZERO;
                        }),
                legal(
                        "flush of another range",
                        h -> {
                            done(h.write(0, 1, false));
                            done(h.flush(1, 2));
                            return Stamps.ZERO;
                        }),
                legal(
                        "flush that was not answered",
                        h -> {
                            done(h.write(0, 1, false));
                            h.flush();
                            return Stamps.ZERO;
                        }),
                legal(
                        "write that was not answered is there",
                        h -> {
                            done(h.write(0, 1, true));
                            return h.write(0, 1, false).id();
                        }),
                illegal(
                        "FUA read does not flush",
                        Rule.FLUSH,
                        h -> {
                            Operation write = done(h.write(0, 1, false));
                            h.read(0, 1, true).complete(0, new int[] {write.id()});
                            return Stamps.ZERO;
                        }));
    }

    @TestFactory
    Stream<DynamicTest> durableWrites() {
        return Stream.of(
                illegal(
                        "FUA write is gone",
                        Rule.FUA,
                        h -> {
                            done(h.write(0, 1, true));
                            return Stamps.ZERO;
                        }),
                illegal(
                        "FUA discard is gone",
                        Rule.FUA,
                        h -> {
                            Operation write = done(h.write(0, 1, true));
                            done(h.unmap(0, 1, true));
                            return write.id();
                        }),
                legal(
                        "FUA covers itself only",
                        h -> {
                            done(h.write(0, 1, false));
                            done(h.zero(1, 1, true));
                            return Stamps.ZERO;
                        }),
                legal(
                        "of concurrent ones either is last",
                        h -> {
                            Operation one = h.write(0, 1, true);
                            done(h.write(0, 1, true));
                            return done(one).id();
                        }),
                illegal(
                        "a read has fixed which was last",
                        Rule.FUA,
                        h -> {
                            Operation one = h.write(0, 1, true);
                            Operation two = done(h.write(0, 1, true));
                            done(one);
                            read(h, two.id());
                            return one.id();
                        }),
                legal(
                        "failed FUA write is there or not",
                        h -> {
                            failed(h.write(0, 1, true));
                            return Stamps.ZERO;
                        }),
                illegal(
                        "a refused write is there",
                        Rule.FOREIGN,
                        h -> {
                            Operation write = h.write(0, 1, true);
                            write.complete(EINVAL);
                            return write.id();
                        }));
    }

    @TestFactory
    Stream<DynamicTest> contents() {
        return Stream.of(
                illegal("torn block", Rule.TORN, h -> Stamps.TORN),
                illegal("bytes of nobody", Rule.FOREIGN, h -> Stamps.FOREIGN),
                illegal("another block's bytes", Rule.FOREIGN, h -> Stamps.MISPLACED),
                illegal(
                        "a stamp of a write elsewhere",
                        Rule.FOREIGN,
                        h -> done(h.write(1, 1, false)).id()),
                verdict(
                        "torn block in the mode without promises",
                        Promises.BACKEND.unsafe(),
                        h -> Stamps.TORN,
                        Rule.TORN),
                verdict(
                        "legal: lost flush in the mode without promises",
                        Promises.BACKEND.unsafe(),
                        h -> {
                            done(h.write(0, 1, true));
                            done(h.flush());
                            return Stamps.ZERO;
                        },
                        null),
                verdict(
                        "legal: anything after a discard that promises nothing",
                        new Promises(true, true, false, true),
                        h -> {
                            done(h.write(0, 1, true));
                            done(h.unmap(0, 1, true));
                            return Stamps.FOREIGN;
                        },
                        null));
    }

    @Test
    void whatADiscardLeavesMayLookLikeTheWriteBeforeIt() {
        History history = History.of(1);
        int id = done(history.write(0, 1, true)).id();
        done(history.unmap(0, 1, true));
        read(history, id);
        Promises promises = new Promises(true, true, false, true);
        assertThat(new DurabilityModel(promises).checkAfterPowerCut(history, new int[] {id}))
                .isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> secondPowerCut() {
        return Stream.of(1, 0)
                .map(
                        kept ->
                                DynamicTest.dynamicTest(
                                        kept == 1 ? "legal: the same" : "old contents come back",
                                        () -> {
                                            History first = History.of(1);
                                            int id = done(first.write(0, 1, false)).id();
                                            History second = first.after(new int[] {id});
                                            List<Violation> found =
                                                    new DurabilityModel(Promises.BACKEND)
                                                            .checkAfterPowerCut(
                                                                    second, new int[] {kept * id});
                                            assertThat(found).hasSize(1 - kept);
                                            found.forEach(
                                                    v ->
                                                            assertThat(v.rule())
                                                                    .isEqualTo(Rule.SETTLED));
                                        }));
    }

    @TestFactory
    Stream<DynamicTest> failures() {
        return Stream.of(
                illegal(
                        "flush succeeds after a failed flush",
                        Rule.STICKY,
                        h -> {
                            failed(h.flush());
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                illegal(
                        "FUA succeeds after a failed flush",
                        Rule.STICKY,
                        h -> {
                            failed(h.flush());
                            return done(h.write(0, 1, true)).id();
                        }),
                illegal(
                        "flush succeeds after a failed FUA",
                        Rule.STICKY,
                        h -> {
                            failed(h.zero(0, 1, true));
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                legal(
                        "plain write after a failed flush",
                        h -> {
                            failed(h.flush());
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }),
                legal(
                        "flush after a reopening",
                        h -> {
                            failed(h.flush());
                            h.reopened();
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                legal(
                        "flush of a new opening does not bring back what the old one lost",
                        h -> {
                            done(h.write(0, 1, false));
                            failed(h.flush());
                            h.reopened();
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                illegal(
                        "but it covers what was written since",
                        Rule.FLUSH,
                        h -> {
                            failed(h.flush());
                            h.reopened();
                            done(h.write(0, 1, false));
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                illegal(
                        "and what was written before, where nothing failed",
                        Rule.FLUSH,
                        h -> {
                            done(h.write(0, 1, false));
                            h.reopened();
                            done(h.flush());
                            return Stamps.ZERO;
                        }),
                legal(
                        "old contents are read after a failed flush",
                        h -> {
                            Operation write = done(h.write(0, 1, false));
                            read(h, write.id());
                            failed(h.flush());
                            read(h, Stamps.ZERO);
                            return Stamps.ZERO;
                        }),
                legal(
                        "what met the failed flush is promised nothing",
                        h -> {
                            Operation flush = h.flush();
                            done(h.write(0, 1, true));
                            failed(flush);
                            return Stamps.ZERO;
                        }),
                legal(
                        "a refused FUA write is no failure",
                        h -> {
                            h.write(0, 1, true).complete(EINVAL);
                            done(h.flush());
                            return Stamps.ZERO;
                        }));
    }

    @TestFactory
    Stream<DynamicTest> switches() {
        return Stream.of(
                writeThrough(
                        "write-through write is gone",
                        Rule.WRITE_THROUGH,
                        h -> {
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }),
                writeThrough(
                        "write-through discard is gone",
                        Rule.WRITE_THROUGH,
                        h -> {
                            Operation write = done(h.write(0, 1, false));
                            done(h.unmap(0, 1, false));
                            return write.id();
                        }),
                writeThrough(
                        "legal: after a switch to write-back",
                        null,
                        h -> {
                            done(h.switchTo(true));
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }),
                writeThrough(
                        "in flight during a switch to write-back",
                        Rule.WRITE_THROUGH,
                        h -> {
                            Operation write = h.write(0, 1, false);
                            done(h.switchTo(true));
                            done(write);
                            return Stamps.ZERO;
                        }),
                illegal(
                        "acknowledged before the switch to write-through",
                        Rule.SWITCH,
                        h -> {
                            done(h.write(0, 1, false));
                            done(h.switchTo(false));
                            return Stamps.ZERO;
                        }),
                illegal(
                        "acknowledged during the switch",
                        Rule.SWITCH,
                        h -> {
                            Operation write = h.write(0, 1, false);
                            Operation off = h.switchTo(false);
                            done(write);
                            done(off);
                            return Stamps.ZERO;
                        }),
                illegal(
                        "in flight during the switch, acknowledged after it",
                        Rule.WRITE_THROUGH,
                        h -> {
                            Operation write = h.write(0, 1, false);
                            done(h.switchTo(false));
                            done(write);
                            return Stamps.ZERO;
                        }),
                legal(
                        "a failed switch promises nothing",
                        h -> {
                            done(h.write(0, 1, false));
                            failed(h.switchTo(false));
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }));
    }

    @TestFactory
    Stream<DynamicTest> reads() {
        return Stream.of(
                illegal(
                        "overwritten contents are read",
                        Rule.READ,
                        h -> {
                            done(h.write(0, 1, false));
                            read(h, Stamps.ZERO);
                            return Stamps.ZERO;
                        }),
                illegal(
                        "contents of the future are read",
                        Rule.READ,
                        h -> {
                            read(h, 2);
                            done(h.write(0, 1, false));
                            return Stamps.ZERO;
                        }),
                legal(
                        "contents in flight are read",
                        h -> {
                            Operation write = h.write(0, 1, false);
                            read(h, write.id());
                            return Stamps.ZERO;
                        }),
                illegal(
                        "time runs backwards between two reads",
                        Rule.READ,
                        h -> {
                            Operation write = h.write(0, 1, false);
                            read(h, write.id());
                            read(h, Stamps.ZERO);
                            return Stamps.ZERO;
                        }),
                illegal(
                        "two concurrent writes are read in both orders",
                        Rule.READ,
                        h -> {
                            Operation one = h.write(0, 1, false);
                            Operation two = h.write(0, 1, false);
                            done(one);
                            done(two);
                            read(h, one.id());
                            read(h, two.id());
                            return Stamps.ZERO;
                        }),
                illegal(
                        "torn read",
                        Rule.TORN,
                        h -> {
                            read(h, Stamps.TORN);
                            return Stamps.ZERO;
                        }),
                verdict(
                        "legal: torn read that meets a write",
                        new Promises(true, true, true, false),
                        h -> {
                            Operation write = h.write(0, 1, false);
                            read(h, Stamps.TORN);
                            done(write);
                            return Stamps.ZERO;
                        },
                        null));
    }
}
