package dev.platter.virtio.scsi;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueSetup;
import dev.platter.virtio.scsi.GuestRing.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** The driver of one queue of a device in the same process, and the queue's owner. */
final class Driver {
    final GuestMemory memory;
    final GuestRing ring;
    final QueueHandler handler;
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger wakes = new AtomicInteger();

    /** A permit for each kick and each wake-up: what an owner waits for. */
    final Semaphore toProcess = new Semaphore(0);

    /** A permit for each call: what a driver waits for. */
    final Semaphore toCollect = new Semaphore(0);

    /** Sets a ring up and starts the device's queue on it. */
    Driver(VirtioScsiDevice device, GuestMemory memory, int index, int size, long features) {
        this(device, memory, new GuestRing(memory, size), index, features, 0);
    }

    /** Starts the device's queue on a ring that was in use. */
    Driver(
            VirtioScsiDevice device,
            GuestMemory memory,
            GuestRing ring,
            int index,
            long features,
            int nextAvail) {
        this.memory = memory;
        this.ring = ring;
        handler =
                device.startQueue(
                        new QueueSetup(
                                index,
                                features,
                                ring.ring(),
                                memory.map,
                                nextAvail,
                                () -> {
                                    calls.incrementAndGet();
                                    toCollect.release();
                                },
                                () -> {
                                    wakes.incrementAndGet();
                                    toProcess.release();
                                }));
    }

    /** What an owner does with a kick: processes until there is nothing left. */
    void run() {
        while (handler.process() > 0) {}
    }

    /** Sends a command with data from or to the device. */
    Request send(int target, int lun, long tag, byte[] cdb, byte[] dataOut, int dataInBytes) {
        Parts parts = parts(Request.header(target, lun, tag, cdb), dataOut, dataInBytes);
        return parts.sent(ring.offer(parts.pieces));
    }

    /** Sends a command without data. */
    Request send(byte[] cdb) {
        return send(0, 0, 1, cdb, new byte[0], 0);
    }

    /** Sends a command that reads. */
    Request read(byte[] cdb, int dataInBytes) {
        return send(0, 0, 1, cdb, new byte[0], dataInBytes);
    }

    /** Sends a command that writes. */
    Request write(byte[] cdb, byte[] dataOut) {
        return send(0, 0, 1, cdb, dataOut, 0);
    }

    /** The parts of a request in guest memory, not yet sent. */
    record Parts(GuestMemory memory, List<Piece> pieces, long response, long in, long inBytes) {
        Request sent(int head) {
            return new Request(memory, head, response, in, inBytes);
        }
    }

    /** Lays a request out: headers and data one behind the other, each a piece of its own. */
    Parts parts(byte[] header, byte[] dataOut, int dataInBytes) {
        long out = memory.allocate(header.length + dataOut.length, 1);
        memory.write(out, header);
        memory.write(out + header.length, dataOut);
        long response = memory.allocate(Request.RESPONSE_BYTES + dataInBytes, 1);
        long in = response + Request.RESPONSE_BYTES;
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(out, header.length, false));
        if (dataOut.length > 0) {
            pieces.add(new Piece(out + header.length, dataOut.length, false));
        }
        pieces.add(new Piece(response, Request.RESPONSE_BYTES, true));
        if (dataInBytes > 0) {
            pieces.add(new Piece(in, dataInBytes, true));
        }
        return new Parts(memory, pieces, response, in, dataInBytes);
    }

    /** The same bytes, each piece cut into pieces of at most this length. */
    static List<Piece> split(List<Piece> pieces, int mostBytes) {
        List<Piece> result = new ArrayList<>();
        for (Piece piece : pieces) {
            for (long at = 0; at < piece.lengthBytes(); at += mostBytes) {
                long part = Math.min(mostBytes, piece.lengthBytes() - at);
                result.add(new Piece(piece.address() + at, part, piece.writable()));
            }
        }
        return result;
    }

    /** Sends a task management function; where its response byte will be. */
    long manage(int function, int target, int lun, long tag) {
        ByteBuffer request = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        request.putInt(4, function).putLong(16, tag);
        request.put(8, (byte) 1).put(9, (byte) target);
        request.put(10, (byte) (0x40 | lun >> 8)).put(11, (byte) lun);
        return control(request.array(), 1);
    }

    /** Sends a control request; where its response will be, filled with 0x55. */
    long control(byte[] request, int responseBytes) {
        long out = memory.allocate(request.length, 1);
        long in = memory.allocate(responseBytes, 1);
        memory.write(out, request);
        memory.at(in, responseBytes).fill((byte) 0x55);
        ring.offer(
                List.of(new Piece(out, request.length, false), new Piece(in, responseBytes, true)));
        return in;
    }
}
